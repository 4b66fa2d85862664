// Original file: chat.proto

import type {
  MessageInput as _lastword_v1_MessageInput,
  WireMessage as Wire_lastword_v1_Message,
} from "../../lastword/v1/Message.ts";
import type { RoomInput as _lastword_v1_RoomInput, WireRoom as Wire_lastword_v1_Room } from "../../lastword/v1/Room.ts";
import type { UserInput as _lastword_v1_UserInput, WireUser as Wire_lastword_v1_User } from "../../lastword/v1/User.ts";
import type { Long } from "@grpc/proto-loader";

export interface ActivityInput {
  kind?: string;
  seq?: number | string | Long;
  message?: _lastword_v1_MessageInput | null;
  room?: _lastword_v1_RoomInput | null;
  by?: _lastword_v1_UserInput[];
  unread?: boolean;
}

export interface WireActivity {
  kind: string;
  seq: number;
  message: Wire_lastword_v1_Message | null;
  room: Wire_lastword_v1_Room | null;
  by: Wire_lastword_v1_User[];
  unread: boolean;
}
