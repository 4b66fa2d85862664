// Original file: chat.proto

import type { Long } from "@grpc/proto-loader";

export interface MessageInput {
  id?: string;
  conversationId?: string;
  authorId?: string;
  authorName?: string;
  body?: string;
  timeMicros?: number | string | Long;
  seq?: number | string | Long;
  deleted?: boolean;
  unread?: boolean;
  readByOther?: boolean;
  recovered?: boolean;
}

export interface WireMessage {
  id: string;
  conversationId: string;
  authorId: string;
  authorName: string;
  body: string;
  timeMicros: number;
  seq: number;
  deleted: boolean;
  unread: boolean;
  readByOther: boolean;
  recovered: boolean;
}
