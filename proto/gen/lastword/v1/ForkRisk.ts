// Original file: peer.proto

export interface ForkRiskInput {
  replicaIds?: number[];
}

export interface WireForkRisk {
  replicaIds: number[];
}
