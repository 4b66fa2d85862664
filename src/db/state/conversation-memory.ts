/**
 * Keeps in memory what apply reads of a conversation for every message: its row, its memberships, and those
 * fields of its newest messages that the rules use. A message then costs no
 * query to find which message its author answers, how far the author's mark moves, and what follows
 * that message; and a list of conversations costs none to find what is unread in each and what was said last. Every write passes through this memory. It returns null or undefined for what it
 * does not know; the caller then reads the rows, which this memory never contradicts.
 */
import type { ClientId, ConversationId, UserId } from "../../chat/ids.ts";
import { sees, type ConversationRow, type MemberRow, type MessageRow } from "../../chat/rows.ts";
import type { Seq } from "../../election/view.ts";
import { BoundedCache } from "../../base/bounded-cache.ts";
import { placeIn } from "../../base/ordered.ts";

/** Maximum number of conversations: at some 6 KB for a full one, 50 MB in all; most have few messages, and take 1 KB. */
const CONVERSATIONS_MAX = 8_192;

/** Newest messages kept of each conversation. A mark is rarely further behind, because sending a message moves it. */
const TAIL_MIN = 24;
/** A tail longer than this is cut back to TAIL_MIN. */
const TAIL_MAX = 48;

/** A newest message with a longer text is read again whenever a list shows it. */
const KEPT_CHARS_MAX = 1_000;

/** A message of the tail. */
export interface TailMessage {
  readonly seq: Seq;
  readonly author: UserId;
  readonly clientId: ClientId;
  deleted: boolean;
  readonly recovered: boolean;
  readonly timeMicros: number;
}

/** How many messages a member has not read. */
interface Counted {
  /** From where on and for whom that is true: fields of the membership it was counted for. */
  readonly mark: Seq;
  readonly sinceMicros: number;
  /** Where counting stopped: if `unread` is not below it, there may have been more. */
  readonly max: number;
  /** Messages up to this seq are counted. */
  to: Seq;
  unread: number;
  /** How many of them mention the member; null: not known. `byName`: those of everybody are not among them. */
  mentions: { readonly byName: boolean; readonly count: number } | null;
}

interface Member {
  row: MemberRow;
  /** Null: not known. */
  counted: Counted | null;
  /** Nothing is unread up to this seq, although the mark may be lower. */
  nothingTo: Seq;
  /** The message that stops the mark: the first unread message of somebody else above it. Null: not known. */
  stuckBefore: Seq | null;
}

interface Known {
  /** Null: not known. */
  row: ConversationRow | null;
  readonly members: Map<string, Member>;
  /** Ids of all members; null: not known. */
  people: readonly UserId[] | null;
  /** All messages above `tailAfter`, oldest first. */
  tail: TailMessage[];
  /** Null until the first message is written here, or somebody has looked which one is the newest. */
  tailAfter: Seq | null;
  /** The newest message, with its text; null: not known. */
  newest: MessageRow | null;
  /** Users who have read or hidden single messages since the tail began. For them the rows decide what is unread. */
  readonly singly: Set<string>;
}

/** See the top of this file. */
export class ConversationMemory {
  readonly #known = new BoundedCache<Known>(CONVERSATIONS_MAX);
  /** The conversation looked up last, because an op asks for its conversation half a dozen times. */
  #lastId = "";
  #last: Known | undefined;

  /** The conversation; null: not known, read the rows. */
  conversation(conversation: ConversationId): ConversationRow | null {
    return this.#get(conversation)?.row ?? null;
  }

  /** Notes an existing conversation. */
  setConversation(row: ConversationRow): void {
    this.#of(row.id).row = row;
  }

  /** Ids of all members; null: not known, read the rows. */
  people(conversation: ConversationId): readonly UserId[] | null {
    return this.#get(conversation)?.people ?? null;
  }

  /** Notes all members of a conversation, as they are in the rows now. They are forgotten when one is added. */
  setPeople(conversation: ConversationId, people: readonly UserId[]): void {
    this.#of(conversation).people = people;
  }

  /** A membership; undefined: not known, read the rows. */
  member(conversation: ConversationId, user: UserId): MemberRow | undefined {
    return this.#get(conversation)?.members.get(user)?.row;
  }

  /** Notes a membership, as it is in the rows now. */
  setMember(row: MemberRow): void {
    const known = this.#of(row.conversation);
    const there = known.members.get(row.user);
    if (there === undefined) {
      known.members.set(row.user, { row, counted: null, nothingTo: row.mark, stuckBefore: null });
      // Kept, because every new account joins the room that everybody is in.
      if (known.people !== null) known.people = withUser(known.people, row.user);
    } else {
      if (there.row.mark !== row.mark) there.stuckBefore = null;
      there.row = row;
    }
    if (known.singly.size > 0 && row.mark >= (known.tail.at(-1)?.seq ?? 0)) known.singly.delete(row.user);
  }

  /** Notes that somebody is no longer a member. */
  removeMember(conversation: ConversationId, user: UserId): void {
    const known = this.#get(conversation);
    if (known === undefined) return;
    known.members.delete(user);
    // Whoever comes back may have an earlier mark, below single messages that are read.
    known.singly.add(user);
    known.people = known.people?.filter((one) => one !== user) ?? null;
  }

  /** Notes a message that was added; it is the newest one of its conversation. */
  added(message: MessageRow): void {
    const { conversation, seq, author, clientId, deleted, recovered, timeMicros } = message;
    const known = this.#of(conversation);
    known.newest = message.body.length > KEPT_CHARS_MAX ? null : message;
    known.tailAfter ??= seq - 1;
    known.tail.push({ seq, author, clientId, deleted, recovered, timeMicros });
    if (known.tail.length <= TAIL_MAX) return;
    known.tailAfter = known.tail[known.tail.length - TAIL_MIN - 1]!.seq;
    known.tail = known.tail.slice(-TAIL_MIN);
  }

  /** The seq of the newest message; null: not known. */
  newestSeq(conversation: ConversationId): Seq | null {
    const known = this.#get(conversation);
    return known?.tail.at(-1)?.seq ?? known?.tailAfter ?? null;
  }

  /** Notes the newest seq of a conversation, as it is in the rows now. */
  setNewestSeq(conversation: ConversationId, seq: Seq): void {
    this.#of(conversation).tailAfter ??= seq;
  }

  /** The message at this seq, if it is the newest one; null: not known, read the rows. */
  newestMessage(conversation: ConversationId, seq: Seq): MessageRow | null {
    const newest = this.#get(conversation)?.newest ?? null;
    return newest?.seq === seq ? newest : null;
  }

  /** Notes a message, as it is in the rows now, if it is the newest one. */
  setNewestMessage(message: MessageRow): void {
    const known = this.#get(message.conversation);
    const isKept = this.newestSeq(message.conversation) === message.seq && message.body.length <= KEPT_CHARS_MAX;
    if (known !== undefined && isKept) known.newest = message;
  }

  /** Notes that a message was written anew. */
  changed(conversation: ConversationId, seq: Seq): void {
    const known = this.#get(conversation);
    if (known?.newest?.seq === seq) known.newest = null;
  }

  /** Notes that a message was erased. */
  erased(conversation: ConversationId, seq: Seq): void {
    this.changed(conversation, seq);
    const known = this.#get(conversation);
    if (known === undefined) return;
    const message = known.tail.find((m) => m.seq === seq);
    if (message !== undefined) message.deleted = true;
    for (const member of known.members.values()) {
      member.counted = null;
      if (member.stuckBefore === seq) member.stuckBefore = null;
    }
  }

  /** Notes that the user has read or hidden a single message. */
  readSingly(conversation: ConversationId, user: UserId): void {
    const known = this.#of(conversation);
    known.singly.add(user);
    const member = known.members.get(user);
    if (member === undefined) return;
    member.stuckBefore = null;
    member.counted = null;
  }

  /** Notes that other single messages are read for the user than before. */
  countAgain(conversation: ConversationId, user: UserId): void {
    const member = this.#get(conversation)?.members.get(user);
    if (member !== undefined) member.counted = null;
  }

  /**
   * How many messages the member has not read, up to `max`; null: not known, count them in the rows. Those that came since
   * they were counted are in the tail, so a message to a thousand people is not followed by a thousand counts.
   */
  unread(me: MemberRow, max: number): number | null {
    const known = this.#get(me.conversation);
    const member = known?.members.get(me.user);
    if (known === undefined || member === undefined || known.tailAfter === null) return null;
    const to = known.tail.at(-1)?.seq ?? known.tailAfter;
    let { counted } = member;
    if (counted === null || !isStill(counted, me, max) || counted.to < known.tailAfter) {
      // What the tail does not hold is read, and nothing that it holds was read or hidden singly.
      if (me.mark < known.tailAfter || me.mark !== member.row.mark || known.singly.has(me.user)) return null;
      const { mark, sinceMicros } = me;
      counted = { mark, sinceMicros, max: Number.MAX_SAFE_INTEGER, to: mark, unread: 0, mentions: null };
      member.counted = counted;
    }
    let at = known.tail.length;
    while (at > 0 && known.tail[at - 1]!.seq > counted.to) at -= 1;
    for (; at < known.tail.length; at++) {
      const message = known.tail[at]!;
      if (message.author !== me.user && !message.deleted && sees(me, message)) counted.unread += 1;
    }
    counted.to = to;
    return Math.min(counted.unread, max);
  }

  /** Notes how many messages the member has not read, as counted in the rows now, up to `max`. */
  setUnread({ conversation, user, mark, sinceMicros }: MemberRow, unread: number, max: number): void {
    const known = this.#get(conversation);
    const member = known?.members.get(user);
    if (known === undefined || member === undefined || known.tailAfter === null) return;
    const to = known.tail.at(-1)?.seq ?? known.tailAfter;
    member.counted = { mark, sinceMicros, max, to, unread, mentions: null };
  }

  /** How many of the unread messages mention the member: see `unread`, which is asked first. */
  mentions(me: MemberRow, byName: boolean, count: () => number): number {
    const counted = this.#get(me.conversation)?.members.get(me.user)?.counted ?? null;
    if (counted === null || !isStill(counted, me, 0)) return count();
    if (counted.mentions?.byName !== byName) counted.mentions = { byName, count: count() };
    return counted.mentions.count;
  }

  /** Notes how many of them mention the member, as counted in the rows now. */
  setMentions(me: MemberRow, byName: boolean, count: number): void {
    const counted = this.#get(me.conversation)?.members.get(me.user)?.counted ?? null;
    if (counted !== null && isStill(counted, me, 0)) counted.mentions = { byName, count };
  }

  /** Notes that a message of the conversation mentions others than before. */
  mentioned(conversation: ConversationId): void {
    for (const { counted } of this.#get(conversation)?.members.values() ?? [])
      if (counted !== null) counted.mentions = null;
  }

  /** See `Rows.isMarkStuck`. */
  isMarkStuck(conversation: ConversationId, user: UserId): boolean {
    return (this.#get(conversation)?.members.get(user)?.stuckBefore ?? null) !== null;
  }

  /** See `Rows.markIsStuck`. */
  markIsStuck(conversation: ConversationId, user: UserId, before: Seq): void {
    const member = this.#get(conversation)?.members.get(user);
    if (member !== undefined) member.stuckBefore = before;
  }

  /** The first messages above `seq`, in order, at most `limit`; null: not known, read the rows. */
  messagesAfter(conversation: ConversationId, seq: Seq, limit: number): readonly TailMessage[] | null {
    const known = this.#get(conversation);
    if (known === undefined || known.tailAfter === null || seq < known.tailAfter) return null;
    const { tail } = known;
    let start = tail.length;
    while (start > 0 && tail[start - 1]!.seq > seq) start -= 1;
    return tail.slice(start, start + limit);
  }

  /**
   * The seq of the author's message, if it is among the newest of this conversation; null: not known, read the rows.
   */
  seqOf(conversation: ConversationId, author: UserId, clientId: ClientId): Seq | null {
    const tail = this.#get(conversation)?.tail ?? [];
    for (let i = tail.length - 1; i >= 0; i--) {
      const message = tail[i]!;
      if (message.clientId === clientId && message.author === author) return message.seq;
    }
    return null;
  }

  /** The newest message that the user has not read, or "nothing" if there is none; null: not known, read the rows. */
  newestUnread(conversation: ConversationId, user: UserId): "nothing" | TailMessage | null {
    const known = this.#get(conversation);
    const member = known?.members.get(user);
    if (known === undefined || member === undefined || known.tailAfter === null || known.singly.has(user)) return null;
    const from = Math.max(member.row.mark, member.nothingTo);
    for (let i = known.tail.length - 1; i >= 0; i--) {
      const message = known.tail[i]!;
      if (message.seq <= from) break;
      if (message.author !== user && !message.deleted && sees(member.row, message)) return message;
    }
    if (known.tailAfter > from) return null;
    member.nothingTo = known.tail.at(-1)?.seq ?? from;
    return "nothing";
  }

  /** Forgets everything, because the rows may have been rolled back. */
  clear(): void {
    this.#known.clear();
    this.#lastId = "";
    this.#last = undefined;
  }

  #get(conversation: ConversationId): Known | undefined {
    if (conversation !== this.#lastId) {
      this.#lastId = conversation;
      this.#last = this.#known.get(conversation);
    }
    return this.#last;
  }

  #of(conversation: ConversationId): Known {
    const there = this.#get(conversation);
    if (there !== undefined) return there;
    const fresh: Known = {
      row: null,
      members: new Map(),
      people: null,
      tail: [],
      tailAfter: null,
      newest: null,
      singly: new Set(),
    };
    this.#known.set(conversation, fresh);
    this.#last = fresh;
    return fresh;
  }
}

/** Whether what was counted holds for this membership, and is enough to know up to `max`. */
function isStill({ mark, sinceMicros, unread, max: counted }: Counted, me: MemberRow, max: number): boolean {
  return mark === me.mark && sinceMicros === me.sinceMicros && (unread < counted || max <= counted);
}

/** The ids in order, including this one. */
function withUser(people: readonly UserId[], user: UserId): readonly UserId[] {
  const at = placeIn(people, user);
  return people[at] === user ? people : people.toSpliced(at, 0, user);
}
