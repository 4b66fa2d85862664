// Original file: chat.proto

export interface SaveMessageRequestInput {
  messageId?: string;
  unsave?: boolean;
  clientId?: string;
}

export interface WireSaveMessageRequest {
  messageId: string;
  unsave: boolean;
  clientId: string;
}
