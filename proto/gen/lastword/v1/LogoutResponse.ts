// Original file: chat.proto

export interface LogoutResponseInput {
  cursor?: string;
}

export interface WireLogoutResponse {
  cursor: string;
}
