// Original file: chat.proto

export interface SetPreferenceRequestInput {
  conversationId?: string;
  starred?: boolean;
  muted?: boolean;
  level?: string;
  clientId?: string;
  change?: "starred" | "muted" | "level";
}

export interface WireSetPreferenceRequest {
  conversationId: string;
  starred?: boolean;
  muted?: boolean;
  level?: string;
  clientId: string;
  change?: "starred" | "muted" | "level";
}
