// Original file: peer.proto

export interface RowHashInput {
  at?: string;
  hash?: string;
}

export interface WireRowHash {
  at: string;
  hash: string;
}
