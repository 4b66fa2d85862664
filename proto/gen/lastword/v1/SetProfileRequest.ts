// Original file: chat.proto

import type { Long } from "@grpc/proto-loader";

export interface _lastword_v1_SetProfileRequest_NewStatusInput {
  emoji?: string;
  text?: string;
  seconds?: number | string | Long;
  untilMicros?: number | string | Long;
}

export interface Wire_lastword_v1_SetProfileRequest_NewStatus {
  emoji: string;
  text: string;
  seconds: number;
  untilMicros: number;
}

export interface SetProfileRequestInput {
  displayName?: string;
  status?: _lastword_v1_SetProfileRequest_NewStatusInput | null;
  timeZone?: string;
  clientId?: string;
  _displayName?: "displayName";
  _timeZone?: "timeZone";
}

export interface WireSetProfileRequest {
  displayName?: string;
  status: Wire_lastword_v1_SetProfileRequest_NewStatus | null;
  timeZone?: string;
  clientId: string;
  _displayName?: "displayName";
  _timeZone?: "timeZone";
}
