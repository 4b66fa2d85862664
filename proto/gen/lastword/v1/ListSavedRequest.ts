// Original file: chat.proto

import type {
  ReadModeInput as _lastword_v1_ReadModeInput,
  WireReadMode as Wire_lastword_v1_ReadMode,
} from "../../lastword/v1/ReadMode.ts";

export interface ListSavedRequestInput {
  limit?: number;
  before?: string;
  read?: _lastword_v1_ReadModeInput;
}

export interface WireListSavedRequest {
  limit: number;
  before: string;
  read: Wire_lastword_v1_ReadMode;
}
