/** Reports of messages to those who run the chat, as the rules see them: a part of Rows (rows.ts). */
import type { ConversationId, MessageId, UserId } from "./ids.ts";
import type { Seq } from "../election/view.ts";

/** What one user told those who run the chat of one message. */
export interface ReportRow {
  readonly message: MessageId;
  /** Who reported it. */
  readonly by: UserId;
  readonly conversation: ConversationId;
  /** "": the user gave no reason. */
  readonly why: string;
  /** What the message said when it was reported; "" once its author has deleted the account with all messages. */
  readonly words: string;
  /** Of the op that reported it (kinds/tags.ts). "": it has not arrived yet, the one that settles it has. */
  readonly tag: string;
  /** Somebody who runs the chat has dealt with it. */
  readonly isDone: boolean;
  /** Who set `isDone` last, and the tag of that op; "": nobody did. */
  readonly doneBy: UserId;
  readonly doneTag: string;
  /** Of the op that brought it: the order of the list. */
  readonly seq: Seq;
}

/** The rows of reports. */
export interface ReportRows {
  of(message: MessageId, by: UserId): ReportRow | null;
  /** Inserts or replaces. Above REPORTS_MAX, one of those that are done goes, the oldest first. */
  put(row: ReportRow): void;
  /** Somebody has reported the message. */
  isReported(message: MessageId): boolean;
  /** Reports of this user whose tag is above this one, counted up to `max`. */
  countOf(by: UserId, aboveTag: string, max: number): number;
  /** Those that have arrived and are not done, counted up to `max`. */
  countOpen(max: number): number;
  /** Removes the words of all messages of this author. */
  dropWords(author: UserId): void;
}

/** Reports that are kept. With more, those that are done go, the oldest first. */
export const REPORTS_MAX = 10_000;
