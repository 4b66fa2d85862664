// Original file: chat.proto

export interface RemovePushSubscriptionRequestInput {
  id?: string;
  clientId?: string;
}

export interface WireRemovePushSubscriptionRequest {
  id: string;
  clientId: string;
}
