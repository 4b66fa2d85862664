// Original file: chat.proto

export interface CreateRoomRequestInput {
  name?: string;
  topic?: string;
  isPrivate?: boolean;
  people?: string[];
  clientId?: string;
  historyFromJoining?: boolean;
  group?: string;
}

export interface WireCreateRoomRequest {
  name: string;
  topic: string;
  isPrivate: boolean;
  people: string[];
  clientId: string;
  historyFromJoining: boolean;
  group: string;
}
