// Original file: op.proto

export interface InviteUseInput {
  id?: string;
  role?: string;
  rooms?: string[];
  by?: string;
}

export interface WireInviteUse {
  id: string;
  role: string;
  rooms: string[];
  by: string;
}
