// Original file: op.proto

export interface DeleteAccountInput {
  deleteMessages?: boolean;
  checked?: string;
}

export interface WireDeleteAccount {
  deleteMessages: boolean;
  checked: string;
}
