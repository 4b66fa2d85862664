// Original file: chat.proto

import type { Long } from "@grpc/proto-loader";

export interface FileInput {
  name?: string;
  type?: string;
  bytes?: number | string | Long;
  width?: number;
  height?: number;
  hasSmall?: boolean;
  hasLarge?: boolean;
}

export interface WireFile {
  name: string;
  type: string;
  bytes: number;
  width: number;
  height: number;
  hasSmall: boolean;
  hasLarge: boolean;
}
