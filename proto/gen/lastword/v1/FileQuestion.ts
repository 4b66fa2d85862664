// Original file: peer.proto

import type { Long } from "@grpc/proto-loader";

export interface FileQuestionInput {
  ask?: string;
  names?: string[];
  offset?: number | string | Long;
  data?: Buffer | Uint8Array | string;
}

export interface WireFileQuestion {
  ask: string;
  names: string[];
  offset: number;
  data: Buffer;
}
