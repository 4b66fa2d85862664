// Original file: op.proto

export interface EnableInput {
  format?: number;
  version?: string;
}

export interface WireEnable {
  format: number;
  version: string;
}
