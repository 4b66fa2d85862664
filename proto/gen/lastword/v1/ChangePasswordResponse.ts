// Original file: chat.proto

export interface ChangePasswordResponseInput {
  cursor?: string;
}

export interface WireChangePasswordResponse {
  cursor: string;
}
