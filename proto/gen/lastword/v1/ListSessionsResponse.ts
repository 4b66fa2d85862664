// Original file: chat.proto

import type {
  SessionInput as _lastword_v1_SessionInput,
  WireSession as Wire_lastword_v1_Session,
} from "../../lastword/v1/Session.ts";

export interface ListSessionsResponseInput {
  cursor?: string;
  sessions?: _lastword_v1_SessionInput[];
}

export interface WireListSessionsResponse {
  cursor: string;
  sessions: Wire_lastword_v1_Session[];
}
