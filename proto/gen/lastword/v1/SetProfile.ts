// Original file: op.proto

import type {
  ProfileNameInput as _lastword_v1_ProfileNameInput,
  WireProfileName as Wire_lastword_v1_ProfileName,
} from "../../lastword/v1/ProfileName.ts";
import type {
  ProfileStatusInput as _lastword_v1_ProfileStatusInput,
  WireProfileStatus as Wire_lastword_v1_ProfileStatus,
} from "../../lastword/v1/ProfileStatus.ts";

export interface SetProfileInput {
  displayName?: _lastword_v1_ProfileNameInput | null;
  status?: _lastword_v1_ProfileStatusInput | null;
  timeZone?: string;
  _timeZone?: "timeZone";
}

export interface WireSetProfile {
  displayName: Wire_lastword_v1_ProfileName | null;
  status: Wire_lastword_v1_ProfileStatus | null;
  timeZone?: string;
  _timeZone?: "timeZone";
}
