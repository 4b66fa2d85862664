// Original file: chat.proto

export interface SubscribeRequestInput {
  cursor?: string;
  watch?: string[];
}

export interface WireSubscribeRequest {
  cursor: string;
  watch: string[];
}
