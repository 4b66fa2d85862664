// Original file: chat.proto

import type { Long } from "@grpc/proto-loader";

export interface RepliesInput {
  threadId?: string;
  count?: number;
  lastMicros?: number | string | Long;
  userIds?: string[];
  names?: string[];
}

export interface WireReplies {
  threadId: string;
  count: number;
  lastMicros: number;
  userIds: string[];
  names: string[];
}
