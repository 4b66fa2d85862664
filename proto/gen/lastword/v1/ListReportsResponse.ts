// Original file: chat.proto

import type { UserInput as _lastword_v1_UserInput, WireUser as Wire_lastword_v1_User } from "../../lastword/v1/User.ts";
import type { Long } from "@grpc/proto-loader";

export interface _lastword_v1_ListReportsResponse_ReportInput {
  messageId?: string;
  conversationId?: string;
  by?: _lastword_v1_UserInput | null;
  author?: _lastword_v1_UserInput | null;
  why?: string;
  words?: string;
  timeMicros?: number | string | Long;
  place?: string;
  isThread?: boolean;
  room?: string;
  people?: _lastword_v1_UserInput[];
  gone?: boolean;
  done?: boolean;
  settledBy?: _lastword_v1_UserInput | null;
  settledMicros?: number | string | Long;
  seq?: number | string | Long;
}

export interface Wire_lastword_v1_ListReportsResponse_Report {
  messageId: string;
  conversationId: string;
  by: Wire_lastword_v1_User | null;
  author: Wire_lastword_v1_User | null;
  why: string;
  words: string;
  timeMicros: number;
  place: string;
  isThread: boolean;
  room: string;
  people: Wire_lastword_v1_User[];
  gone: boolean;
  done: boolean;
  settledBy: Wire_lastword_v1_User | null;
  settledMicros: number;
  seq: number;
}

export interface ListReportsResponseInput {
  cursor?: string;
  reports?: _lastword_v1_ListReportsResponse_ReportInput[];
}

export interface WireListReportsResponse {
  cursor: string;
  reports: Wire_lastword_v1_ListReportsResponse_Report[];
}
