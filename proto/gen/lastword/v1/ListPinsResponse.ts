// Original file: chat.proto

import type {
  MessageInput as _lastword_v1_MessageInput,
  WireMessage as Wire_lastword_v1_Message,
} from "../../lastword/v1/Message.ts";

export interface ListPinsResponseInput {
  cursor?: string;
  messages?: _lastword_v1_MessageInput[];
}

export interface WireListPinsResponse {
  cursor: string;
  messages: Wire_lastword_v1_Message[];
}
