// Original file: peer.proto

import type { Long } from "@grpc/proto-loader";

export interface SnapshotRequestInput {
  commonSeq?: number | string | Long;
}

export interface WireSnapshotRequest {
  commonSeq: number;
}
