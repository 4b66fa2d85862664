// Original file: chat.proto

import type { RoomInput as _lastword_v1_RoomInput, WireRoom as Wire_lastword_v1_Room } from "../../lastword/v1/Room.ts";

export interface ListRoomsResponseInput {
  cursor?: string;
  rooms?: _lastword_v1_RoomInput[];
}

export interface WireListRoomsResponse {
  cursor: string;
  rooms: Wire_lastword_v1_Room[];
}
