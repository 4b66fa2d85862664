// Original file: chat.proto

import type {
  FromGroupInput as _lastword_v1_FromGroupInput,
  WireFromGroup as Wire_lastword_v1_FromGroup,
} from "../../lastword/v1/FromGroup.ts";

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
  fromGroup?: _lastword_v1_FromGroupInput | null;
  adminsOnly?: boolean;
  slowSeconds?: number;
  adminsCall?: boolean;
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
  fromGroup: Wire_lastword_v1_FromGroup | null;
  adminsOnly: boolean;
  slowSeconds: number;
  adminsCall: boolean;
}
