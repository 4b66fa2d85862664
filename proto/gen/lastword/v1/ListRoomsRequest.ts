// Original file: chat.proto

import type {
  ReadModeInput as _lastword_v1_ReadModeInput,
  WireReadMode as Wire_lastword_v1_ReadMode,
} from "../../lastword/v1/ReadMode.ts";

export interface ListRoomsRequestInput {
  after?: string;
  limit?: number;
  read?: _lastword_v1_ReadModeInput;
  search?: string;
  archived?: boolean;
}

export interface WireListRoomsRequest {
  after: string;
  limit: number;
  read: Wire_lastword_v1_ReadMode;
  search: string;
  archived: boolean;
}
