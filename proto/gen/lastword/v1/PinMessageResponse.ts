// Original file: chat.proto

import type {
  MessageInput as _lastword_v1_MessageInput,
  WireMessage as Wire_lastword_v1_Message,
} from "../../lastword/v1/Message.ts";

export interface PinMessageResponseInput {
  message?: _lastword_v1_MessageInput | null;
  cursor?: string;
}

export interface WirePinMessageResponse {
  message: Wire_lastword_v1_Message | null;
  cursor: string;
}
