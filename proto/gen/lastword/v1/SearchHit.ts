// Original file: chat.proto

import type {
  MessageInput as _lastword_v1_MessageInput,
  WireMessage as Wire_lastword_v1_Message,
} from "../../lastword/v1/Message.ts";
import type {
  ConversationInput as _lastword_v1_ConversationInput,
  WireConversation as Wire_lastword_v1_Conversation,
} from "../../lastword/v1/Conversation.ts";
import type {
  SnippetPieceInput as _lastword_v1_SnippetPieceInput,
  WireSnippetPiece as Wire_lastword_v1_SnippetPiece,
} from "../../lastword/v1/SnippetPiece.ts";

export interface SearchHitInput {
  message?: _lastword_v1_MessageInput | null;
  conversation?: _lastword_v1_ConversationInput | null;
  snippet?: _lastword_v1_SnippetPieceInput[];
}

export interface WireSearchHit {
  message: Wire_lastword_v1_Message | null;
  conversation: Wire_lastword_v1_Conversation | null;
  snippet: Wire_lastword_v1_SnippetPiece[];
}
