// Original file: op.proto

export interface BanInput {
  room?: string;
  person?: string;
  banned?: boolean;
  seen?: string;
}

export interface WireBan {
  room: string;
  person: string;
  banned: boolean;
  seen: string;
}
