// Original file: chat.proto

import type { Long } from "@grpc/proto-loader";

export interface FromGroupInput {
  name?: string;
  timeMicros?: number | string | Long;
  seq?: number | string | Long;
}

export interface WireFromGroup {
  name: string;
  timeMicros: number;
  seq: number;
}
