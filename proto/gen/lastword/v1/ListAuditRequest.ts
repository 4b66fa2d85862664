// Original file: chat.proto

import type {
  ReadModeInput as _lastword_v1_ReadModeInput,
  WireReadMode as Wire_lastword_v1_ReadMode,
} from "../../lastword/v1/ReadMode.ts";
import type { Long } from "@grpc/proto-loader";

export interface ListAuditRequestInput {
  before?: number | string | Long;
  limit?: number;
  read?: _lastword_v1_ReadModeInput;
}

export interface WireListAuditRequest {
  before: number;
  limit: number;
  read: Wire_lastword_v1_ReadMode;
}
