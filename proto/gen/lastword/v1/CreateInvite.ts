// Original file: op.proto

export interface CreateInviteInput {
  tokenHash?: string;
  role?: string;
  rooms?: string[];
  usesMax?: number;
  seconds?: number;
}

export interface WireCreateInvite {
  tokenHash: string;
  role: string;
  rooms: string[];
  usesMax: number;
  seconds: number;
}
