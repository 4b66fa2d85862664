// Original file: peer.proto

export interface ProposeInput {
  ops?: (Buffer | Uint8Array | string)[];
  keys?: string[];
}

export interface WirePropose {
  ops: Buffer[];
  keys: string[];
}
