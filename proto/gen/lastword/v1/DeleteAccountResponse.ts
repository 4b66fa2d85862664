// Original file: chat.proto

export interface DeleteAccountResponseInput {
  cursor?: string;
}

export interface WireDeleteAccountResponse {
  cursor: string;
}
