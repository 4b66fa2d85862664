// Original file: chat.proto

export interface ReactRequestInput {
  messageId?: string;
  emoji?: string;
  remove?: boolean;
  clientId?: string;
}

export interface WireReactRequest {
  messageId: string;
  emoji: string;
  remove: boolean;
  clientId: string;
}
