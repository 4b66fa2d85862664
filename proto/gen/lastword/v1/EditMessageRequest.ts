// Original file: chat.proto

export interface EditMessageRequestInput {
  messageId?: string;
  body?: string;
  clientId?: string;
}

export interface WireEditMessageRequest {
  messageId: string;
  body: string;
  clientId: string;
}
