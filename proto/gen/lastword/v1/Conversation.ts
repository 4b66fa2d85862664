// Original file: chat.proto

import type { UserInput as _lastword_v1_UserInput, WireUser as Wire_lastword_v1_User } from "../../lastword/v1/User.ts";
import type {
  MessageInput as _lastword_v1_MessageInput,
  WireMessage as Wire_lastword_v1_Message,
} from "../../lastword/v1/Message.ts";
import type { RoomInput as _lastword_v1_RoomInput, WireRoom as Wire_lastword_v1_Room } from "../../lastword/v1/Room.ts";
import type {
  PreferencesInput as _lastword_v1_PreferencesInput,
  WirePreferences as Wire_lastword_v1_Preferences,
} from "../../lastword/v1/Preferences.ts";
import type {
  ThreadInput as _lastword_v1_ThreadInput,
  WireThread as Wire_lastword_v1_Thread,
} from "../../lastword/v1/Thread.ts";
import type { Long } from "@grpc/proto-loader";

export interface ConversationInput {
  id?: string;
  with?: _lastword_v1_UserInput | null;
  unread?: number;
  lastSeq?: number | string | Long;
  last?: _lastword_v1_MessageInput | null;
  room?: _lastword_v1_RoomInput | null;
  preferences?: _lastword_v1_PreferencesInput | null;
  thread?: _lastword_v1_ThreadInput | null;
  mentions?: number;
  group?: _lastword_v1_UserInput[];
}

export interface WireConversation {
  id: string;
  with: Wire_lastword_v1_User | null;
  unread: number;
  lastSeq: number;
  last: Wire_lastword_v1_Message | null;
  room: Wire_lastword_v1_Room | null;
  preferences: Wire_lastword_v1_Preferences | null;
  thread: Wire_lastword_v1_Thread | null;
  mentions: number;
  group: Wire_lastword_v1_User[];
}
