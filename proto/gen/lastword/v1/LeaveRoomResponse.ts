// Original file: chat.proto

export interface LeaveRoomResponseInput {
  cursor?: string;
}

export interface WireLeaveRoomResponse {
  cursor: string;
}
