/** The pinned messages: what apply writes and reads of them, and what readers see. */
import { and, desc, eq, sql } from "drizzle-orm";
import type { ConversationId, UserId } from "../../chat/ids.ts";
import type { PinRow, PinRows, SetPin } from "../../chat/kept-rows.ts";
import type { Seq } from "../../election/view.ts";
import { compile, once, type StateConnection } from "./connection.ts";
import { pins } from "./schema.ts";

const p = sql.placeholder;

export class StatePins implements PinRows {
  readonly #q: ReturnType<typeof pinStatements>;
  readonly #numberOf: (conversation: ConversationId) => Seq | null;

  /** `numberOf`: the conversation number (see schema.ts). */
  constructor(connection: StateConnection, numberOf: (conversation: ConversationId) => Seq | null) {
    this.#q = pinStatements(connection);
    this.#numberOf = numberOf;
  }

  of(seq: Seq): SetPin | null {
    const row = this.#q.of.get(seq);
    return row === null ? null : { isOn: row[2] === 1, by: row[3] as UserId, tag: row[4] as string };
  }

  put({ conversation, seq, isOn, by, tag }: PinRow): void {
    this.#q.put.run(seq, this.#numberOf(conversation), isOn ? 1 : 0, by, tag);
  }

  count(conversation: ConversationId, max: number): number {
    return this.newest(conversation, max).length;
  }

  /** Seqs of the messages that are pinned in the conversation, the one that was pinned last first. */
  newest(conversation: ConversationId, limit: number): readonly Seq[] {
    return this.#q.newest.all(this.#numberOf(conversation), limit).map((row) => row[0] as Seq);
  }

  /** Removes that of a message that is erased. */
  drop(seq: Seq): void {
    this.#q.drop.run(seq);
  }
}

function pinStatements(c: StateConnection) {
  const { db } = c;
  const ofMessage = eq(pins.seq, p("seq"));
  return {
    of: compile(c, db.select().from(pins).where(ofMessage)),
    put: compile(
      c,
      db
        .insert(pins)
        .values({ seq: p("seq"), conversation: p("number"), isOn: p("isOn"), by: p("by"), tag: p("tag") })
        .onConflictDoUpdate({
          target: pins.seq,
          set: { isOn: sql`excluded.is_on`, by: sql`excluded.by`, tag: sql`excluded.tag` },
        }),
    ),
    newest: compile(
      c,
      db
        .select({ seq: pins.seq })
        .from(pins)
        .where(and(eq(pins.conversation, once("number")), sql`${pins.isOn} = 1`))
        .orderBy(desc(pins.tag))
        .limit(p("limit")),
    ),
    drop: compile(c, db.delete(pins).where(ofMessage)),
  };
}
