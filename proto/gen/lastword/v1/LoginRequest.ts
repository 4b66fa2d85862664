// Original file: chat.proto

export interface LoginRequestInput {
  name?: string;
  password?: string;
}

export interface WireLoginRequest {
  name: string;
  password: string;
}
