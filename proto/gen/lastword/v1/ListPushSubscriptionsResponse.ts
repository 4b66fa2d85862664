// Original file: chat.proto

import type {
  PushSubscriptionInput as _lastword_v1_PushSubscriptionInput,
  WirePushSubscription as Wire_lastword_v1_PushSubscription,
} from "../../lastword/v1/PushSubscription.ts";

export interface ListPushSubscriptionsResponseInput {
  cursor?: string;
  subscriptions?: _lastword_v1_PushSubscriptionInput[];
  publicKey?: string;
}

export interface WireListPushSubscriptionsResponse {
  cursor: string;
  subscriptions: Wire_lastword_v1_PushSubscription[];
  publicKey: string;
}
