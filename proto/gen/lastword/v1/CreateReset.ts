// Original file: op.proto

export interface CreateResetInput {
  person?: string;
  tokenHash?: string;
}

export interface WireCreateReset {
  person: string;
  tokenHash: string;
}
