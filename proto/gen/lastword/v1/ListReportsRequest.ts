// Original file: chat.proto

import type {
  ReadModeInput as _lastword_v1_ReadModeInput,
  WireReadMode as Wire_lastword_v1_ReadMode,
} from "../../lastword/v1/ReadMode.ts";
import type { Long } from "@grpc/proto-loader";

export interface ListReportsRequestInput {
  done?: boolean;
  beforeSeq?: number | string | Long;
  limit?: number;
  read?: _lastword_v1_ReadModeInput;
}

export interface WireListReportsRequest {
  done: boolean;
  beforeSeq: number;
  limit: number;
  read: Wire_lastword_v1_ReadMode;
}
