// Original file: op.proto

export interface UnsubscribePushInput {
  id?: string;
}

export interface WireUnsubscribePush {
  id: string;
}
