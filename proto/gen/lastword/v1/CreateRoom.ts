// Original file: op.proto

export interface CreateRoomInput {
  name?: string;
  folded?: string;
  skeleton?: string;
  topic?: string;
  isPrivate?: boolean;
  people?: string[];
  historyFromJoining?: boolean;
}

export interface WireCreateRoom {
  name: string;
  folded: string;
  skeleton: string;
  topic: string;
  isPrivate: boolean;
  people: string[];
  historyFromJoining: boolean;
}
