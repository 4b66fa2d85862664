// Original file: chat.proto

import type {
  PushSubscriptionInput as _lastword_v1_PushSubscriptionInput,
  WirePushSubscription as Wire_lastword_v1_PushSubscription,
} from "../../lastword/v1/PushSubscription.ts";

export interface TestPushSubscriptionResponseInput {
  cursor?: string;
  subscription?: _lastword_v1_PushSubscriptionInput | null;
}

export interface WireTestPushSubscriptionResponse {
  cursor: string;
  subscription: Wire_lastword_v1_PushSubscription | null;
}
