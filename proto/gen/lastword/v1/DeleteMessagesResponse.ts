// Original file: chat.proto

export interface DeleteMessagesResponseInput {
  cursor?: string;
}

export interface WireDeleteMessagesResponse {
  cursor: string;
}
