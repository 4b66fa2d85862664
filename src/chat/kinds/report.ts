/** Tells those who run the chat of a message of somebody else. */
import { MESSAGE_BYTES_MAX, REPORTS_PER_HOUR, WHY_CHARS_MAX } from "../bounds.ts";
import { splitMessageId, type ConversationId, type MessageId } from "../ids.ts";
import type { Rows } from "../rows.ts";
import { note } from "./audit.ts";
import { done, refused, type Decision, type Kind, type OpHead } from "./kind.ts";
import { isSeen, placeOf } from "./places.ts";
import { tellRunners } from "./roles.ts";
import { living, notLiving } from "./sessions.ts";
import { tagAt, tagOf } from "./tags.ts";

export interface Report {
  readonly kind: "report";
  readonly message: MessageId;
  readonly conversation: ConversationId;
  /** Why; may be empty. */
  readonly why: string;
  /** What the message said when its proposer looked. */
  readonly words: string;
}

const HOUR_MICROS = 3_600 * 1e6;
/** UTF-8 bytes of one character, at most. */
const CHAR_BYTES_MAX = 4;

/**
 * A report that either branch accepted is kept, also if its message was deleted on the other one: it has the words of
 * its own. Of two reports of one message by one user the earlier one is kept.
 */
export const report: Kind<Report> = {
  since: 1,
  merge: "keep",
  recorded: true,
  read: ({ message, conversation, why, words }) => ({ kind: "report", message, conversation, why, words }),
  content: ({ message, why }) => `${message}\0${why}`,

  decide(op, body, seq, rows) {
    const { message, conversation, why, words } = body;
    const author = splitMessageId(message)?.author ?? op.user;
    const isLong =
      Buffer.byteLength(why) > CHAR_BYTES_MAX * WHY_CHARS_MAX || Buffer.byteLength(words) > MESSAGE_BYTES_MAX;
    if (author === op.user || isLong) return refused("invalid");
    const before = rows.reports.of(message, op.user);
    const isThere = before !== null && before.tag !== "";
    if (!op.recovered) {
      const refusal = refusalOf(op, message, isThere, rows);
      if (refusal !== null) return refusal;
    }
    const tag = tagOf(op);
    if (isThere && (!op.recovered || before.tag <= tag)) return done();
    const settled = { isDone: before?.isDone ?? false, doneBy: before?.doneBy ?? "", doneTag: before?.doneTag ?? "" };
    const kept = rows.user(author)?.deleted === 2 ? "" : words;
    const at = isThere ? before.seq : seq;
    rows.reports.put({ message, by: op.user, conversation, why, words: kept, tag, ...settled, seq: at });
    if (!isThere) note({ op, seq, rows }, "report", author);
    return done(tellRunners(rows));
  },
};

function refusalOf(op: OpHead, message: MessageId, isThere: boolean, rows: Rows): Decision | null {
  if (living(op.user, rows) === null) return notLiving(op.user, rows);
  const place = placeOf(message, op.user, rows);
  if (place === null || (!isThere && !isSeen(place, op.user, rows))) return refused("not_found", false);
  const hourAgo = tagAt(Math.max(0, op.timeMicros - HOUR_MICROS));
  const isMuch = rows.reports.countOf(op.user, hourAgo, REPORTS_PER_HOUR) >= REPORTS_PER_HOUR;
  return isMuch && !isThere ? refused("slow_down", false) : null;
}
