// Original file: chat.proto

import type {
  StatusInput as _lastword_v1_StatusInput,
  WireStatus as Wire_lastword_v1_Status,
} from "../../lastword/v1/Status.ts";
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
  displayName?: string;
  status?: _lastword_v1_StatusInput | null;
  timeZone?: string;
  _formerName?: "formerName";
  _deactivated?: "deactivated";
  _status?: "status";
  _timeZone?: "timeZone";
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
  displayName: string;
  status?: Wire_lastword_v1_Status | null;
  timeZone?: string;
  _formerName?: "formerName";
  _deactivated?: "deactivated";
  _status?: "status";
  _timeZone?: "timeZone";
}
