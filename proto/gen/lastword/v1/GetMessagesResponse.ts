// Original file: chat.proto

import type {
  MessageInput as _lastword_v1_MessageInput,
  WireMessage as Wire_lastword_v1_Message,
} from "../../lastword/v1/Message.ts";

export interface GetMessagesResponseInput {
  cursor?: string;
  messages?: _lastword_v1_MessageInput[];
}

export interface WireGetMessagesResponse {
  cursor: string;
  messages: Wire_lastword_v1_Message[];
}
