// Original file: chat.proto

export interface DeleteMessagesRequestInput {
  messageIds?: string[];
  clientId?: string;
}

export interface WireDeleteMessagesRequest {
  messageIds: string[];
  clientId: string;
}
