// Original file: peer.proto

import type { Long } from "@grpc/proto-loader";

export interface BallotInput {
  counter?: number | string | Long;
  replicaId?: number;
  nonce?: string;
}

export interface WireBallot {
  counter: number;
  replicaId: number;
  nonce: string;
}
