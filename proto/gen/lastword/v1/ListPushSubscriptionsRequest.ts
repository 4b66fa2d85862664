// Original file: chat.proto

import type {
  ReadModeInput as _lastword_v1_ReadModeInput,
  WireReadMode as Wire_lastword_v1_ReadMode,
} from "../../lastword/v1/ReadMode.ts";

export interface ListPushSubscriptionsRequestInput {
  read?: _lastword_v1_ReadModeInput;
}

export interface WireListPushSubscriptionsRequest {
  read: Wire_lastword_v1_ReadMode;
}
