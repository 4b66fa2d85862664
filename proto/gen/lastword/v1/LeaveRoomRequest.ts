// Original file: chat.proto

export interface LeaveRoomRequestInput {
  room?: string;
  clientId?: string;
}

export interface WireLeaveRoomRequest {
  room: string;
  clientId: string;
}
