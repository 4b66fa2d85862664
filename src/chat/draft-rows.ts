/** Drafts: what people have written and not sent, as the rules see it: a part of Rows (rows.ts). */
import type { ConversationId, SessionId, UserId } from "./ids.ts";
import type { Seq } from "../election/view.ts";

/** What a user wants to write in a conversation. */
export interface DraftRow {
  readonly user: UserId;
  readonly conversation: ConversationId;
  /** "": there is none; the row stays, so that a merge does not bring an older one back. */
  readonly body: string;
  /** The session that wrote it; "": a message was sent. */
  readonly session: SessionId;
  /** Of the op that set it last (kinds/tags.ts). */
  readonly tag: string;
  readonly changedSeq: Seq;
}

/** The rows of drafts. */
export interface DraftRows {
  of(user: UserId, conversation: ConversationId): DraftRow | null;
  /** Whether there is one that is not empty. Asked with every message, so the answer comes from memory. */
  has(user: UserId, conversation: ConversationId): boolean;
  /** Inserts or replaces. Above DRAFTS_PER_USER, the row with the lowest tag goes. */
  put(row: DraftRow): void;
  dropAll(user: UserId): void;
}

/** Rows of one user. */
export const DRAFTS_PER_USER = 200;
