/** How a user stands to her conversations, and which of them a listing selects. */
import type { ConversationsPage, ConversationSummary, Preferences, Waiting } from "../../chat/queries.ts";
import { notifiedOf, type ConversationRow, type MemberRow, type UserRow } from "../../chat/rows.ts";
import type { Seq } from "../../election/view.ts";

/**
 * A membership, the newest seq of its conversation (0: none), the number of unread messages, in a room the number of
 * those that mention the member, each up to UNREAD_COUNT_MAX, and what the member prefers there.
 */
export interface Standing {
  readonly me: MemberRow;
  readonly lastSeq: Seq;
  readonly unread: number;
  readonly mentions: number;
  readonly preferences: Preferences;
}

/**
 * Whether the list shows it: a room until it is archived, a group, and a direct conversation unless its other person is
 * gone and nothing is left to see.
 */
export function isListed({ kind, room, last }: ConversationSummary, other: UserRow | null): boolean {
  // A room whose op has not arrived yet has no name to show.
  if (kind === "room") return room !== null && !room.row.archived;
  return kind === "group" || last !== null || other?.deleted === 0;
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

/** What of a conversation waits, and what of that calls the member. */
export function waitingOf(
  { unread, mentions, preferences }: Omit<Standing, "lastSeq" | "me">,
  isRoom: boolean,
): Waiting {
  const calls = { all: unread, mentions, nothing: 0 };
  return { unread, calls: calls[notifiedOf(preferences.level, isRoom)] };
}

/** The kind of a conversation that is no thread. */
export function kindOfHome(kind: ConversationRow["kind"] | null): ConversationSummary["kind"] {
  return kind === null || kind === "thread" ? "direct" : kind;
}

/** The sum of the counts. */
export function sum(counts: Iterable<Waiting>): Waiting {
  let [unread, calls] = [0, 0];
  for (const count of counts) {
    unread += count.unread;
    calls += count.calls;
  }
  return { unread, calls };
}

/** The counts, each at most `max`. */
export function upTo(max: number, { unread, calls }: Waiting): Waiting {
  return { unread: Math.min(max, unread), calls: Math.min(max, calls) };
}
