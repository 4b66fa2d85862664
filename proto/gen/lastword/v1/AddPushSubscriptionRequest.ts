// Original file: chat.proto

export interface AddPushSubscriptionRequestInput {
  endpoint?: string;
  p256dh?: string;
  auth?: string;
  device?: string;
  quiet?: string;
  timeZone?: string;
  clientId?: string;
}

export interface WireAddPushSubscriptionRequest {
  endpoint: string;
  p256dh: string;
  auth: string;
  device: string;
  quiet: string;
  timeZone: string;
  clientId: string;
}
