// Original file: chat.proto

export interface SetRoleRequestInput {
  person?: string;
  role?: string;
  clientId?: string;
}

export interface WireSetRoleRequest {
  person: string;
  role: string;
  clientId: string;
}
