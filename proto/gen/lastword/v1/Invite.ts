// Original file: chat.proto

import type { UserInput as _lastword_v1_UserInput, WireUser as Wire_lastword_v1_User } from "../../lastword/v1/User.ts";
import type { Long } from "@grpc/proto-loader";

export interface InviteInput {
  id?: string;
  by?: _lastword_v1_UserInput | null;
  role?: string;
  rooms?: string[];
  uses?: number;
  usesMax?: number;
  createdMicros?: number | string | Long;
  expiresMicros?: number | string | Long;
  state?: string;
}

export interface WireInvite {
  id: string;
  by: Wire_lastword_v1_User | null;
  role: string;
  rooms: string[];
  uses: number;
  usesMax: number;
  createdMicros: number;
  expiresMicros: number;
  state: string;
}
