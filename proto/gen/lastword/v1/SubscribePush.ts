// Original file: op.proto

export interface SubscribePushInput {
  endpoint?: string;
  p256dh?: string;
  auth?: string;
  session?: string;
  device?: string;
  origin?: string;
  quiet?: string;
  timeZone?: string;
}

export interface WireSubscribePush {
  endpoint: string;
  p256dh: string;
  auth: string;
  session: string;
  device: string;
  origin: string;
  quiet: string;
  timeZone: string;
}
