// Original file: chat.proto

import type { Long } from "@grpc/proto-loader";

export interface GetUploadResponseInput {
  cursor?: string;
  size?: number | string | Long;
}

export interface WireGetUploadResponse {
  cursor: string;
  size: number;
}
