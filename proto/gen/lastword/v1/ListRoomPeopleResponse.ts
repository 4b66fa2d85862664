// Original file: chat.proto

import type { UserInput as _lastword_v1_UserInput, WireUser as Wire_lastword_v1_User } from "../../lastword/v1/User.ts";

export interface _lastword_v1_ListRoomPeopleResponse_PersonInput {
  user?: _lastword_v1_UserInput | null;
  role?: string;
}

export interface Wire_lastword_v1_ListRoomPeopleResponse_Person {
  user: Wire_lastword_v1_User | null;
  role: string;
}

export interface ListRoomPeopleResponseInput {
  cursor?: string;
  people?: _lastword_v1_ListRoomPeopleResponse_PersonInput[];
}

export interface WireListRoomPeopleResponse {
  cursor: string;
  people: Wire_lastword_v1_ListRoomPeopleResponse_Person[];
}
