// Original file: chat.proto

import type {
  MessageInput as _lastword_v1_MessageInput,
  WireMessage as Wire_lastword_v1_Message,
} from "../../lastword/v1/Message.ts";
import type { Long } from "@grpc/proto-loader";

export interface _lastword_v1_ListSavedResponse_SavedInput {
  messageId?: string;
  savedMicros?: number | string | Long;
  place?: string;
  message?: _lastword_v1_MessageInput | null;
}

export interface Wire_lastword_v1_ListSavedResponse_Saved {
  messageId: string;
  savedMicros: number;
  place: string;
  message: Wire_lastword_v1_Message | null;
}

export interface ListSavedResponseInput {
  cursor?: string;
  saved?: _lastword_v1_ListSavedResponse_SavedInput[];
}

export interface WireListSavedResponse {
  cursor: string;
  saved: Wire_lastword_v1_ListSavedResponse_Saved[];
}
