/**
 * What apply asks of a conversation with every message, kept in memory: the number that stands
 * for its id, its memberships, and its newest messages as far as rules look at them. With it a
 * message costs no query: which one its author answers, how far her mark moves and what comes
 * after it are all found here. Every write goes through it; what it does not know is looked up in
 * the rows, and it never says more than they do.
 */
import type { ClientId, ConversationId, UserId } from "../../chat/ids.ts";
import type { MemberRow, MessageRow } from "../../chat/rows.ts";
import type { Seq } from "../../election/view.ts";
import { BoundedCache } from "../../base/bounded-cache.ts";

/** Conversations remembered; at some 5 KB for a full one, 20 MB in all. */
const CONVERSATIONS_MAX = 4_096;

/** Newest messages of each: marks pass an author's own messages at least that often, mostly. */
const TAIL_MIN = 24;
/** The tail is cut back to TAIL_MIN when it is this long. */
const TAIL_MAX = 48;

/** A message of the tail. */
export interface TailMessage {
  readonly seq: Seq;
  readonly author: UserId;
  readonly clientId: ClientId;
  deleted: boolean;
}

interface Member {
  row: MemberRow;
  /** Nothing is unread up to here, though the mark may still be below. */
  nothingTo: Seq;
  /** The message that stops the mark: the first above it, another's and unread. Null: not known. */
  stuckBefore: Seq | null;
}

interface Known {
  /** Conversation number; null: not asked yet. */
  number: Seq | null;
  readonly members: Map<string, Member>;
  /** Ids of all members; null: not asked yet. */
  people: readonly UserId[] | null;
  /** All messages above `tailAfter`, oldest first. */
  tail: TailMessage[];
  /** Null until the first message is written here. */
  tailAfter: Seq | null;
  /** Who read or hid single messages since the tail began: for them the rows decide. */
  readonly singly: Set<string>;
}

export class ConversationMemory {
  readonly #known = new BoundedCache<Known>(CONVERSATIONS_MAX);
  /** The one looked up last: an op asks for its conversation half a dozen times. */
  #lastId = "";
  #last: Known | undefined;

  /** The conversation number; null: not known, look. */
  number(conversation: ConversationId): Seq | null {
    return this.#get(conversation)?.number ?? null;
  }

  /** The number of a conversation that there is. */
  setNumber(conversation: ConversationId, number: Seq): void {
    this.#of(conversation).number = number;
  }

  /** Ids of all members; null: not known, look. */
  people(conversation: ConversationId): readonly UserId[] | null {
    return this.#get(conversation)?.people ?? null;
  }

  /** All members of a conversation as they are in the rows now; forgotten when one is added. */
  setPeople(conversation: ConversationId, people: readonly UserId[]): void {
    this.#of(conversation).people = people;
  }

  /** Undefined: not known, look. */
  member(conversation: ConversationId, user: UserId): MemberRow | undefined {
    return this.#get(conversation)?.members.get(user)?.row;
  }

  /** A membership as it is in the rows now. */
  setMember(row: MemberRow): void {
    const known = this.#of(row.conversation);
    const there = known.members.get(row.user);
    if (there === undefined) {
      known.members.set(row.user, { row, nothingTo: row.mark, stuckBefore: null });
      if (known.people?.includes(row.user) === false) known.people = null;
    } else {
      if (there.row.mark !== row.mark) there.stuckBefore = null;
      there.row = row;
    }
    if (known.singly.size > 0 && row.mark >= (known.tail.at(-1)?.seq ?? 0)) known.singly.delete(row.user);
  }

  /** A message was added: the newest one of its conversation. */
  added({ conversation, seq, author, clientId, deleted }: MessageRow): void {
    const known = this.#of(conversation);
    known.tailAfter ??= seq - 1;
    known.tail.push({ seq, author, clientId, deleted });
    if (known.tail.length <= TAIL_MAX) return;
    known.tailAfter = known.tail[known.tail.length - TAIL_MIN - 1]!.seq;
    known.tail = known.tail.slice(-TAIL_MIN);
  }

  /** A message was turned into a tombstone. */
  erased(conversation: ConversationId, seq: Seq): void {
    const known = this.#get(conversation);
    if (known === undefined) return;
    const message = known.tail.find((m) => m.seq === seq);
    if (message !== undefined) message.deleted = true;
    for (const member of known.members.values()) if (member.stuckBefore === seq) member.stuckBefore = null;
  }

  /** The user read or hid a single message. */
  readSingly(conversation: ConversationId, user: UserId): void {
    const known = this.#of(conversation);
    known.singly.add(user);
    const member = known.members.get(user);
    if (member !== undefined) member.stuckBefore = null;
  }

  /** See Rows. */
  isMarkStuck(conversation: ConversationId, user: UserId): boolean {
    return (this.#get(conversation)?.members.get(user)?.stuckBefore ?? null) !== null;
  }

  /** See Rows. */
  markIsStuck(conversation: ConversationId, user: UserId, before: Seq): void {
    const member = this.#get(conversation)?.members.get(user);
    if (member !== undefined) member.stuckBefore = before;
  }

  /** The messages above `seq`, at most `limit`, in order; null: look. */
  messagesAfter(conversation: ConversationId, seq: Seq, limit: number): readonly TailMessage[] | null {
    const known = this.#get(conversation);
    if (known === undefined || known.tailAfter === null || seq < known.tailAfter) return null;
    const { tail } = known;
    let start = tail.length;
    while (start > 0 && tail[start - 1]!.seq > seq) start -= 1;
    return tail.slice(start, start + limit);
  }

  /** Where a message of this author stands, if it is among the newest of this conversation; null: look. */
  seqOf(conversation: ConversationId, author: UserId, clientId: ClientId): Seq | null {
    const tail = this.#get(conversation)?.tail ?? [];
    for (let i = tail.length - 1; i >= 0; i--) {
      const message = tail[i]!;
      if (message.clientId === clientId && message.author === author) return message.seq;
    }
    return null;
  }

  /** "nothing", the newest message that is unread for this user, or null: look. */
  newestUnread(conversation: ConversationId, user: UserId): "nothing" | TailMessage | null {
    const known = this.#get(conversation);
    const member = known?.members.get(user);
    if (known === undefined || member === undefined || known.tailAfter === null || known.singly.has(user)) return null;
    const from = Math.max(member.row.mark, member.nothingTo);
    for (let i = known.tail.length - 1; i >= 0; i--) {
      const message = known.tail[i]!;
      if (message.seq <= from) break;
      if (message.author !== user && !message.deleted) return message;
    }
    if (known.tailAfter > from) return null;
    member.nothingTo = known.tail.at(-1)?.seq ?? from;
    return "nothing";
  }

  /** The rows may have gone back. */
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
      number: null,
      members: new Map(),
      people: null,
      tail: [],
      tailAfter: null,
      singly: new Set(),
    };
    this.#known.set(conversation, fresh);
    this.#last = fresh;
    return fresh;
  }
}
