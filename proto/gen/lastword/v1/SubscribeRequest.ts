// Original file: chat.proto

export interface SubscribeRequestInput {
  cursor?: string;
}

export interface WireSubscribeRequest {
  cursor: string;
}
