// Original file: chat.proto

import type { Long } from "@grpc/proto-loader";

export interface StatusInput {
  emoji?: string;
  text?: string;
  untilMicros?: number | string | Long;
}

export interface WireStatus {
  emoji: string;
  text: string;
  untilMicros: number;
}
