/** How a user stands to her conversations, and which of them a listing selects. */
import { isRoomId } from "../../chat/ids.ts";
import type { ConversationsPage, ConversationSummary, Preferences } from "../../chat/queries.ts";
import type { MemberRow, UserRow } from "../../chat/rows.ts";
import type { Seq } from "../../election/view.ts";

/**
 * A membership, the newest seq of its conversation (0: none), the number of unread messages, up to UNREAD_COUNT_MAX,
 * and what the user prefers there.
 */
export interface Standing {
  readonly me: MemberRow;
  readonly lastSeq: Seq;
  readonly unread: number;
  readonly preferences: Preferences;
}

/**
 * Whether the list shows it: a room until it is archived, a direct conversation unless its other person is gone and
 * nothing is left to see.
 */
export function isListed({ id, room, last }: ConversationSummary, other: UserRow | null): boolean {
  // A room has the id of no pair. One whose op has not arrived yet has no name to show.
  if (isRoomId(id)) return room !== null && !room.row.archived;
  return last !== null || other?.deleted === 0;
}

/** Whether totals count it. */
export function isCounted({ unread, preferences }: Standing): boolean {
  return unread > 0 && !preferences.muted;
}

/** Those that a page of a listing selects, the newest first. */
export function chosen(standings: readonly Standing[], page: ConversationsPage): readonly Standing[] {
  const { beforeSeq = 0, unread = false } = page;
  return standings
    .filter((one) => (beforeSeq === 0 || one.lastSeq < beforeSeq) && (!unread || isCounted(one)))
    .sort((a, b) => b.lastSeq - a.lastSeq);
}

/** The sum of the counts. */
export function sum(counts: Iterable<number>): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}
