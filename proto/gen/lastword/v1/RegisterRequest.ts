// Original file: chat.proto

export interface RegisterRequestInput {
  name?: string;
  password?: string;
  clientId?: string;
  invite?: string;
  _invite?: "invite";
}

export interface WireRegisterRequest {
  name: string;
  password: string;
  clientId: string;
  invite?: string;
  _invite?: "invite";
}
