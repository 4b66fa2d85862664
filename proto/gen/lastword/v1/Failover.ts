// Original file: chat.proto

import type { Long } from "@grpc/proto-loader";

export interface FailoverInput {
  at?: string;
  ms?: number | string | Long;
  from?: number;
  to?: number;
}

export interface WireFailover {
  at: string;
  ms: number;
  from: number;
  to: number;
}
