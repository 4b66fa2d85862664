// Original file: chat.proto

import type {
  ConversationInput as _lastword_v1_ConversationInput,
  WireConversation as Wire_lastword_v1_Conversation,
} from "../../lastword/v1/Conversation.ts";

export interface ListConversationsResponseInput {
  cursor?: string;
  conversations?: _lastword_v1_ConversationInput[];
}

export interface WireListConversationsResponse {
  cursor: string;
  conversations: Wire_lastword_v1_Conversation[];
}
