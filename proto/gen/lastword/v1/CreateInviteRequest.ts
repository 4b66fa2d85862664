// Original file: chat.proto

export interface CreateInviteRequestInput {
  role?: string;
  rooms?: string[];
  uses?: number;
  seconds?: number;
  clientId?: string;
}

export interface WireCreateInviteRequest {
  role: string;
  rooms: string[];
  uses: number;
  seconds: number;
  clientId: string;
}
