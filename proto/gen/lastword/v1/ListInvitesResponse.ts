// Original file: chat.proto

import type {
  InviteInput as _lastword_v1_InviteInput,
  WireInvite as Wire_lastword_v1_Invite,
} from "../../lastword/v1/Invite.ts";

export interface ListInvitesResponseInput {
  cursor?: string;
  invites?: _lastword_v1_InviteInput[];
}

export interface WireListInvitesResponse {
  cursor: string;
  invites: Wire_lastword_v1_Invite[];
}
