// Original file: chat.proto

import type {
  MessageInput as _lastword_v1_MessageInput,
  WireMessage as Wire_lastword_v1_Message,
} from "../../lastword/v1/Message.ts";
import type { UserInput as _lastword_v1_UserInput, WireUser as Wire_lastword_v1_User } from "../../lastword/v1/User.ts";
import type { Long } from "@grpc/proto-loader";

export interface _lastword_v1_SubscribeResponse_CalledInput {
  conversationId?: string;
  messageId?: string;
  by?: _lastword_v1_UserInput | null;
}

export interface Wire_lastword_v1_SubscribeResponse_Called {
  conversationId: string;
  messageId: string;
  by: Wire_lastword_v1_User | null;
}

export interface _lastword_v1_SubscribeResponse_ChangedInput {
  conversationId?: string;
}

export interface Wire_lastword_v1_SubscribeResponse_Changed {
  conversationId: string;
}

export interface _lastword_v1_SubscribeResponse_DeletedInput {
  conversationId?: string;
  messageIds?: string[];
}

export interface Wire_lastword_v1_SubscribeResponse_Deleted {
  conversationId: string;
  messageIds: string[];
}

export interface _lastword_v1_SubscribeResponse_DraftInput {
  conversationId?: string;
  body?: string;
  sessionId?: string;
  timeMicros?: number | string | Long;
}

export interface Wire_lastword_v1_SubscribeResponse_Draft {
  conversationId: string;
  body: string;
  sessionId: string;
  timeMicros: number;
}

export interface _lastword_v1_SubscribeResponse_ReadInput {
  conversationId?: string;
  readerId?: string;
  messageIds?: string[];
  upTo?: number | string | Long;
}

export interface Wire_lastword_v1_SubscribeResponse_Read {
  conversationId: string;
  readerId: string;
  messageIds: string[];
  upTo: number;
}

export interface _lastword_v1_SubscribeResponse_ReadyInput {}

export interface Wire_lastword_v1_SubscribeResponse_Ready {}

// Original file: chat.proto

export const _lastword_v1_SubscribeResponse_Reset_Reason = {
  REASON_UNSPECIFIED: 0,
  LINEAGE: 1,
  OVERFLOW: 2,
} as const;

export type _lastword_v1_SubscribeResponse_Reset_ReasonInput =
  "REASON_UNSPECIFIED" | 0 | "LINEAGE" | 1 | "OVERFLOW" | 2;

export type Wire_lastword_v1_SubscribeResponse_Reset_Reason =
  (typeof _lastword_v1_SubscribeResponse_Reset_Reason)[keyof typeof _lastword_v1_SubscribeResponse_Reset_Reason];

export interface _lastword_v1_SubscribeResponse_ReportsInput {
  open?: number;
}

export interface Wire_lastword_v1_SubscribeResponse_Reports {
  open: number;
}

export interface _lastword_v1_SubscribeResponse_ResetInput {
  reason?: _lastword_v1_SubscribeResponse_Reset_ReasonInput;
}

export interface Wire_lastword_v1_SubscribeResponse_Reset {
  reason: Wire_lastword_v1_SubscribeResponse_Reset_Reason;
}

export interface _lastword_v1_SubscribeResponse_SavedInput {
  messageId?: string;
  conversationId?: string;
  saved?: boolean;
}

export interface Wire_lastword_v1_SubscribeResponse_Saved {
  messageId: string;
  conversationId: string;
  saved: boolean;
}

export interface _lastword_v1_SubscribeResponse_TypingInput {
  conversationId?: string;
  userId?: string;
}

export interface Wire_lastword_v1_SubscribeResponse_Typing {
  conversationId: string;
  userId: string;
}

export interface _lastword_v1_SubscribeResponse_UnreadInput {
  conversationId?: string;
  from?: number | string | Long;
}

export interface Wire_lastword_v1_SubscribeResponse_Unread {
  conversationId: string;
  from: number;
}

export interface SubscribeResponseInput {
  cursor?: string;
  ready?: _lastword_v1_SubscribeResponse_ReadyInput | null;
  message?: _lastword_v1_MessageInput | null;
  deleted?: _lastword_v1_SubscribeResponse_DeletedInput | null;
  read?: _lastword_v1_SubscribeResponse_ReadInput | null;
  user?: _lastword_v1_UserInput | null;
  presence?: _lastword_v1_UserInput | null;
  typing?: _lastword_v1_SubscribeResponse_TypingInput | null;
  reset?: _lastword_v1_SubscribeResponse_ResetInput | null;
  conversation?: _lastword_v1_SubscribeResponse_ChangedInput | null;
  changedMessage?: _lastword_v1_MessageInput | null;
  saved?: _lastword_v1_SubscribeResponse_SavedInput | null;
  unread?: _lastword_v1_SubscribeResponse_UnreadInput | null;
  reports?: _lastword_v1_SubscribeResponse_ReportsInput | null;
  draft?: _lastword_v1_SubscribeResponse_DraftInput | null;
  called?: _lastword_v1_SubscribeResponse_CalledInput | null;
  event?:
    | "ready"
    | "message"
    | "deleted"
    | "read"
    | "user"
    | "presence"
    | "typing"
    | "reset"
    | "conversation"
    | "changedMessage"
    | "saved"
    | "unread"
    | "reports"
    | "draft"
    | "called";
}

export interface WireSubscribeResponse {
  cursor: string;
  ready?: Wire_lastword_v1_SubscribeResponse_Ready | null;
  message?: Wire_lastword_v1_Message | null;
  deleted?: Wire_lastword_v1_SubscribeResponse_Deleted | null;
  read?: Wire_lastword_v1_SubscribeResponse_Read | null;
  user?: Wire_lastword_v1_User | null;
  presence?: Wire_lastword_v1_User | null;
  typing?: Wire_lastword_v1_SubscribeResponse_Typing | null;
  reset?: Wire_lastword_v1_SubscribeResponse_Reset | null;
  conversation?: Wire_lastword_v1_SubscribeResponse_Changed | null;
  changedMessage?: Wire_lastword_v1_Message | null;
  saved?: Wire_lastword_v1_SubscribeResponse_Saved | null;
  unread?: Wire_lastword_v1_SubscribeResponse_Unread | null;
  reports?: Wire_lastword_v1_SubscribeResponse_Reports | null;
  draft?: Wire_lastword_v1_SubscribeResponse_Draft | null;
  called?: Wire_lastword_v1_SubscribeResponse_Called | null;
  event?:
    | "ready"
    | "message"
    | "deleted"
    | "read"
    | "user"
    | "presence"
    | "typing"
    | "reset"
    | "conversation"
    | "changedMessage"
    | "saved"
    | "unread"
    | "reports"
    | "draft"
    | "called";
}
