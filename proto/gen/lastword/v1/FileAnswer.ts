// Original file: peer.proto

import type { Long } from "@grpc/proto-loader";

export interface FileAnswerInput {
  result?: string;
  offset?: number | string | Long;
  data?: Buffer | Uint8Array | string;
}

export interface WireFileAnswer {
  result: string;
  offset: number;
  data: Buffer;
}
