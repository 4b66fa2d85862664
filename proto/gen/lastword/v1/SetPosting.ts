// Original file: op.proto

export interface SetPostingInput {
  room?: string;
  adminsOnly?: boolean;
  slowSeconds?: number;
  adminsCall?: boolean;
}

export interface WireSetPosting {
  room: string;
  adminsOnly: boolean;
  slowSeconds: number;
  adminsCall: boolean;
}
