// Original file: peer.proto

export interface ReleaseInput {
  version?: string;
  peerOldest?: number;
  peerNewest?: number;
  opFormat?: number;
  schema?: number;
}

export interface WireRelease {
  version: string;
  peerOldest: number;
  peerNewest: number;
  opFormat: number;
  schema: number;
}
