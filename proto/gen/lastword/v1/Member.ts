// Original file: peer.proto

export interface MemberInput {
  replicaId?: number;
  storeId?: string;
}

export interface WireMember {
  replicaId: number;
  storeId: string;
}
