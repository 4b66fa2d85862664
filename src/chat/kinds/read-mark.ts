/** A member's read mark: everything up to it is read, and above it single messages may be read. */
import type { UserId } from "../ids.ts";
import type { Fact } from "../fact.ts";
import { readUpTo, type UnreadRow } from "../kept-rows.ts";
import { sees, type MemberRow, type Rows } from "../rows.ts";
import type { Seq } from "../../election/view.ts";
import { byConversation, homeOf, type Place } from "./places.ts";

/**
 * Sizes of the first and the last page of messages that a moving mark examines. It examines
 * 682 in all for one op, and later ops continue. The first page is small because usually at
 * most one own message precedes the first unread one.
 */
const MARK_PAGE_FIRST = 2;
const MARK_PAGE_LAST = 512;

/**
 * Marks messages above the mark as read singly, then moves the mark over those that it now reaches. `seen`: the tag of
 * the last op, as the proposer knew it, by which the user marked the conversation as unread.
 */
export function readSingly(places: readonly Place[], user: UserId, seq: Seq, rows: Rows, seen = ""): Fact[] {
  const facts: Fact[] = [];
  for (const [conversation, group] of byConversation(places)) {
    const member = rows.member(conversation, user);
    if (member === null) continue;
    const from = readUpTo(member.mark, liftable(member, seen, rows));
    const fresh: string[] = [];
    for (const place of group) {
      if (place.author === user || place.seq <= from || rows.isRead(conversation, user, place.seq)) continue;
      rows.addRead(conversation, user, place.seq, seq);
      fresh.push(place.id);
    }
    if (fresh.length > 0) moveMark(member, 0, { seq, rows, facts, fresh, seen });
  }
  return facts;
}

/** What the user marked as unread and this act may read, because its proposer knew of it; null: nothing. */
function liftable({ conversation, user }: MemberRow, seen: string, rows: Rows): UnreadRow | null {
  const unread = seen === "" ? null : rows.unreads.of(user, conversation);
  return unread !== null && unread.from > 0 && unread.tag <= seen ? unread : null;
}

/** The act that moves a mark. */
interface Move {
  readonly seq: Seq;
  readonly rows: Rows;
  /** What it tells is appended. */
  readonly facts: Fact[];
  /** Ids that this op marked singly. */
  readonly fresh: readonly string[];
  /** As of `readSingly`. */
  readonly seen: string;
}

/**
 * Moves the mark to `upTo` or beyond, over every message that needs no reading: the user's
 * own, deleted, hidden, not shown, or read singly. The mark therefore stays close to the first unread
 * message, and counting unread messages never walks over long stretches of the user's own. What the user marked as
 * unread before the mark is read in the same way, and the mark stays where it is meanwhile.
 */
export function moveMark(member: MemberRow, upTo: Seq, { seq, rows, facts, fresh, seen }: Move): void {
  const { conversation, user } = member;
  const unread = liftable(member, seen, rows);
  const start = readUpTo(member.mark, unread);
  const from = Math.max(start, upTo);
  const moves = from > start || fresh.length > 0 || unread !== null;
  if (!moves && rows.isMarkStuck(conversation, user)) return;
  const { mark, overRead, stuckBefore } = stepOver(member, from, rows);
  const overOthers = overRead || from > start;
  const isOver = mark >= member.mark;
  if (unread !== null && mark > start) rows.unreads.put({ ...unread, from: isOver ? 0 : mark + 1 });
  if (mark > start) {
    // Single reads above what is still marked as unread count until that is read.
    if (overOthers) rows.dropReads(conversation, user, readUpTo(mark, rows.unreads.of(user, conversation)));
    const markChangedSeq = overOthers ? seq : member.markChangedSeq;
    rows.putMember({ ...member, mark: Math.max(mark, member.mark), markChangedSeq });
  }
  if (stuckBefore !== null && isOver) rows.markIsStuck(conversation, user, stuckBefore);
  if (!overOthers && fresh.length === 0) return;
  // In a room the others are not told who has read what: fifty marks for each message would go to fifty people each.
  const isDirect = rows.conversation(homeOf(conversation, rows))?.kind === "direct";
  const audience = isDirect ? { membersOf: conversation } : { user };
  const read = readUpTo(mark, rows.unreads.of(user, conversation));
  facts.push({ kind: "read", conversationId: conversation, readerId: user, messageIds: fresh, upTo: read, audience });
}

/** Where a mark has moved to. */
interface Steps {
  readonly mark: Seq;
  /** The mark passed messages that were read singly. */
  readonly overRead: boolean;
  /** The unread message that stopped the mark; null if it reached the end, or examined as many as one op may. */
  readonly stuckBefore: Seq | null;
}

/** Moves a mark forward from `from` over messages that need no reading. */
function stepOver(member: MemberRow, from: Seq, rows: Rows): Steps {
  const { conversation, user } = member;
  let mark = from;
  let overRead = false;
  for (let page = MARK_PAGE_FIRST; page <= MARK_PAGE_LAST; page *= 4) {
    const steps = rows.messagesAfter(conversation, mark, page);
    for (const next of steps) {
      if (next.author !== user && !next.deleted && sees(member, next)) {
        if (rows.isRead(conversation, user, next.seq)) overRead = true;
        else if (!rows.isHidden(conversation, user, next.seq)) return { mark, overRead, stuckBefore: next.seq };
      }
      mark = next.seq;
    }
    if (steps.length < page) break;
  }
  return { mark, overRead, stuckBefore: null };
}
