// Original file: chat.proto

export interface SendMessageRequestInput {
  to?: string;
  conversationId?: string;
  body?: string;
  clientId?: string;
  readUpTo?: string;
  alsoInParent?: boolean;
  quoted?: string;
  files?: string[];
}

export interface WireSendMessageRequest {
  to: string;
  conversationId: string;
  body: string;
  clientId: string;
  readUpTo: string;
  alsoInParent: boolean;
  quoted: string;
  files: string[];
}
