// Original file: op.proto

import type { Long } from "@grpc/proto-loader";

export interface ResultInput {
  error?: string;
  seq?: number | string | Long;
  session?: string;
}

export interface WireResult {
  error: string;
  seq: number;
  session: string;
}
