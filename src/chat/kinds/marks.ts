/**
 * What people have read. A mark costs a member's row and nothing else, so that reading does not make the state
 * grow: it is not recorded, and one op carries the marks that many people made at one replica within a moment
 * (service/mark-gatherer.ts). The op has no user; each mark is checked for its own.
 */
import type { MessageId, SessionId, UserId } from "../ids.ts";
import type { Fact } from "../fact.ts";
import type { ChatErrorCode } from "../errors.ts";
import type { Rows } from "../rows.ts";
import type { Seq } from "../../election/view.ts";
import { keepEarly } from "./early.ts";
import type { Kind } from "./kind.ts";
import { placeOf, visible } from "./places.ts";
import { moveMark, readSingly } from "./read-mark.ts";
import { living } from "./sessions.ts";

/** One person's. */
export interface Mark {
  readonly user: UserId;
  /** The session that asked. */
  readonly session: SessionId;
  /** The newest message that the reader was shown: all of its conversation up to it is read. Null: the ids are. */
  readonly upTo: MessageId | null;
  /**
   * Without `upTo` the messages that are read, 1 to 500. With it those up to there that were unread at the replica
   * that was asked, at most 500.
   */
  readonly ids: readonly MessageId[];
}

export interface Marks {
  readonly kind: "marks";
  readonly marks: readonly Mark[];
}

/** Read on one branch is read; a mark never goes back. */
export const marks: Kind<Marks> = {
  since: 1,
  merge: "max",
  recorded: false,

  read(payload) {
    const marks = payload.marks.map(({ user, session, upTo, ids }) => ({ user, session, upTo: upTo ?? null, ids }));
    return { kind: "marks", marks };
  },

  // Nobody repeats it: its client id is drawn by the replica, once.
  content: () => "",

  decide(op, body, seq, rows) {
    const facts: Fact[] = [];
    const refusals = body.marks.map((mark) => decideMark(mark, op.recovered, { seq, rows, facts }));
    return { kind: "marked", refusals, facts };
  },
};

/** Why the mark counts for nothing; null: it counts. */
function decideMark(
  { user, session, upTo, ids }: Mark,
  recovered: boolean,
  { seq, rows, facts }: { readonly seq: Seq; readonly rows: Rows; readonly facts: Fact[] },
): ChatErrorCode | null {
  // A recovered mark may come before the account of its reader, as it may come before the message.
  const mayArrive = recovered && rows.user(user) === null;
  if (!mayArrive && living(user, rows) === null) return "not_logged_in";
  // It may have ended since it asked: by a log-out, another password, or the end of the account.
  if (!recovered && rows.session(session)?.user !== user) return "not_logged_in";
  // On the branch that won, "up to" would cover messages that she has not seen.
  if (upTo === null || recovered) {
    if (recovered) keepEarly(ids, user, "read", rows);
    const places = visible(ids, { user, recovered }, rows);
    if (places === null) return "not_found";
    facts.push(...readSingly(places, user, seq, rows));
    return null;
  }
  const place = placeOf(upTo, user, rows);
  const member = place === null ? null : rows.member(place.conversation, user);
  if (place === null || member === null) return "not_found";
  moveMark(member, place.seq, seq, rows, [], facts);
  return null;
}
