/** What the chat reads, over the same connection that apply writes: see chat/queries.ts. */
import { and, asc, desc, eq, gt, isNotNull, isNull, lt, lte, ne, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { messageId, otherOf } from "../../chat/ids.ts";
import {
  UNREAD_COUNT_MAX,
  type Change,
  type ConversationSummary,
  type Queries,
  type SeenMessage,
} from "../../chat/queries.ts";
import { SESSIONS_PER_USER, type MemberRow, type RequestRow, type SessionRow, type UserRow } from "../../chat/rows.ts";
import type { Seq } from "../../election/view.ts";
import { compile, once, type StateConnection } from "./connection.ts";
import { memberRow, messageRow, requestRow, sessionRow, userRow } from "./row-shapes.ts";
import { hidden, members, messages, reads, requests, sessions, users } from "./schema.ts";

const p = sql.placeholder;

/** Accounts tried for one name: its holder, and those that lost it in a merge. */
const LOGIN_CANDIDATES = 4;

/** Conversations of one user that a listing or a resuming stream looks at. */
const CONVERSATIONS_MAX = 10_000;

const NEVER: Seq = Number.MAX_SAFE_INTEGER;

/** A membership and that of the other side. */
interface Sides {
  readonly me: MemberRow;
  readonly other: MemberRow;
}

export class StateQueries implements Queries {
  readonly appliedSeq: () => Seq;
  readonly newestMicros: () => number;
  readonly #q: ReturnType<typeof statements>;

  constructor(connection: StateConnection, position: { appliedSeq: () => Seq; newestMicros: () => number }) {
    this.#q = statements(connection);
    this.appliedSeq = position.appliedSeq;
    this.newestMicros = position.newestMicros;
  }

  user(id: string): UserRow | null {
    return one(this.#q.user.get(id), userRow);
  }

  userByFolded(folded: string): UserRow | null {
    return one(this.#q.userByFolded.get(folded), userRow);
  }

  loginCandidates(folded: string): readonly UserRow[] {
    const holder = this.userByFolded(folded);
    const former = this.#q.former.all(folded, LOGIN_CANDIDATES).map(userRow);
    return (holder === null ? former : [holder, ...former])
      .filter((user) => user.deleted === 0)
      .slice(0, LOGIN_CANDIDATES);
  }

  users(afterFolded: string, except: string, limit: number): readonly UserRow[] {
    return this.#q.users.all(afterFolded, except, limit).map(userRow);
  }

  sessionByToken(tokenHash: string): SessionRow | null {
    return one(this.#q.sessionByToken.get(tokenHash), sessionRow);
  }

  sessionsOf(user: string): readonly SessionRow[] {
    return this.#q.sessionsOf.all(user, SESSIONS_PER_USER).map(sessionRow);
  }

  request(user: string, clientId: string): RequestRow | null {
    return one(this.#q.request.get(user, clientId), requestRow);
  }

  member(conversation: string, user: string): MemberRow | null {
    return one(this.#q.member.get(user, conversation), memberRow);
  }

  conversationsOf(user: string, limit: number): readonly ConversationSummary[] {
    return this.#memberships(user)
      .map((me) => ({ me, lastSeq: this.#lastSeq(me.conversation) }))
      .sort((a, b) => b.lastSeq - a.lastSeq)
      .slice(0, limit)
      .map(({ me, lastSeq }) => this.#summary(me, lastSeq));
  }

  summary(conversation: string, user: string): ConversationSummary | null {
    const me = this.member(conversation, user);
    return me === null ? null : this.#summary(me, this.#lastSeq(conversation));
  }

  history(conversation: string, user: string, beforeSeq: Seq, limit: number): readonly SeenMessage[] {
    const sides = this.#sides(conversation, user);
    if (sides === null) return [];
    return this.#q.seenBefore
      .all(user, sides.other.user, user, conversation, beforeSeq, limit)
      .map((row) => seen(row, sides))
      .reverse();
  }

  message(conversation: string, user: string, seq: Seq): SeenMessage | null {
    const sides = this.#sides(conversation, user);
    if (sides === null) return null;
    const row = this.#q.seenBefore.get(user, sides.other.user, user, conversation, seq + 1, 1);
    return row === null || row[1] !== seq ? null : seen(row, sides);
  }

  unreadTotal(user: string, max: number): number {
    let total = 0;
    for (const me of this.#memberships(user)) {
      total += this.#unread(me, max - total);
      if (total >= max) break;
    }
    return total;
  }

  unreadIds(conversation: string, user: string, limit: number): readonly string[] {
    const me = this.member(conversation, user);
    if (me === null) return [];
    return this.#q.unreadIds
      .all(user, user, conversation, me.mark, user, limit)
      .map((row) => messageId(row[0] as string, row[1] as string));
  }

  newestId(conversation: string, user: string): string | null {
    if (this.member(conversation, user) === null) return null;
    return one(this.#q.newest.get(conversation, 1), (row) => messageId(row[1] as string, row[2] as string));
  }

  changesSince(user: string, seq: Seq, limit: number): readonly Change[] | null {
    const changes: Change[] = this.#hiddenSince(user, seq, limit + 1);
    for (const me of this.#memberships(user)) {
      if (changes.length > limit) return null;
      this.#conversationChanges(me, seq, limit + 1, changes);
    }
    if (changes.length > limit) return null;
    return changes.sort((a, b) => a.seq - b.seq);
  }

  #memberships(user: string): readonly MemberRow[] {
    return this.#q.memberships.all(user, CONVERSATIONS_MAX).map(memberRow);
  }

  #sides(conversation: string, user: string): Sides | null {
    const me = this.member(conversation, user);
    if (me === null) return null;
    return { me, other: this.member(conversation, otherOf(conversation, user)) ?? me };
  }

  #lastSeq(conversation: string): Seq {
    return (this.#q.newest.get(conversation, 1)?.[0] ?? 0) as Seq;
  }

  #summary(me: MemberRow, lastSeq: Seq): ConversationSummary {
    const { conversation, user } = me;
    return {
      id: conversation,
      other: otherOf(conversation, user),
      unread: this.#unread(me, UNREAD_COUNT_MAX),
      lastSeq,
      last: this.history(conversation, user, NEVER, 1)[0] ?? null,
    };
  }

  /** Messages of an account that was deleted with them are not unread, though their rows may not be erased yet. */
  #unread(me: MemberRow, max: number): number {
    const { conversation, user, mark } = me;
    if (this.user(otherOf(conversation, user))?.deleted === 2) return 0;
    return Number(this.#q.unread.get(user, user, conversation, mark, user, max)?.[0] ?? 0);
  }

  #hiddenSince(user: string, seq: Seq, limit: number): Change[] {
    const bySeq = new Map<string, { seq: Seq; conversation: string; ids: string[] }>();
    for (const row of this.#q.hiddenSince.all(user, seq, limit)) {
      const [conversation, changedSeq] = [row[0] as string, row[1] as Seq];
      group(bySeq, `${changedSeq} ${conversation}`, { seq: changedSeq, conversation, ids: [] }).ids.push(
        messageId(row[2] as string, row[3] as string),
      );
    }
    return [...bySeq.values()].map((g) => ({ kind: "deleted", ...g }));
  }

  #conversationChanges(me: MemberRow, seq: Seq, limit: number, changes: Change[]): void {
    const { conversation, user } = me;
    const sides = this.#sides(conversation, user)!;
    for (const row of this.#q.seenAfter.all(user, sides.other.user, user, conversation, seq, limit)) {
      const message = seen(row, sides);
      changes.push({ kind: "message", seq: message.seq, message });
    }
    const deleted = new Map<string, { seq: Seq; conversation: string; ids: string[] }>();
    for (const row of this.#q.erasedSince.all(conversation, seq, seq, limit)) {
      const changedSeq = row[0] as Seq;
      group(deleted, String(changedSeq), { seq: changedSeq, conversation, ids: [] }).ids.push(
        messageId(row[1] as string, row[2] as string),
      );
    }
    changes.push(...[...deleted.values()].map((g) => ({ kind: "deleted" as const, ...g })));
    this.#readChanges(sides, seq, limit, changes);
  }

  #readChanges({ me, other }: Sides, seq: Seq, limit: number, changes: Change[]): void {
    const { conversation } = me;
    const marks = new Map([me, other].map((m) => [m.user, m]));
    const groups = new Map<string, { seq: Seq; conversation: string; reader: string; ids: string[]; upTo: Seq }>();
    for (const { user, mark, markChangedSeq } of marks.values()) {
      if (markChangedSeq <= seq) continue;
      const start = { seq: markChangedSeq, conversation, reader: user, ids: [], upTo: mark };
      groups.set(`${markChangedSeq} ${user}`, start);
    }
    for (const row of this.#q.readSince.all(conversation, seq, limit)) {
      const [reader, changedSeq] = [row[0] as string, row[1] as Seq];
      const upTo = marks.get(reader)?.mark ?? 0;
      const start = { seq: changedSeq, conversation, reader, ids: [], upTo };
      group(groups, `${changedSeq} ${reader}`, start).ids.push(messageId(row[2] as string, row[3] as string));
    }
    changes.push(...[...groups.values()].map((g) => ({ kind: "read" as const, ...g })));
  }
}

function one<T>(row: readonly unknown[] | null, shape: (row: readonly unknown[]) => T): T | null {
  return row === null ? null : shape(row);
}

function group<T>(groups: Map<string, T>, key: string, start: T): T {
  const there = groups.get(key);
  if (there !== undefined) return there;
  groups.set(key, start);
  return start;
}

/** A row of `seenMessages`: the message, then whether I read it singly, then whether the other side did. */
function seen(row: readonly unknown[], { me, other }: Sides): SeenMessage {
  const message = messageRow(row);
  const own = message.author === me.user;
  return {
    ...message,
    unread: !own && !message.deleted && message.seq > me.mark && row[9] === null,
    readByOther: own && other.user !== me.user && (message.seq <= other.mark || row[10] !== null),
  };
}

const readByOther = alias(reads, "read_by_other");

function statements(c: StateConnection) {
  const { db } = c;
  return {
    user: compile(
      c,
      db
        .select()
        .from(users)
        .where(eq(users.id, p("id"))),
    ),
    userByFolded: compile(
      c,
      db
        .select()
        .from(users)
        .where(eq(users.folded, p("folded"))),
    ),
    former: compile(
      c,
      db
        .select()
        .from(users)
        .where(and(isNotNull(users.formerFolded), eq(users.formerFolded, p("folded"))))
        .limit(p("limit")),
    ),
    users: compile(
      c,
      db
        .select()
        .from(users)
        .where(and(gt(users.folded, p("after")), ne(users.id, p("except")), sql`${users.deleted} = 0`))
        .orderBy(asc(users.folded))
        .limit(p("limit")),
    ),
    sessionByToken: compile(
      c,
      db
        .select()
        .from(sessions)
        .where(eq(sessions.tokenHash, p("tokenHash"))),
    ),
    sessionsOf: compile(
      c,
      db
        .select()
        .from(sessions)
        .where(eq(sessions.user, p("user")))
        .orderBy(desc(sessions.lastUsedMicros), asc(sessions.id))
        .limit(p("limit")),
    ),
    request: compile(
      c,
      db
        .select()
        .from(requests)
        .where(and(eq(requests.user, p("user")), eq(requests.clientId, p("clientId")))),
    ),
    member: compile(
      c,
      db
        .select()
        .from(members)
        .where(and(eq(members.user, p("user")), eq(members.conversation, p("conversation")))),
    ),
    memberships: compile(
      c,
      db
        .select()
        .from(members)
        .where(eq(members.user, p("user")))
        .limit(p("limit")),
    ),
    ...messageStatements(c),
    ...changeStatements(c),
  };
}

/** Messages with what the asking user and the other side have read, without those she has hidden. */
function seenMessages({ db }: StateConnection) {
  return db
    .select({
      conversation: messages.conversation,
      seq: messages.seq,
      author: messages.author,
      clientId: messages.clientId,
      body: messages.body,
      timeMicros: messages.timeMicros,
      deleted: messages.deleted,
      recovered: messages.recovered,
      changedSeq: messages.changedSeq,
      readByMe: sql`${reads.seq}`.as("read_by_me_seq"),
      readByOther: sql`${readByOther.seq}`.as("read_by_other_seq"),
    })
    .from(messages)
    .leftJoin(
      reads,
      and(eq(reads.user, p("user")), eq(reads.conversation, messages.conversation), eq(reads.seq, messages.seq)),
    )
    .leftJoin(
      readByOther,
      and(
        eq(readByOther.user, p("other")),
        eq(readByOther.conversation, messages.conversation),
        eq(readByOther.seq, messages.seq),
      ),
    )
    .leftJoin(
      hidden,
      and(eq(hidden.user, p("user")), eq(hidden.conversation, messages.conversation), eq(hidden.seq, messages.seq)),
    )
    .$dynamic();
}

/** Parameters of both: user, user, conversation, mark, user, limit. */
function unreadMessages({ db }: StateConnection) {
  return db
    .select({ author: messages.author, clientId: messages.clientId })
    .from(messages)
    .leftJoin(
      reads,
      and(eq(reads.user, p("user")), eq(reads.conversation, messages.conversation), eq(reads.seq, messages.seq)),
    )
    .leftJoin(
      hidden,
      and(eq(hidden.user, p("user")), eq(hidden.conversation, messages.conversation), eq(hidden.seq, messages.seq)),
    )
    .where(
      and(
        eq(messages.conversation, p("conversation")),
        gt(messages.seq, p("mark")),
        ne(messages.author, p("user")),
        sql`${messages.deleted} = 0`,
        isNull(reads.seq),
        isNull(hidden.seq),
      ),
    )
    .$dynamic();
}

function messageStatements(c: StateConnection) {
  const { db } = c;
  const inConversation = eq(messages.conversation, once("conversation"));
  return {
    /** Parameters: user, other, user, conversation, seq, limit. */
    seenBefore: compile(
      c,
      seenMessages(c)
        .where(and(inConversation, lt(messages.seq, p("seq")), isNull(hidden.seq)))
        .orderBy(desc(messages.seq))
        .limit(p("limit")),
    ),
    seenAfter: compile(
      c,
      seenMessages(c)
        .where(and(inConversation, gt(messages.seq, p("seq")), isNull(hidden.seq)))
        .orderBy(asc(messages.seq))
        .limit(p("limit")),
    ),
    unread: compile(
      c,
      db.select({ count: sql<number>`count(*)` }).from(unreadMessages(c).limit(p("limit")).as("unread")),
    ),
    unreadIds: compile(c, unreadMessages(c).orderBy(desc(messages.seq)).limit(p("limit"))),
    newest: compile(
      c,
      db
        .select({ seq: messages.seq, author: messages.author, clientId: messages.clientId })
        .from(messages)
        .where(inConversation)
        .orderBy(desc(messages.seq))
        .limit(p("limit")),
    ),
  };
}

function changeStatements(c: StateConnection) {
  const { db } = c;
  return {
    /** Erased after `seq` and there before it. */
    erasedSince: compile(
      c,
      db
        .select({ changedSeq: messages.changedSeq, author: messages.author, clientId: messages.clientId })
        .from(messages)
        .where(
          and(
            eq(messages.conversation, p("conversation")),
            gt(messages.changedSeq, p("seq")),
            sql`${messages.changedSeq} > 0`,
            lte(messages.seq, p("seq")),
          ),
        )
        .orderBy(asc(messages.changedSeq))
        .limit(p("limit")),
    ),
    hiddenSince: compile(
      c,
      db
        .select({
          conversation: hidden.conversation,
          changedSeq: hidden.changedSeq,
          author: messages.author,
          clientId: messages.clientId,
        })
        .from(hidden)
        .innerJoin(messages, and(eq(messages.conversation, hidden.conversation), eq(messages.seq, hidden.seq)))
        .where(and(eq(hidden.user, p("user")), gt(hidden.changedSeq, p("seq"))))
        .orderBy(asc(hidden.changedSeq))
        .limit(p("limit")),
    ),
    readSince: compile(
      c,
      db
        .select({
          user: reads.user,
          changedSeq: reads.changedSeq,
          author: messages.author,
          clientId: messages.clientId,
        })
        .from(reads)
        .innerJoin(messages, and(eq(messages.conversation, reads.conversation), eq(messages.seq, reads.seq)))
        .where(and(eq(reads.conversation, p("conversation")), gt(reads.changedSeq, p("seq"))))
        .orderBy(asc(reads.changedSeq))
        .limit(p("limit")),
    ),
  };
}
