/**
 * Finds a place in a conversation by time. Messages are in the order of the log, and their times nearly so. Those that a
 * merge brought late have times of before; among themselves they are nearly in order as well. So each kind is searched by
 * halving its range of seqs, in a few look-ups. An index by time would cost bytes for each message.
 */
import { and, asc, eq, sql } from "drizzle-orm";
import type { Seq } from "../../election/view.ts";
import { compile, once, type StateConnection } from "./connection.ts";
import { messages } from "./schema.ts";

const p = sql.placeholder;

/** How many late messages one look-up passes over to find one that did not come late. */
const PASSED_MAX = 5_000;

interface Found {
  readonly seq: Seq;
  readonly micros: number;
}

export class DaySearch {
  readonly #q: ReturnType<typeof dayStatements>;

  constructor(connection: StateConnection) {
    this.#q = dayStatements(connection);
  }

  /**
   * The first message of the conversation, by its place, that was written at `micros` or later; null: there is none.
   * `number`: of the conversation, null if there is no such; `newest`: no message has a higher seq.
   */
  firstAt(number: Seq | null, newest: Seq, micros: number): Seq | null {
    if (number === null) return null;
    const range = { low: number, high: newest + 1, micros };
    const inTime = search(range, (from, to) => found(this.#q.inTime.get(number, from, to, PASSED_MAX, 1)));
    const late = search(range, (from, to) => found(this.#q.late.get(number, from, to, 1)));
    return inTime === null || late === null ? (inTime ?? late) : Math.min(inTime, late);
  }
}

/** `next`: the first message from a seq on, and below another. What it passes over leads to the same message. */
function search(
  range: { readonly low: Seq; readonly high: Seq; readonly micros: number },
  next: (from: Seq, to: Seq) => Found | null,
): Seq | null {
  let { low, high } = range;
  let answer: Seq | null = null;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const one = next(middle, high);
    if (one !== null && one.micros < range.micros) low = one.seq + 1;
    else {
      answer = one?.seq ?? answer;
      high = middle;
    }
  }
  return answer;
}

function found(row: readonly unknown[] | null): Found | null {
  return row === null ? null : { seq: row[0] as Seq, micros: row[1] as number };
}

function dayStatements(c: StateConnection) {
  const { db } = c;
  const columns = { seq: messages.seq, timeMicros: messages.timeMicros };
  const between = sql`${messages.seq} >= ${p("from")} and ${messages.seq} < ${p("to")}`;
  const inConversation = eq(messages.conversation, once("number"));
  const following = db
    .select({ ...columns, recovered: messages.recovered })
    .from(messages)
    .where(and(inConversation, between))
    .orderBy(asc(messages.seq))
    .limit(p("passed"))
    .as("following");
  return {
    inTime: compile(
      c,
      db
        .select({ seq: following.seq, timeMicros: following.timeMicros })
        .from(following)
        .where(sql`${following.recovered} = 0`)
        .orderBy(asc(following.seq))
        .limit(p("limit")),
    ),
    late: compile(
      c,
      db
        .select(columns)
        .from(messages)
        .where(and(inConversation, sql`${messages.recovered} = 1`, between))
        .orderBy(asc(messages.seq))
        .limit(p("limit")),
    ),
  };
}
