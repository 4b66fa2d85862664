/**
 * The rows of what people keep at hand: messages that are pinned in their
 * conversation, and those that somebody has saved. rows.ts says what rows are.
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
