// Original file: chat.proto

export interface PinMessageRequestInput {
  messageId?: string;
  unpin?: boolean;
  clientId?: string;
}

export interface WirePinMessageRequest {
  messageId: string;
  unpin: boolean;
  clientId: string;
}
