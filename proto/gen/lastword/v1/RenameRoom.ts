// Original file: op.proto

export interface RenameRoomInput {
  room?: string;
  name?: string;
  folded?: string;
  skeleton?: string;
}

export interface WireRenameRoom {
  room: string;
  name: string;
  folded: string;
  skeleton: string;
}
