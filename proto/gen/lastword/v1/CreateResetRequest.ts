// Original file: chat.proto

export interface CreateResetRequestInput {
  person?: string;
  clientId?: string;
}

export interface WireCreateResetRequest {
  person: string;
  clientId: string;
}
