// Original file: chat.proto

import type {
  ReadModeInput as _lastword_v1_ReadModeInput,
  WireReadMode as Wire_lastword_v1_ReadMode,
} from "../../lastword/v1/ReadMode.ts";
import type { Long } from "@grpc/proto-loader";

export interface SearchRequestInput {
  query?: string;
  limit?: number;
  read?: _lastword_v1_ReadModeInput;
  beforeSeq?: number | string | Long;
  timeZone?: string;
}

export interface WireSearchRequest {
  query: string;
  limit: number;
  read: Wire_lastword_v1_ReadMode;
  beforeSeq: number;
  timeZone: string;
}
