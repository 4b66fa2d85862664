// Original file: chat.proto

export interface SaveMessageResponseInput {
  cursor?: string;
}

export interface WireSaveMessageResponse {
  cursor: string;
}
