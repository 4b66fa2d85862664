// Original file: op.proto

export interface SendMessageInput {
  conversation?: string;
  body?: string;
  readUpTo?: string;
  parent?: string;
}

export interface WireSendMessage {
  conversation: string;
  body: string;
  readUpTo: string;
  parent: string;
}
