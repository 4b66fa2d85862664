// Original file: chat.proto

export interface SaveDraftRequestInput {
  conversationId?: string;
  body?: string;
}

export interface WireSaveDraftRequest {
  conversationId: string;
  body: string;
}
