// Original file: op.proto

export interface EnableInput {
  format?: number;
  version?: string;
  without?: number[];
}

export interface WireEnable {
  format: number;
  version: string;
  without: number[];
}
