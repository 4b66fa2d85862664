// Original file: op.proto

import type {
  NewSessionInput as _lastword_v1_NewSessionInput,
  WireNewSession as Wire_lastword_v1_NewSession,
} from "../../lastword/v1/NewSession.ts";

export interface ResetPasswordInput {
  tokenHash?: string;
  passwordHash?: string;
  session?: _lastword_v1_NewSessionInput | null;
}

export interface WireResetPassword {
  tokenHash: string;
  passwordHash: string;
  session: Wire_lastword_v1_NewSession | null;
}
