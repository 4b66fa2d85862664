// Original file: chat.proto

import type {
  ReadModeInput as _lastword_v1_ReadModeInput,
  WireReadMode as Wire_lastword_v1_ReadMode,
} from "../../lastword/v1/ReadMode.ts";
import type { Long } from "@grpc/proto-loader";

export interface GetFileRequestInput {
  messageId?: string;
  index?: number;
  copy?: string;
  offset?: number | string | Long;
  read?: _lastword_v1_ReadModeInput;
}

export interface WireGetFileRequest {
  messageId: string;
  index: number;
  copy: string;
  offset: number;
  read: Wire_lastword_v1_ReadMode;
}
