// Original file: chat.proto

import type {
  ReadModeInput as _lastword_v1_ReadModeInput,
  WireReadMode as Wire_lastword_v1_ReadMode,
} from "../../lastword/v1/ReadMode.ts";
import type { Long } from "@grpc/proto-loader";

export interface ListActivityRequestInput {
  limit?: number;
  read?: _lastword_v1_ReadModeInput;
  beforeSeq?: number | string | Long;
  unreadOnly?: boolean;
}

export interface WireListActivityRequest {
  limit: number;
  read: Wire_lastword_v1_ReadMode;
  beforeSeq: number;
  unreadOnly: boolean;
}
