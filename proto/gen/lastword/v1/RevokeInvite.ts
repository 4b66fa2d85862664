// Original file: op.proto

export interface RevokeInviteInput {
  invite?: string;
  seen?: string;
}

export interface WireRevokeInvite {
  invite: string;
  seen: string;
}
