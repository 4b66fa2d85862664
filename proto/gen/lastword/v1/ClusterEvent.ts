// Original file: chat.proto

export interface ClusterEventInput {
  at?: string;
  kind?: string;
  text?: string;
}

export interface WireClusterEvent {
  at: string;
  kind: string;
  text: string;
}
