// Original file: chat.proto

export interface RevokeInviteRequestInput {
  id?: string;
  clientId?: string;
}

export interface WireRevokeInviteRequest {
  id: string;
  clientId: string;
}
