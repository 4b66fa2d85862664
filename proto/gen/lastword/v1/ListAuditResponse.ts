// Original file: chat.proto

import type { UserInput as _lastword_v1_UserInput, WireUser as Wire_lastword_v1_User } from "../../lastword/v1/User.ts";
import type { Long } from "@grpc/proto-loader";

export interface _lastword_v1_ListAuditResponse_EntryInput {
  id?: number | string | Long;
  micros?: number | string | Long;
  actor?: _lastword_v1_UserInput | null;
  action?: string;
  person?: _lastword_v1_UserInput | null;
  link?: string;
  detail?: string;
  recovered?: boolean;
  room?: string;
}

export interface Wire_lastword_v1_ListAuditResponse_Entry {
  id: number;
  micros: number;
  actor: Wire_lastword_v1_User | null;
  action: string;
  person: Wire_lastword_v1_User | null;
  link: string;
  detail: string;
  recovered: boolean;
  room: string;
}

export interface ListAuditResponseInput {
  cursor?: string;
  entries?: _lastword_v1_ListAuditResponse_EntryInput[];
}

export interface WireListAuditResponse {
  cursor: string;
  entries: Wire_lastword_v1_ListAuditResponse_Entry[];
}
