/** How a user stands to her conversations, and which of them a listing selects. */
import { isThreadId, rootOf, splitMessageId, type ConversationId, type UserId } from "../../chat/ids.ts";
import {
  UNREAD_COUNT_MAX,
  type ConversationsPage,
  type ConversationSummary,
  type Preferences,
  type Queries,
  type Waiting,
} from "../../chat/queries.ts";
import {
  NO_PREFERENCES,
  notifiedOf,
  type ConversationRow,
  type MemberRow,
  type NotifyLevel,
  type UserRow,
} from "../../chat/rows.ts";
import { readUpTo } from "../../chat/kept-rows.ts";
import type { Seq } from "../../election/view.ts";
import type { Bound } from "./connection.ts";
import type { ConversationMemory } from "./conversation-memory.ts";
import type { QueryStatements } from "./query-statements.ts";
import { memberRow } from "./row-shapes.ts";
import { CONVERSATIONS_MAX, type StateRows } from "./state-rows.ts";

/** With more conversations than this, a user's list is always read from the rows: it would push out everybody else's. */
const REMEMBERED_MAX = 1_000;

/** Of which part of the conversations a list counts the unread messages one by one. With more, one statement counts all. */
const COUNTED_SINGLY = 1 / 4;

const { starred, muted, level } = NO_PREFERENCES;
const UNCHANGED: Preferences = { starred, muted, level };

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

/** Says it from memory as far as that is known there, else from the rows. */
export class StateStandings {
  readonly #q: QueryStatements;
  readonly #rows: StateRows;
  readonly #memory: ConversationMemory;
  readonly #places: Pick<Queries, "homeOf" | "isMember">;

  constructor(
    q: QueryStatements,
    held: { readonly rows: StateRows; readonly memory: ConversationMemory },
    places: Pick<Queries, "homeOf" | "isMember">,
  ) {
    this.#q = q;
    this.#rows = held.rows;
    this.#memory = held.memory;
    this.#places = places;
  }

  /** All conversations of a user except threads, and the threads that she follows and may read, in no particular order. */
  all(user: UserId): { readonly conversations: readonly Standing[]; readonly threads: readonly Standing[] } {
    const conversations: MemberRow[] = [];
    const threads: MemberRow[] = [];
    for (const row of this.#rows.membershipsOf(user).values()) {
      const me = this.#read(row);
      if (!isThreadId(me.conversation)) conversations.push(me);
      else if (this.#places.isMember(me.conversation, user)) threads.push(me);
    }
    return { conversations: this.#each(user, conversations, false), threads: this.#each(user, threads, true) };
  }

  /** One conversation; `me.mark` is up to where the member has read. */
  of(me: MemberRow, max: number): Standing {
    // First, because what is unread is kept only of conversations whose newest seq is known.
    this.#lastSeq(me.conversation);
    return this.#standing(me, this.unread(me, max));
  }

  #standing(me: MemberRow, unread: number): Standing {
    const lastSeq = this.#lastSeq(me.conversation);
    const preferences = this.#preferences(me);
    return { me, lastSeq, unread, mentions: this.#mentions(me, unread, preferences), preferences };
  }

  /** Unread messages, counted up to `max`. */
  unread(me: MemberRow, max: number): number {
    if (this.isSilenced(me)) return 0;
    const known = this.#memory.unread(me, max);
    if (known !== null) return known;
    const unread = Number(this.#q.unread.get(...this.unreadParameters(me), max)?.[0] ?? 0);
    this.#memory.setUnread(me, unread, max);
    return unread;
  }

  /** The parameters of `unreadMessages` (query-statements.ts), except the limit. */
  unreadParameters({ conversation, user, mark, sinceMicros }: MemberRow): readonly Bound[] {
    return [user, conversation, user, conversation, this.#rows.numberOf(conversation), mark, user, sinceMicros];
  }

  /**
   * True if the other account was deleted together with its messages. They are not unread, even if not all are erased
   * yet. Nor is anything unread in an archived room, which no list shows.
   */
  isSilenced({ conversation, user }: MemberRow): boolean {
    const home = this.#places.homeOf(conversation);
    if (this.#rows.conversation(home)?.kind === "room") return this.#rows.room(home)?.archived === true;
    return this.#rows.user(otherOf(home, user, this.#rows))?.deleted === 2;
  }

  #mentions(me: MemberRow, unread: number, preferences: Preferences): number {
    if (unread === 0 || this.#rows.conversation(me.conversation)?.kind === "direct") return 0;
    return this.#rows.unreadMentions(me, preferences.muted, UNREAD_COUNT_MAX);
  }

  /** How a user stands to some of her conversations: to all threads that she may read, or to all others. */
  #each(user: UserId, members: readonly MemberRow[], threads: boolean): readonly Standing[] {
    const unread = members.map((me) => this.#memory.unread(me, UNREAD_COUNT_MAX));
    const unknown = unread.filter((count) => count === null).length;
    if (unknown <= members.length * COUNTED_SINGLY && members.length <= REMEMBERED_MAX)
      return members.map((me, i) => this.#standing(me, unread[i] === 0 ? 0 : this.unread(me, UNREAD_COUNT_MAX)));
    return this.#counted(user, threads).filter(({ me }) => !threads || this.#places.isMember(me.conversation, user));
  }

  /** The membership with the mark up to which the member has read. */
  #read(row: MemberRow): MemberRow {
    const { user, conversation, mark } = row;
    if (this.#memory.member(conversation, user) === undefined) this.#memory.setMember(row);
    const marked = this.#rows.unreads.of(user, conversation);
    return marked === null ? row : { ...row, mark: readUpTo(mark, marked) };
  }

  /** All at once from the rows, and notes them in memory. */
  #counted(user: UserId, threads: boolean): readonly Standing[] {
    const limits = [UNREAD_COUNT_MAX, UNREAD_COUNT_MAX];
    return this.#q.overview.all(...limits, user, threads ? 1 : 0, CONVERSATIONS_MAX).map((row) => {
      const me = memberRow(row);
      const [lastSeq, unread, mentions] = [row[6] as Seq, row[7] as number, row[8] as number];
      const own = row[11] === null ? UNCHANGED : preferencesOf(row[9] === 1, row[10] === 1, row[11] as NotifyLevel);
      this.#memory.setNewestSeq(me.conversation, lastSeq);
      this.#memory.setUnread(me, unread, UNREAD_COUNT_MAX);
      this.#memory.setMentions(me, own.muted, mentions);
      const preferences = this.#inThread(me, own);
      if (unread === 0 || this.isSilenced(me)) return { me, lastSeq, unread: 0, mentions: 0, preferences };
      const called = own.muted === preferences.muted ? mentions : this.#mentions(me, unread, preferences);
      return { me, lastSeq, unread, mentions: called, preferences };
    });
  }

  #preferences(me: MemberRow): Preferences {
    const row = this.#rows.preference(me.user, me.conversation);
    return this.#inThread(me, row === null ? UNCHANGED : preferencesOf(row.starred, row.muted, row.level));
  }

  #inThread({ user, conversation }: MemberRow, own: Preferences): Preferences {
    return isThreadId(conversation) && this.#isMutedAbove(conversation, user) ? { ...own, muted: true } : own;
  }

  /** Whether a thread is muted with its parent. Replies to the user's own message count all the same. */
  #isMutedAbove(thread: ConversationId, user: UserId): boolean {
    const isOwn = splitMessageId(rootOf(thread) ?? "")?.author === user;
    return !isOwn && this.#rows.preference(user, this.#places.homeOf(thread))?.muted === true;
  }

  #lastSeq(conversation: ConversationId): Seq {
    const known = this.#memory.newestSeq(conversation);
    if (known !== null) return known;
    const number = this.#rows.numberOf(conversation);
    // A thread that has no replies yet has no row.
    if (number === null) return 0;
    const newest = (this.#q.newest.get(number, 1)?.[0] ?? number) as Seq;
    this.#memory.setNewestSeq(conversation, newest);
    return newest;
  }
}

function preferencesOf(isStarred: boolean, isMuted: boolean, notify: NotifyLevel): Preferences {
  return { starred: isStarred, muted: isMuted, level: notify };
}

/**
 * The other person of a direct conversation, or of the one that a thread is in; the user for notes, and where nobody is
 * told who has read what. `home`: the conversation, or that of the thread.
 */
export function otherOf(
  home: ConversationId,
  user: UserId,
  rows: Pick<StateRows, "conversation" | "membersOf">,
): UserId {
  if (rows.conversation(home)?.kind !== "direct") return user;
  return rows.membersOf(home).find((member) => member !== user) ?? user;
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
