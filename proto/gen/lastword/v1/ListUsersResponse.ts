// Original file: chat.proto

import type { UserInput as _lastword_v1_UserInput, WireUser as Wire_lastword_v1_User } from "../../lastword/v1/User.ts";

export interface ListUsersResponseInput {
  cursor?: string;
  users?: _lastword_v1_UserInput[];
}

export interface WireListUsersResponse {
  cursor: string;
  users: Wire_lastword_v1_User[];
}
