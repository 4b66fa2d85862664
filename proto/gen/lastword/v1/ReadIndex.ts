// Original file: peer.proto

import type { Long } from "@grpc/proto-loader";

export interface ReadIndexInput {
  id?: number | string | Long;
}

export interface WireReadIndex {
  id: number;
}
