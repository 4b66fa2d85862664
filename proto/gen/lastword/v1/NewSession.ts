// Original file: op.proto

export interface NewSessionInput {
  id?: string;
  tokenHash?: string;
  device?: string;
}

export interface WireNewSession {
  id: string;
  tokenHash: string;
  device: string;
}
