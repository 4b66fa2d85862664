// Original file: chat.proto

import type {
  ConversationInput as _lastword_v1_ConversationInput,
  WireConversation as Wire_lastword_v1_Conversation,
} from "../../lastword/v1/Conversation.ts";

export interface FollowThreadResponseInput {
  thread?: _lastword_v1_ConversationInput | null;
  cursor?: string;
}

export interface WireFollowThreadResponse {
  thread: Wire_lastword_v1_Conversation | null;
  cursor: string;
}
