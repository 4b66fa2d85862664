// Original file: peer.proto

import type { Long } from "@grpc/proto-loader";

export interface SnapshotEndInput {
  chunks?: number | string | Long;
  bytes?: number | string | Long;
}

export interface WireSnapshotEnd {
  chunks: number;
  bytes: number;
}
