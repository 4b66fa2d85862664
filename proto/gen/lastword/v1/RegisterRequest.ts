// Original file: chat.proto

export interface RegisterRequestInput {
  name?: string;
  password?: string;
  clientId?: string;
}

export interface WireRegisterRequest {
  name: string;
  password: string;
  clientId: string;
}
