// Original file: chat.proto

export interface RemovePushSubscriptionResponseInput {
  cursor?: string;
}

export interface WireRemovePushSubscriptionResponse {
  cursor: string;
}
