// Original file: chat.proto

import type { Long } from "@grpc/proto-loader";

export interface PutFileRequestInput {
  uploadId?: string;
  offset?: number | string | Long;
  name?: string;
  asIs?: boolean;
  data?: Buffer | Uint8Array | string;
}

export interface WirePutFileRequest {
  uploadId: string;
  offset: number;
  name: string;
  asIs: boolean;
  data: Buffer;
}
