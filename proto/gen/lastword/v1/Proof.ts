// Original file: peer.proto

export interface ProofInput {
  mac?: Buffer | Uint8Array | string;
}

export interface WireProof {
  mac: Buffer;
}
