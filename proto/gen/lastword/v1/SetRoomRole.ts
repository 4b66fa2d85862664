// Original file: op.proto

export interface SetRoomRoleInput {
  room?: string;
  person?: string;
  role?: string;
}

export interface WireSetRoomRole {
  room: string;
  person: string;
  role: string;
}
