// Original file: chat.proto

import type { Long } from "@grpc/proto-loader";

export interface _lastword_v1_ListDraftsResponse_DraftInput {
  conversationId?: string;
  body?: string;
  timeMicros?: number | string | Long;
  own?: boolean;
}

export interface Wire_lastword_v1_ListDraftsResponse_Draft {
  conversationId: string;
  body: string;
  timeMicros: number;
  own: boolean;
}

export interface ListDraftsResponseInput {
  cursor?: string;
  drafts?: _lastword_v1_ListDraftsResponse_DraftInput[];
}

export interface WireListDraftsResponse {
  cursor: string;
  drafts: Wire_lastword_v1_ListDraftsResponse_Draft[];
}
