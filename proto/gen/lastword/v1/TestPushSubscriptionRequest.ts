// Original file: chat.proto

export interface TestPushSubscriptionRequestInput {
  id?: string;
}

export interface WireTestPushSubscriptionRequest {
  id: string;
}
