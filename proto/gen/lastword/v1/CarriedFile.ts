// Original file: op.proto

import type { Long } from "@grpc/proto-loader";

export interface CarriedFileInput {
  hash?: string;
  name?: string;
  type?: string;
  bytes?: number | string | Long;
  width?: number;
  height?: number;
  small?: string;
  large?: string;
}

export interface WireCarriedFile {
  hash: string;
  name: string;
  type: string;
  bytes: number;
  width: number;
  height: number;
  small: string;
  large: string;
}
