// Original file: peer.proto

import type {
  ReleaseInput as _lastword_v1_ReleaseInput,
  WireRelease as Wire_lastword_v1_Release,
} from "../../lastword/v1/Release.ts";
import type { Long } from "@grpc/proto-loader";

export interface HelloInput {
  release?: _lastword_v1_ReleaseInput | null;
  clusterId?: string;
  replicaId?: number;
  toReplicaId?: number;
  storeId?: string;
  bootId?: string;
  nonce?: Buffer | Uint8Array | string;
  modeHash?: Buffer | Uint8Array | string;
  peersHash?: Buffer | Uint8Array | string;
  timeMs?: number | string | Long;
  dialNo?: number | string | Long;
}

export interface WireHello {
  release: Wire_lastword_v1_Release | null;
  clusterId: string;
  replicaId: number;
  toReplicaId: number;
  storeId: string;
  bootId: string;
  nonce: Buffer;
  modeHash: Buffer;
  peersHash: Buffer;
  timeMs: number;
  dialNo: number;
}
