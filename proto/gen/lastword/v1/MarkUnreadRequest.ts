// Original file: chat.proto

export interface MarkUnreadRequestInput {
  messageId?: string;
  clientId?: string;
}

export interface WireMarkUnreadRequest {
  messageId: string;
  clientId: string;
}
