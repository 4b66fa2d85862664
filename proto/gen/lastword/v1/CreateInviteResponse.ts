// Original file: chat.proto

import type {
  InviteInput as _lastword_v1_InviteInput,
  WireInvite as Wire_lastword_v1_Invite,
} from "../../lastword/v1/Invite.ts";

export interface CreateInviteResponseInput {
  cursor?: string;
  invite?: _lastword_v1_InviteInput | null;
  token?: string;
}

export interface WireCreateInviteResponse {
  cursor: string;
  invite: Wire_lastword_v1_Invite | null;
  token: string;
}
