// Original file: op.proto

export interface ArchiveRoomInput {
  room?: string;
  archived?: boolean;
}

export interface WireArchiveRoom {
  room: string;
  archived: boolean;
}
