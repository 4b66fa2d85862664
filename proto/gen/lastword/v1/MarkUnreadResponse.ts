// Original file: chat.proto

export interface MarkUnreadResponseInput {
  cursor?: string;
}

export interface WireMarkUnreadResponse {
  cursor: string;
}
