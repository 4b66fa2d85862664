// Original file: op.proto

import type {
  NewSessionInput as _lastword_v1_NewSessionInput,
  WireNewSession as Wire_lastword_v1_NewSession,
} from "../../lastword/v1/NewSession.ts";

export interface LoginInput {
  session?: _lastword_v1_NewSessionInput | null;
  checked?: string;
}

export interface WireLogin {
  session: Wire_lastword_v1_NewSession | null;
  checked: string;
}
