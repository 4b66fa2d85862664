// Original file: chat.proto

export interface _lastword_v1_ChangeRoomRequest_PeopleInput {
  names?: string[];
}

export interface Wire_lastword_v1_ChangeRoomRequest_People {
  names: string[];
}

export interface _lastword_v1_ChangeRoomRequest_PostingInput {
  adminsOnly?: boolean;
  slowSeconds?: number;
  adminsCall?: boolean;
}

export interface Wire_lastword_v1_ChangeRoomRequest_Posting {
  adminsOnly: boolean;
  slowSeconds: number;
  adminsCall: boolean;
}

export interface _lastword_v1_ChangeRoomRequest_RoleInput {
  person?: string;
  role?: string;
}

export interface Wire_lastword_v1_ChangeRoomRequest_Role {
  person: string;
  role: string;
}

export interface ChangeRoomRequestInput {
  room?: string;
  clientId?: string;
  name?: string;
  topic?: string;
  isPrivate?: boolean;
  archived?: boolean;
  invite?: _lastword_v1_ChangeRoomRequest_PeopleInput | null;
  remove?: _lastword_v1_ChangeRoomRequest_PeopleInput | null;
  ban?: string;
  unban?: string;
  role?: _lastword_v1_ChangeRoomRequest_RoleInput | null;
  posting?: _lastword_v1_ChangeRoomRequest_PostingInput | null;
  change?: "name" | "topic" | "isPrivate" | "archived" | "invite" | "remove" | "ban" | "unban" | "role" | "posting";
}

export interface WireChangeRoomRequest {
  room: string;
  clientId: string;
  name?: string;
  topic?: string;
  isPrivate?: boolean;
  archived?: boolean;
  invite?: Wire_lastword_v1_ChangeRoomRequest_People | null;
  remove?: Wire_lastword_v1_ChangeRoomRequest_People | null;
  ban?: string;
  unban?: string;
  role?: Wire_lastword_v1_ChangeRoomRequest_Role | null;
  posting?: Wire_lastword_v1_ChangeRoomRequest_Posting | null;
  change?: "name" | "topic" | "isPrivate" | "archived" | "invite" | "remove" | "ban" | "unban" | "role" | "posting";
}
