// Original file: chat.proto

import type {
  ReadModeInput as _lastword_v1_ReadModeInput,
  WireReadMode as Wire_lastword_v1_ReadMode,
} from "../../lastword/v1/ReadMode.ts";
import type { Long } from "@grpc/proto-loader";

export interface GetMessagesRequestInput {
  conversationId?: string;
  with?: string;
  before?: string;
  limit?: number;
  read?: _lastword_v1_ReadModeInput;
  after?: string;
  around?: string;
  atMicros?: number | string | Long;
}

export interface WireGetMessagesRequest {
  conversationId: string;
  with: string;
  before: string;
  limit: number;
  read: Wire_lastword_v1_ReadMode;
  after: string;
  around: string;
  atMicros: number;
}
