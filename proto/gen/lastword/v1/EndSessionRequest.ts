// Original file: chat.proto

export interface EndSessionRequestInput {
  sessionId?: string;
  clientId?: string;
}

export interface WireEndSessionRequest {
  sessionId: string;
  clientId: string;
}
