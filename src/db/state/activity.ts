/** What others did that concerns a user, read from where it is: mentions, changed messages of the user, seats. */
import { and, desc, eq, lt, sql } from "drizzle-orm";
import { ROOM } from "../../chat/mention-text.ts";
import type { ConversationId, UserId } from "../../chat/ids.ts";
import type { Deed, SeenMessage } from "../../chat/queries.ts";
import type { Seq } from "../../election/view.ts";
import { compile, type StateConnection } from "./connection.ts";
import { conversations, hidden, members, mentions, messages, seats } from "./schema.ts";

const p = sql.placeholder;

/** A message as the user sees it; null if the user does not. */
type Look = (conversation: ConversationId, user: UserId, seq: Seq) => SeenMessage | null;

export class StateActivity {
  readonly #q: ReturnType<typeof activityStatements>;
  readonly #look: Look;

  constructor(connection: StateConnection, look: Look) {
    this.#q = activityStatements(connection);
    this.#look = look;
  }

  /** The newest below `before`, newest first. */
  of(user: UserId, before: Seq, limit: number): readonly Deed[] {
    const found = new Map<string, Deed>();
    const called = [user, ROOM].flatMap((who) => this.#q.mentions.all(user, who, user, before, user, limit));
    for (const [seq, conversation] of called) this.#add(found, "mention", user, [seq, seq, conversation]);
    // The character after the dash, which follows the user in an id, is a dot.
    for (const [seq, conversation] of this.#q.quotes.all(`${user}-`, `${user}.`, user, before, limit))
      this.#add(found, "quote", user, [seq, seq, conversation]);
    for (const row of this.#q.changed.all(user, before, limit)) this.#add(found, "changed", user, row);
    for (const [room, by, seq] of this.#q.seats.all(user, before, user, limit)) {
      const deed = { kind: "invitation", seq: seq as Seq, room: room as ConversationId, by: by as UserId } as const;
      found.set(`invitation ${String(room)}`, deed);
    }
    return [...found.values()].toSorted((a, b) => b.seq - a.seq).slice(0, limit);
  }

  /** `row`: the seq of the op, then that of the message, and its conversation. */
  #add(found: Map<string, Deed>, kind: "mention" | "quote" | "changed", user: UserId, row: readonly unknown[]): void {
    const [seq, at, conversation] = row as [Seq, Seq, ConversationId];
    const message = this.#look(conversation, user, at);
    if (message !== null) found.set(`${kind} ${at}`, { kind, seq, message });
  }
}

/** Parameters: user, who is mentioned, user, before, user, limit. */
function mentionsStatement(c: StateConnection) {
  const { db } = c;
  return compile(
    c,
    db
      .select({ seq: mentions.seq, conversation: conversations.id })
      .from(mentions)
      .innerJoin(messages, eq(messages.seq, mentions.seq))
      .innerJoin(conversations, eq(conversations.createdSeq, mentions.conversation))
      .innerJoin(members, and(eq(members.conversation, conversations.id), eq(members.user, p("user"))))
      .leftJoin(seats, and(eq(seats.room, conversations.id), eq(seats.user, members.user)))
      .leftJoin(
        hidden,
        sql`${hidden.user} = ${members.user} and ${hidden.conversation} = ${conversations.id}
          and ${hidden.seq} = ${mentions.seq}`,
      )
      .where(
        sql`${mentions.user} = ${p("who")} and ${mentions.silent} = 0
            and (${mentions.user} = ${p("user")} or ${mentions.seq} > coalesce(${seats.joinedSeq}, 0))
            and ${mentions.seq} < ${p("before")} and ${messages.author} <> ${p("user")}
            and ${messages.deleted} = 0 and ${hidden.seq} is null`,
      )
      .orderBy(desc(mentions.seq))
      .limit(p("limit")),
  );
}

function activityStatements(c: StateConnection) {
  const { db } = c;
  return {
    mentions: mentionsStatement(c),
    /** Messages of others that quote one of the user's. Parameters: from, to, user, before, limit. */
    quotes: compile(
      c,
      db
        .select({ seq: messages.seq, conversation: conversations.id })
        .from(messages)
        .innerJoin(conversations, eq(conversations.createdSeq, messages.conversation))
        .where(
          sql`${messages.quoted} is not null and ${messages.quoted} > ${p("from")} and ${messages.quoted} < ${p("to")}
            and ${messages.author} <> ${p("user")} and ${messages.seq} < ${p("before")} and ${messages.deleted} = 0`,
        )
        .orderBy(desc(messages.seq))
        .limit(p("limit")),
    ),
    /** The user's messages that others may have answered. Parameters: user, before, limit. */
    changed: compile(
      c,
      db
        .select({ changedSeq: messages.changedSeq, seq: messages.seq, conversation: conversations.id })
        .from(messages)
        .innerJoin(conversations, eq(conversations.createdSeq, messages.conversation))
        .where(
          and(
            eq(messages.author, p("user")),
            lt(messages.changedSeq, p("before")),
            sql`${messages.changedSeq} > 0 and ${messages.deleted} = 0`,
          ),
        )
        .orderBy(desc(messages.changedSeq))
        .limit(p("limit")),
    ),
    /** Rooms into which somebody else has brought the user. Parameters: user, before, user, limit. */
    seats: compile(
      c,
      db
        .select({ room: seats.room, by: seats.seatedBy, seq: seats.joinedSeq })
        .from(seats)
        .where(
          sql`${seats.user} = ${p("user")} and ${seats.state} = 'joined' and ${seats.joinedSeq} < ${p("before")}
            and ${seats.seatedBy} <> ${p("user")} and ${seats.seatedBy} <> ''`,
        )
        .orderBy(desc(seats.joinedSeq))
        .limit(p("limit")),
    ),
  };
}
