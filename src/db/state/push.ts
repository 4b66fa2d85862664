/** Push subscriptions: what apply writes of them, and what the replica that pushes reads. */
import { and, asc, eq, gt, inArray, sql } from "drizzle-orm";
import {
  PUSH_PER_USER,
  type PushedMessage,
  type PushQueries,
  type PushRow,
  type PushRows,
} from "../../chat/push-rows.ts";
import type { ConversationId, PushId, SessionId, UserId } from "../../chat/ids.ts";
import type { Seq } from "../../election/view.ts";
import { compile, type StateConnection } from "./connection.ts";
import { one } from "./row-shapes.ts";
import { conversations, messages, pushProgress, pushSubscriptions as push } from "./schema.ts";

const p = sql.placeholder;

/** The only row of push_progress. */
const PROGRESS = 1;

/** See {@link PushRows} and {@link PushQueries}. */
export class StatePush implements PushRows, PushQueries {
  readonly #q: ReturnType<typeof statements>;
  /** Users with a subscription that is on; null: not looked up yet. */
  #users: Set<UserId> | null = null;

  constructor(connection: StateConnection) {
    this.#q = statements(connection);
  }

  /** Empties the memory after a rollback. */
  forget(): void {
    this.#users = null;
  }

  of(user: UserId, id: PushId): PushRow | null {
    return one(this.#q.of.get(user, id), pushRow);
  }

  put(row: PushRow): void {
    const { user, id, isOn, endpoint, p256dh, auth, session, device, origin, quiet, timeZone } = row;
    const { tag, since, pending, outcome, outcomeMicros } = row;
    const said = [endpoint, p256dh, auth, session, device, origin, quiet, timeZone];
    this.#q.put.run(user, id, isOn ? 1 : 0, ...said, tag, since, pending, outcome, outcomeMicros);
    const [count] = this.#q.count.get(user) ?? [0];
    if (Number(count) > PUSH_PER_USER) this.#q.dropOldest.run(user, user, 1);
    this.#changed(user);
  }

  #changed(user: UserId): void {
    if (this.#users === null) return;
    if (this.#q.ofUser.all(user).length > 0) this.#users.add(user);
    else this.#users.delete(user);
  }

  dropAll(user: UserId): void {
    if (!this.users().has(user) && this.#q.count.get(user)?.[0] === 0) return;
    this.#q.dropAll.run(user);
    this.#changed(user);
  }

  users(): ReadonlySet<UserId> {
    this.#users ??= new Set(this.#q.users.all(1).map((row) => row[0] as UserId));
    return this.#users;
  }

  any(): boolean {
    return this.users().size > 0;
  }

  ofUser(user: UserId): readonly PushRow[] {
    return this.#q.ofUser.all(user).map(pushRow);
  }

  upTo(): Seq {
    return (this.#q.upTo.get(PROGRESS)?.[0] as Seq | undefined) ?? 0;
  }

  setUpTo(seq: Seq): void {
    this.#q.setUpTo.run(PROGRESS, seq);
  }

  messagesAfter(seq: Seq, limit: number): readonly PushedMessage[] {
    return this.#q.messagesAfter.all(seq, limit).map((row) => ({
      seq: row[0] as Seq,
      conversation: row[1] as ConversationId,
      author: row[2] as UserId,
      timeMicros: row[3] as number,
    }));
  }
}

function pushRow(row: readonly unknown[]): PushRow {
  return {
    user: row[0] as UserId,
    id: row[1] as PushId,
    isOn: row[2] === 1,
    endpoint: row[3] as string,
    p256dh: row[4] as string,
    auth: row[5] as string,
    session: row[6] as SessionId,
    device: row[7] as string,
    origin: row[8] as string,
    quiet: row[9] as string,
    timeZone: row[10] as string,
    tag: row[11] as string,
    since: row[12] as Seq,
    pending: row[13] as Seq,
    outcome: row[14] as string,
    outcomeMicros: row[15] as number,
  };
}

function statements(c: StateConnection) {
  const { db } = c;
  const ofUser = eq(push.user, p("user"));
  const isOn = eq(push.isOn, sql`1`);
  const oldest = db
    .select({ id: push.id })
    .from(push)
    .where(ofUser)
    .orderBy(asc(push.tag), asc(push.id))
    .limit(p("limit"));
  return {
    ...subscriptionStatements(c),
    of: compile(
      c,
      db
        .select()
        .from(push)
        .where(and(ofUser, eq(push.id, p("id")))),
    ),
    ofUser: compile(c, db.select().from(push).where(and(ofUser, isOn)).orderBy(asc(push.id))),
    users: compile(
      c,
      db
        .selectDistinct({ user: push.user })
        .from(push)
        .where(eq(push.isOn, p("on"))),
    ),
    count: compile(
      c,
      db
        .select({ count: sql<number>`count(*)` })
        .from(push)
        .where(ofUser),
    ),
    dropOldest: compile(c, db.delete(push).where(and(ofUser, inArray(push.id, oldest)))),
    dropAll: compile(c, db.delete(push).where(ofUser)),
    messagesAfter: compile(
      c,
      db
        .select({
          seq: messages.seq,
          conversation: conversations.id,
          author: messages.author,
          timeMicros: messages.timeMicros,
        })
        .from(messages)
        .innerJoin(conversations, eq(conversations.createdSeq, messages.conversation))
        .where(and(gt(messages.seq, p("seq")), eq(messages.deleted, sql`0`)))
        .orderBy(asc(messages.seq))
        .limit(p("limit")),
    ),
  };
}

function subscriptionStatements(c: StateConnection) {
  const { db } = c;
  const put = db.insert(push).values({
    user: p("user"),
    id: p("id"),
    isOn: p("isOn"),
    endpoint: p("endpoint"),
    p256dh: p("p256dh"),
    auth: p("auth"),
    session: p("session"),
    device: p("device"),
    origin: p("origin"),
    quiet: p("quiet"),
    timeZone: p("timeZone"),
    tag: p("tag"),
    since: p("since"),
    pending: p("pending"),
    outcome: p("outcome"),
    outcomeMicros: p("outcomeMicros"),
  });
  return {
    put: compile(
      c,
      put.onConflictDoUpdate({
        target: [push.user, push.id],
        set: {
          isOn: sql`excluded.is_on`,
          endpoint: sql`excluded.endpoint`,
          p256dh: sql`excluded.p256dh`,
          auth: sql`excluded.auth`,
          session: sql`excluded.session`,
          device: sql`excluded.device`,
          origin: sql`excluded.origin`,
          quiet: sql`excluded.quiet`,
          timeZone: sql`excluded.time_zone`,
          tag: sql`excluded.tag`,
          since: sql`excluded.since`,
          pending: sql`excluded.pending`,
          outcome: sql`excluded.outcome`,
          outcomeMicros: sql`excluded.outcome_micros`,
        },
      }),
    ),
    upTo: compile(
      c,
      db
        .select({ upTo: pushProgress.upTo })
        .from(pushProgress)
        .where(eq(pushProgress.id, p("id"))),
    ),
    setUpTo: compile(
      c,
      db
        .insert(pushProgress)
        .values({ id: p("id"), upTo: p("upTo") })
        .onConflictDoUpdate({ target: pushProgress.id, set: { upTo: sql`excluded.up_to` } }),
    ),
  };
}
