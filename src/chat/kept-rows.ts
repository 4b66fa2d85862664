/**
 * The rows of what people keep at hand: messages that are pinned in their
 * conversation, those that somebody has saved, and from where on somebody
 * has marked a conversation as unread. rows.ts says what rows are.
 */
import type { ConversationId, UserId } from "./ids.ts";
import type { Seq } from "../election/view.ts";

/** A message that is pinned, or was once. */
export interface PinRow {
  readonly conversation: ConversationId;
  /** Seq of the message, which is not deleted. */
  readonly seq: Seq;
  readonly isOn: boolean;
  /** Who set `isOn` last. */
  readonly by: UserId;
  /** Of the op that did (kinds/tags.ts). */
  readonly tag: string;
}

/** What an op says about a pin. */
export type SetPin = Pick<PinRow, "isOn" | "by" | "tag">;

/** What the rules read and change of pins. A message that is erased loses its row. */
export interface PinRows {
  of(seq: Seq): SetPin | null;
  /** Inserts or replaces, by seq. */
  put(row: PinRow): void;
  /** How many messages are pinned there, counted up to `max`. */
  count(conversation: ConversationId, max: number): number;
}

/** A message that a user has saved, or had once. It stays when the message is deleted. */
export interface SavedRow {
  readonly user: UserId;
  readonly conversation: ConversationId;
  /** Seq of the message. */
  readonly seq: Seq;
  readonly isOn: boolean;
  /** Of the op that set `isOn` last (kinds/tags.ts). */
  readonly tag: string;
  /** The op that last changed the row. */
  readonly changedSeq: Seq;
}

/** What an op says about a saved message. */
export type SetSaved = Pick<SavedRow, "isOn" | "tag">;

/** What the rules read and change of saved messages. */
export interface SavedRows {
  of(user: UserId, conversation: ConversationId, seq: Seq): SetSaved | null;
  /** Inserts or replaces, by user and message. */
  put(row: SavedRow): void;
  /** How many the user has saved, counted up to `max`. */
  count(user: UserId, max: number): number;
}

/** From where on a user wants to see a conversation as unread, beside the read mark. */
export interface UnreadRow {
  readonly user: UserId;
  readonly conversation: ConversationId;
  /** Seq of the first message that the user marked as unread and has not read since; 0: the mark alone counts. */
  readonly from: Seq;
  /** Of the op that marked it last (kinds/tags.ts). */
  readonly tag: string;
  /** The op that last marked it. */
  readonly changedSeq: Seq;
}

/** What the rules read and change of that. */
export interface UnreadRows {
  of(user: UserId, conversation: ConversationId): UnreadRow | null;
  /** Inserts or replaces, by user and conversation. */
  put(row: UnreadRow): void;
  /** Forgets that the user has singly read messages from seq `from` on. */
  dropReads(user: UserId, conversation: ConversationId, from: Seq): void;
}

/** Up to where a user has read: to the mark, unless the user has marked something before it as unread. */
export function readUpTo(mark: Seq, unread: Pick<UnreadRow, "from"> | null): Seq {
  return unread === null || unread.from === 0 ? mark : Math.min(mark, unread.from - 1);
}
