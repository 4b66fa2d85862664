// Original file: chat.proto

export interface JoinRoomRequestInput {
  room?: string;
  clientId?: string;
}

export interface WireJoinRoomRequest {
  room: string;
  clientId: string;
}
