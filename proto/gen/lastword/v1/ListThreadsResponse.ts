// Original file: chat.proto

import type {
  ConversationInput as _lastword_v1_ConversationInput,
  WireConversation as Wire_lastword_v1_Conversation,
} from "../../lastword/v1/Conversation.ts";

export interface ListThreadsResponseInput {
  cursor?: string;
  threads?: _lastword_v1_ConversationInput[];
}

export interface WireListThreadsResponse {
  cursor: string;
  threads: Wire_lastword_v1_Conversation[];
}
