/** Messages that people have saved: what apply writes and reads of them, and what their owners see. */
import { and, asc, desc, eq, gt, sql } from "drizzle-orm";
import type { ClientId, ConversationId, UserId } from "../../chat/ids.ts";
import type { SavedRow, SavedRows, SetSaved } from "../../chat/kept-rows.ts";
import type { Seq } from "../../election/view.ts";
import { compile, once, type StateConnection } from "./connection.ts";
import { savedBy, type RecentChanges } from "./recent-changes.ts";
import { conversations, messages, saved } from "./schema.ts";

const p = sql.placeholder;

/** A saved message with its place and the parts of its id. */
export interface SavedPlace {
  readonly conversation: ConversationId;
  readonly seq: Seq;
  readonly author: UserId;
  readonly clientId: ClientId;
  readonly isOn: boolean;
  readonly tag: string;
  readonly changedSeq: Seq;
}

export class StateSaved implements SavedRows {
  readonly #q: ReturnType<typeof savedStatements>;
  readonly #changes: RecentChanges;
  readonly #numberOf: (conversation: ConversationId) => Seq | null;

  /** `numberOf`: the conversation number (see schema.ts). */
  constructor(
    connection: StateConnection,
    changes: RecentChanges,
    numberOf: (conversation: ConversationId) => Seq | null,
  ) {
    this.#q = savedStatements(connection);
    this.#changes = changes;
    this.#numberOf = numberOf;
  }

  of(user: UserId, conversation: ConversationId, seq: Seq): SetSaved | null {
    const row = this.#q.of.get(user, this.#numberOf(conversation), seq);
    return row === null ? null : { isOn: row[0] === 1, tag: row[1] as string };
  }

  put({ user, conversation, seq, isOn, tag, changedSeq }: SavedRow): void {
    this.#q.put.run(user, this.#numberOf(conversation), seq, isOn ? 1 : 0, tag, changedSeq);
    this.#changes.changed(savedBy(user), changedSeq);
  }

  count(user: UserId, max: number): number {
    return Number(this.#q.count.get(user, max)?.[0]);
  }

  /** The newest below tag `before`, the one that was saved last first. */
  newest(user: UserId, before: string, limit: number): readonly SavedPlace[] {
    return this.#q.newest.all(user, before, limit).map(savedPlace);
  }

  /** Those that changed after the op at `seq`, in order. */
  since(user: UserId, seq: Seq, limit: number): readonly SavedPlace[] {
    if (!this.#changes.mayHaveChanged(savedBy(user), seq)) return [];
    return this.#q.since.all(user, seq, limit).map(savedPlace);
  }

  /** Seqs of the saved ones of a conversation from `first` to `last`. */
  between(user: UserId, conversation: ConversationId, first: Seq, last: Seq): readonly Seq[] {
    return this.#q.between.all(user, this.#numberOf(conversation), first, last).map((row) => row[0] as Seq);
  }
}

function savedPlace(row: readonly unknown[]): SavedPlace {
  return {
    conversation: row[0] as ConversationId,
    seq: row[1] as Seq,
    author: row[2] as UserId,
    clientId: row[3] as ClientId,
    isOn: row[4] === 1,
    tag: row[5] as string,
    changedSeq: row[6] as Seq,
  };
}

/** Saved messages that are in force. */
const isOn = sql`${saved.isOn} = 1`;

/** Saved messages with the columns of SavedPlace. */
function places({ db }: StateConnection) {
  return db
    .select({
      conversation: conversations.id,
      seq: saved.seq,
      author: messages.author,
      clientId: messages.clientId,
      isOn: saved.isOn,
      tag: saved.tag,
      changedSeq: saved.changedSeq,
    })
    .from(saved)
    .innerJoin(messages, eq(messages.seq, saved.seq))
    .innerJoin(conversations, eq(conversations.createdSeq, saved.conversation))
    .$dynamic();
}

function savedStatements(c: StateConnection) {
  const { db } = c;
  const ofUser = eq(saved.user, p("user"));
  return {
    ...listStatements(c),
    of: compile(
      c,
      db
        .select({ isOn: saved.isOn, tag: saved.tag })
        .from(saved)
        .where(and(ofUser, eq(saved.conversation, p("number")), eq(saved.seq, p("seq")))),
    ),
    put: compile(
      c,
      db
        .insert(saved)
        .values({
          user: p("user"),
          conversation: p("number"),
          seq: p("seq"),
          isOn: p("isOn"),
          tag: p("tag"),
          changedSeq: p("changedSeq"),
        })
        .onConflictDoUpdate({
          target: [saved.user, saved.conversation, saved.seq],
          set: { isOn: sql`excluded.is_on`, tag: sql`excluded.tag`, changedSeq: sql`excluded.changed_seq` },
        }),
    ),
    count: compile(
      c,
      db
        .select({ count: sql<number>`count(*)` })
        .from(db.select({ seq: saved.seq }).from(saved).where(and(ofUser, isOn)).limit(p("limit")).as("on")),
    ),
  };
}

function listStatements(c: StateConnection) {
  const { db } = c;
  const ofUser = eq(saved.user, p("user"));
  return {
    newest: compile(
      c,
      places(c)
        .where(and(ofUser, isOn, sql`${saved.tag} < ${p("before")}`))
        .orderBy(desc(saved.tag))
        .limit(p("limit")),
    ),
    since: compile(
      c,
      places(c)
        .where(and(ofUser, gt(saved.changedSeq, p("seq"))))
        .orderBy(asc(saved.changedSeq))
        .limit(p("limit")),
    ),
    between: compile(
      c,
      db
        .select({ seq: saved.seq })
        .from(saved)
        .where(
          and(
            ofUser,
            eq(saved.conversation, once("number")),
            sql`${saved.seq} between ${p("first")} and ${p("last")}`,
            isOn,
          ),
        ),
    ),
  };
}
