// Original file: chat.proto

import type {
  ReactionInput as _lastword_v1_ReactionInput,
  WireReaction as Wire_lastword_v1_Reaction,
} from "../../lastword/v1/Reaction.ts";
import type {
  RepliesInput as _lastword_v1_RepliesInput,
  WireReplies as Wire_lastword_v1_Replies,
} from "../../lastword/v1/Replies.ts";
import type {
  MentionInput as _lastword_v1_MentionInput,
  WireMention as Wire_lastword_v1_Mention,
} from "../../lastword/v1/Mention.ts";
import type {
  QuoteInput as _lastword_v1_QuoteInput,
  WireQuote as Wire_lastword_v1_Quote,
} from "../../lastword/v1/Quote.ts";
import type { FileInput as _lastword_v1_FileInput, WireFile as Wire_lastword_v1_File } from "../../lastword/v1/File.ts";
import type { Long } from "@grpc/proto-loader";

export interface MessageInput {
  id?: string;
  conversationId?: string;
  authorId?: string;
  authorName?: string;
  body?: string;
  timeMicros?: number | string | Long;
  seq?: number | string | Long;
  deleted?: boolean;
  unread?: boolean;
  readByOther?: boolean;
  recovered?: boolean;
  reactions?: _lastword_v1_ReactionInput[];
  editedMicros?: number | string | Long;
  replies?: _lastword_v1_RepliesInput | null;
  mentions?: _lastword_v1_MentionInput[];
  quote?: _lastword_v1_QuoteInput | null;
  removedBy?: string;
  removedByName?: string;
  authorDisplayName?: string;
  pinnedBy?: string;
  pinnedByName?: string;
  files?: _lastword_v1_FileInput[];
}

export interface WireMessage {
  id: string;
  conversationId: string;
  authorId: string;
  authorName: string;
  body: string;
  timeMicros: number;
  seq: number;
  deleted: boolean;
  unread: boolean;
  readByOther: boolean;
  recovered: boolean;
  reactions: Wire_lastword_v1_Reaction[];
  editedMicros: number;
  replies: Wire_lastword_v1_Replies | null;
  mentions: Wire_lastword_v1_Mention[];
  quote: Wire_lastword_v1_Quote | null;
  removedBy: string;
  removedByName: string;
  authorDisplayName: string;
  pinnedBy: string;
  pinnedByName: string;
  files: Wire_lastword_v1_File[];
}
