// Original file: chat.proto

import type { Long } from "@grpc/proto-loader";

export interface PushSubscriptionInput {
  id?: string;
  device?: string;
  service?: string;
  origin?: string;
  current?: boolean;
  createdMicros?: number | string | Long;
  lastResult?: string;
  lastMicros?: number | string | Long;
}

export interface WirePushSubscription {
  id: string;
  device: string;
  service: string;
  origin: string;
  current: boolean;
  createdMicros: number;
  lastResult: string;
  lastMicros: number;
}
