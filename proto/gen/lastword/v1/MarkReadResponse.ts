// Original file: chat.proto

export interface MarkReadResponseInput {
  cursor?: string;
}

export interface WireMarkReadResponse {
  cursor: string;
}
