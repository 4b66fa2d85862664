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
  deactivated?: boolean;
  _formerName?: "formerName";
  _deactivated?: "deactivated";
}

export interface WireUser {
  id: string;
  name: string;
  deleted: boolean;
  online: boolean;
  lastSeenMicros: number;
  formerName?: string;
  role: string;
  deactivated?: boolean;
  _formerName?: "formerName";
  _deactivated?: "deactivated";
}
