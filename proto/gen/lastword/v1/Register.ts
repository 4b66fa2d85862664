// Original file: op.proto

import type {
  NewSessionInput as _lastword_v1_NewSessionInput,
  WireNewSession as Wire_lastword_v1_NewSession,
} from "../../lastword/v1/NewSession.ts";
import type {
  InviteUseInput as _lastword_v1_InviteUseInput,
  WireInviteUse as Wire_lastword_v1_InviteUse,
} from "../../lastword/v1/InviteUse.ts";

export interface RegisterInput {
  name?: string;
  folded?: string;
  passwordHash?: string;
  session?: _lastword_v1_NewSessionInput | null;
  first?: boolean;
  skeleton?: string;
  general?: string;
  invite?: _lastword_v1_InviteUseInput | null;
}

export interface WireRegister {
  name: string;
  folded: string;
  passwordHash: string;
  session: Wire_lastword_v1_NewSession | null;
  first: boolean;
  skeleton: string;
  general: string;
  invite: Wire_lastword_v1_InviteUse | null;
}
