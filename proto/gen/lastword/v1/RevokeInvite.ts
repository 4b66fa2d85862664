// Original file: op.proto

export interface RevokeInviteInput {
  invite?: string;
}

export interface WireRevokeInvite {
  invite: string;
}
