// Original file: peer.proto

import type { Long } from "@grpc/proto-loader";

export interface PresenceChangeInput {
  bootId?: string;
  number?: number | string | Long;
  online?: string[];
  offline?: string[];
  filesLacking?: number;
}

export interface WirePresenceChange {
  bootId: string;
  number: number;
  online: string[];
  offline: string[];
  filesLacking: number;
}
