// Original file: chat.proto

import type { Long } from "@grpc/proto-loader";

export interface SessionInput {
  id?: string;
  createdMicros?: number | string | Long;
  lastUsedMicros?: number | string | Long;
  current?: boolean;
  device?: string;
}

export interface WireSession {
  id: string;
  createdMicros: number;
  lastUsedMicros: number;
  current: boolean;
  device: string;
}
