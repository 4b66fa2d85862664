// Original file: op.proto

import type { Long } from "@grpc/proto-loader";

export interface ProfileStatusInput {
  emoji?: string;
  text?: string;
  seconds?: number;
  untilMicros?: number | string | Long;
}

export interface WireProfileStatus {
  emoji: string;
  text: string;
  seconds: number;
  untilMicros: number;
}
