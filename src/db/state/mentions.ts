/** Whom messages mention: what apply writes of it, and what readers see and count. */
import { and, asc, eq, sql } from "drizzle-orm";
import { ROOM } from "../../chat/mention-text.ts";
import type { ConversationId, UserId } from "../../chat/ids.ts";
import type { MemberRow, MentionRow, MentionRows } from "../../chat/rows.ts";
import type { Seq } from "../../election/view.ts";
import { compile, type Bound, type StateConnection } from "./connection.ts";
import type { ConversationMemory } from "./conversation-memory.ts";
import { hidden, mentions, messages, reads } from "./schema.ts";

const p = sql.placeholder;

/** A mention of a message, without the places that its message has too. */
export type SeenMention = Pick<MentionRow, "user" | "name" | "silent">;

export class StateMentions implements MentionRows {
  readonly #q: ReturnType<typeof mentionStatements>;

  readonly #memory: ConversationMemory;
  readonly #numberOf: (conversation: ConversationId) => Seq | null;

  /** `numberOf`: the number of a conversation. */
  constructor(
    connection: StateConnection,
    memory: ConversationMemory,
    numberOf: (conversation: ConversationId) => Seq | null,
  ) {
    this.#q = mentionStatements(connection);
    this.#memory = memory;
    this.#numberOf = numberOf;
  }

  add({ user, conversation, seq, name, silent }: MentionRow): void {
    this.#q.add.run(user, this.#numberOf(conversation), seq, name, silent ? 1 : 0);
    this.#memory.mentioned(conversation);
  }

  drop(conversation: ConversationId, seq: Seq, user: UserId): void {
    this.#q.dropOne.run(user, this.#numberOf(conversation), seq);
    this.#memory.mentioned(conversation);
  }

  /** Removes those of a message that is erased. */
  dropAll(seq: Seq): void {
    this.#q.drop.run(seq);
  }

  /** Those of a message, by user. */
  in(seq: Seq): readonly SeenMention[] {
    return this.#q.in.all(seq).map((row) => ({ user: row[0] as UserId, name: row[1] as string, silent: row[2] === 1 }));
  }

  /**
   * Unread messages that call the user, counted up to `max`; if `byName`, not those that call everybody. `number`: of
   * the conversation.
   */
  unread(number: Seq | null, member: MemberRow, byName: boolean, max: number): number {
    const { user, conversation, mark, sinceMicros } = member;
    const all = byName ? "" : ROOM;
    const parameters: readonly Bound[] = [
      user,
      conversation,
      user,
      conversation,
      user,
      all,
      number,
      mark,
      user,
      sinceMicros,
      max,
    ];
    return this.#memory.mentions(member, byName, () => Number(this.#q.unread.get(...parameters)?.[0] ?? 0));
  }
}

function mentionStatements(c: StateConnection) {
  const { db } = c;
  const ofMessage = eq(mentions.seq, p("seq"));
  /** Parameters: user and conversation twice, user, who stands for all, conversation number, mark, user, since when, limit. */
  const unread = db
    .selectDistinct({ seq: mentions.seq })
    .from(mentions)
    .innerJoin(messages, eq(messages.seq, mentions.seq))
    .leftJoin(
      reads,
      sql`${reads.user} = ${p("user")} and ${reads.conversation} = ${p("conversation")} and ${reads.seq} = ${mentions.seq}`,
    )
    .leftJoin(
      hidden,
      sql`${hidden.user} = ${p("user")} and ${hidden.conversation} = ${p("conversation")} and ${hidden.seq} = ${mentions.seq}`,
    )
    .where(
      sql`${mentions.user} in (${p("user")}, ${p("all")}) and ${mentions.conversation} = ${p("number")}
        and ${mentions.seq} > ${p("mark")} and ${mentions.silent} = 0 and ${messages.author} <> ${p("user")}
        and ${messages.deleted} = 0 and (${messages.recovered} = 0 or ${messages.timeMicros} >= ${p("since")}) and ${reads.seq} is null and ${hidden.seq} is null`,
    )
    .limit(p("limit"));
  return {
    add: compile(
      c,
      db
        .insert(mentions)
        .values({ user: p("user"), conversation: p("number"), seq: p("seq"), name: p("name"), silent: p("silent") })
        .onConflictDoUpdate({
          target: [mentions.user, mentions.conversation, mentions.seq],
          set: { name: sql`excluded.name`, silent: sql`excluded.silent` },
        }),
    ),
    drop: compile(c, db.delete(mentions).where(ofMessage)),
    dropOne: compile(
      c,
      db
        .delete(mentions)
        .where(and(eq(mentions.user, p("user")), eq(mentions.conversation, p("number")), eq(mentions.seq, p("seq")))),
    ),
    in: compile(
      c,
      db
        .select({ user: mentions.user, name: mentions.name, silent: mentions.silent })
        .from(mentions)
        .where(ofMessage)
        .orderBy(asc(mentions.user)),
    ),
    unread: compile(c, db.select({ count: sql<number>`count(*)` }).from(unread.as("called"))),
  };
}
