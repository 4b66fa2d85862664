/** The reactions to messages: what apply writes and reads of them, and what readers see. */
import { and, asc, eq, sql } from "drizzle-orm";
import type { ReactionRow } from "../../chat/rows.ts";
import type { Seq } from "../../election/view.ts";
import { compile, type StateConnection } from "./connection.ts";
import { messages, reactions } from "./schema.ts";

const p = sql.placeholder;

export class StateReactions {
  readonly #q: ReturnType<typeof reactionStatements>;

  constructor(connection: StateConnection) {
    this.#q = reactionStatements(connection);
  }

  /** Ordered by emoji, then by user. */
  to(seq: Seq): readonly ReactionRow[] {
    return this.#q.to.all(seq).map((row) => ({
      seq,
      emoji: row[1] as string,
      user: row[2] as string,
      shown: row[3] === 1,
      tag: row[4] as string,
    }));
  }

  put({ seq, emoji, user, shown, tag }: ReactionRow): void {
    this.#q.put.run(seq, emoji, user, shown ? 1 : 0, tag);
  }

  /** Removes those to a message that is erased. */
  drop(seq: Seq): void {
    this.#q.drop.run(seq);
  }

  /** `number`: of the message's conversation. */
  touchMessage(number: Seq | null, seq: Seq, changedSeq: Seq): void {
    this.#q.touchMessage.run(changedSeq, number, seq);
  }
}

function reactionStatements(c: StateConnection) {
  const { db } = c;
  const toMessage = eq(reactions.seq, p("seq"));
  return {
    to: compile(c, db.select().from(reactions).where(toMessage).orderBy(asc(reactions.emoji), asc(reactions.user))),
    put: compile(
      c,
      db
        .insert(reactions)
        .values({ seq: p("seq"), emoji: p("emoji"), user: p("user"), shown: p("shown"), tag: p("tag") })
        .onConflictDoUpdate({
          target: [reactions.seq, reactions.emoji, reactions.user],
          set: { shown: sql`excluded.shown`, tag: sql`excluded.tag` },
        }),
    ),
    drop: compile(c, db.delete(reactions).where(toMessage)),
    touchMessage: compile(
      c,
      db
        .update(messages)
        .set({ changedSeq: sql`${p("changedSeq")}` })
        .where(and(eq(messages.conversation, p("number")), eq(messages.seq, p("seq")))),
    ),
  };
}
