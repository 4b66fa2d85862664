// Original file: chat.proto

import type { RoomInput as _lastword_v1_RoomInput, WireRoom as Wire_lastword_v1_Room } from "../../lastword/v1/Room.ts";

export interface ChangeRoomResponseInput {
  cursor?: string;
  room?: _lastword_v1_RoomInput | null;
}

export interface WireChangeRoomResponse {
  cursor: string;
  room: Wire_lastword_v1_Room | null;
}
