// Original file: chat.proto

import type { UserInput as _lastword_v1_UserInput, WireUser as Wire_lastword_v1_User } from "../../lastword/v1/User.ts";

export interface SetProfileResponseInput {
  cursor?: string;
  user?: _lastword_v1_UserInput | null;
}

export interface WireSetProfileResponse {
  cursor: string;
  user: Wire_lastword_v1_User | null;
}
