// Original file: chat.proto

import type { Long } from "@grpc/proto-loader";

export interface ReplicaStatusInput {
  id?: number;
  state?: string;
  pid?: number;
  bootId?: string;
  version?: string;
  durable?: number | string | Long;
  applied?: number | string | Long;
  lag?: number | string | Long;
  grpc?: string;
  web?: string;
  since?: string;
  clockOffMs?: number | string | Long;
  opFormat?: number;
  schema?: number;
  peerOldest?: number;
  peerNewest?: number;
  heldOps?: number;
  filesLacking?: number;
}

export interface WireReplicaStatus {
  id: number;
  state: string;
  pid: number;
  bootId: string;
  version: string;
  durable: number;
  applied: number;
  lag: number;
  grpc: string;
  web: string;
  since: string;
  clockOffMs: number;
  opFormat: number;
  schema: number;
  peerOldest: number;
  peerNewest: number;
  heldOps: number;
  filesLacking: number;
}
