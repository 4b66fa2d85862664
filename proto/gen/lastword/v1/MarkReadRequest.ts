// Original file: chat.proto

export interface MarkReadRequestInput {
  messageIds?: string[];
  conversationId?: string;
  upTo?: string;
}

export interface WireMarkReadRequest {
  messageIds: string[];
  conversationId: string;
  upTo: string;
}
