// Original file: chat.proto

export interface ResetPasswordRequestInput {
  token?: string;
  password?: string;
  clientId?: string;
}

export interface WireResetPasswordRequest {
  token: string;
  password: string;
  clientId: string;
}
