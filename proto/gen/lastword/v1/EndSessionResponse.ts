// Original file: chat.proto

export interface EndSessionResponseInput {
  cursor?: string;
}

export interface WireEndSessionResponse {
  cursor: string;
}
