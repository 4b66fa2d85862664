// Original file: chat.proto

export interface RoomInput {
  id?: string;
  name?: string;
  topic?: string;
  isPrivate?: boolean;
  archived?: boolean;
  people?: number;
  role?: string;
  isForAll?: boolean;
  historyFromJoining?: boolean;
}

export interface WireRoom {
  id: string;
  name: string;
  topic: string;
  isPrivate: boolean;
  archived: boolean;
  people: number;
  role: string;
  isForAll: boolean;
  historyFromJoining: boolean;
}
