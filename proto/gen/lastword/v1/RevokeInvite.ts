// Original file: op.proto

export interface RevokeInviteInput {
  invite?: string;
  used?: string[];
}

export interface WireRevokeInvite {
  invite: string;
  used: string[];
}
