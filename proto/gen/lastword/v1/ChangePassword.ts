// Original file: op.proto

export interface ChangePasswordInput {
  passwordHash?: string;
  keepSession?: string;
  checked?: string;
}

export interface WireChangePassword {
  passwordHash: string;
  keepSession: string;
  checked: string;
}
