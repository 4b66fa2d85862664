// Original file: chat.proto

export interface ChangePasswordRequestInput {
  password?: string;
  newPassword?: string;
  clientId?: string;
}

export interface WireChangePasswordRequest {
  password: string;
  newPassword: string;
  clientId: string;
}
