// Original file: chat.proto

import type { Long } from "@grpc/proto-loader";

export interface UserInput {
  id?: string;
  name?: string;
  deleted?: boolean;
  online?: boolean;
  lastSeenMicros?: number | string | Long;
  formerName?: string;
  role?: string;
  _formerName?: "formerName";
}

export interface WireUser {
  id: string;
  name: string;
  deleted: boolean;
  online: boolean;
  lastSeenMicros: number;
  formerName?: string;
  role: string;
  _formerName?: "formerName";
}
