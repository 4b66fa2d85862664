// Original file: chat.proto

export interface DeleteAccountRequestInput {
  password?: string;
  deleteMessages?: boolean;
  clientId?: string;
}

export interface WireDeleteAccountRequest {
  password: string;
  deleteMessages: boolean;
  clientId: string;
}
