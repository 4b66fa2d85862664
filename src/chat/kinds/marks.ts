/**
 * Read marks: what people have read. A mark changes one member's row and is not recorded as a request, so reading
 * does not make the state grow. One op carries the marks that many people made at one replica within 250 ms
 * (service/mark-gatherer.ts). The op itself has no user; each mark names the user it is checked against.
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

/** The mark of one person. */
export interface Mark {
  readonly user: UserId;
  /** The session that asked. */
  readonly session: SessionId;
  /** Marks everything in the conversation of this message up to and including it. Null: marks only `ids`. */
  readonly upTo: MessageId | null;
  /**
   * Without `upTo`: the messages to mark, 1 to 500. With `upTo`: the messages up to it that were unread at the
   * proposing replica, at most 500; a merge uses these instead of `upTo`.
   */
  readonly ids: readonly MessageId[];
  /** The tag of the last op that marked the conversation as unread, as the proposer knew it. Absent: none did. */
  readonly seen?: string;
}

export interface Marks {
  readonly kind: "marks";
  readonly marks: readonly Mark[];
}

/** A message that was read on one branch stays read; a mark never moves back. */
export const marks: Kind<Marks> = {
  since: 1,
  merge: "max",
  recorded: false,

  read(payload) {
    const marks = payload.marks.map(({ user, session, upTo, ids, seen }) => ({
      user,
      session,
      upTo: upTo ?? null,
      ids,
      ...(seen === "" ? {} : { seen }),
    }));
    return { kind: "marks", marks };
  },

  // No client repeats this op: the replica draws its client id, once.
  content: () => "",

  decide(op, body, seq, rows) {
    const facts: Fact[] = [];
    const refusals = body.marks.map((mark) => decideMark(mark, op.recovered, { seq, rows, facts }));
    return { kind: "marked", refusals, facts };
  },
};

/** Applies one mark. Returns null, or the reason why the mark is refused. */
function decideMark(
  { user, session, upTo, ids, seen = "" }: Mark,
  recovered: boolean,
  { seq, rows, facts }: { readonly seq: Seq; readonly rows: Rows; readonly facts: Fact[] },
): ChatErrorCode | null {
  // A recovered mark may arrive before its reader's account, just as it may arrive before the message.
  const mayArrive = recovered && rows.user(user) === null;
  if (!mayArrive && living(user, rows) === null) return "not_logged_in";
  // The session may have ended since it asked, by a log-out, a password change or the end of the account.
  if (!recovered && rows.session(session)?.user !== user) return "not_logged_in";
  // On the winning branch, "up to" would also cover messages that the reader has not seen.
  if (upTo === null || recovered) {
    if (recovered) keepEarly(ids, user, "read", rows);
    const places = visible(ids, { user, recovered }, rows);
    if (places === null) return "not_found";
    facts.push(...readSingly(places, user, seq, rows, seen));
    return null;
  }
  const place = placeOf(upTo, user, rows);
  if (place === null) return "not_found";
  const member = rows.member(place.conversation, user);
  // Nothing is unread in a thread for whoever does not follow it.
  if (member !== null) moveMark(member, place.seq, { seq, rows, facts, fresh: [], seen });
  return null;
}
