// Original file: peer.proto

export interface ReplicaFactsInput {
  pid?: number;
  bootId?: string;
  version?: string;
  grpc?: string;
  web?: string;
  front?: string;
  names?: string[];
  since?: string;
  _front?: "front";
}

export interface WireReplicaFacts {
  pid: number;
  bootId: string;
  version: string;
  grpc: string;
  web: string;
  front?: string;
  names: string[];
  since: string;
  _front?: "front";
}
