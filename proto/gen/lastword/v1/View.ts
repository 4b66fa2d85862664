// Original file: peer.proto

import type {
  ViewNoInput as _lastword_v1_ViewNoInput,
  WireViewNo as Wire_lastword_v1_ViewNo,
} from "../../lastword/v1/ViewNo.ts";
import type {
  MemberInput as _lastword_v1_MemberInput,
  WireMember as Wire_lastword_v1_Member,
} from "../../lastword/v1/Member.ts";
import type {
  ForkRiskInput as _lastword_v1_ForkRiskInput,
  WireForkRisk as Wire_lastword_v1_ForkRisk,
} from "../../lastword/v1/ForkRisk.ts";
import type {
  ConsistencyInput as _lastword_v1_ConsistencyInput,
  WireConsistency as Wire_lastword_v1_Consistency,
} from "../../lastword/v1/Consistency.ts";
import type {
  RecoveryInput as _lastword_v1_RecoveryInput,
  WireRecovery as Wire_lastword_v1_Recovery,
} from "../../lastword/v1/Recovery.ts";
import type { Long } from "@grpc/proto-loader";

export interface ViewInput {
  no?: _lastword_v1_ViewNoInput | null;
  startSeq?: number | string | Long;
  leader?: number;
  members?: _lastword_v1_MemberInput[];
  forkRisk?: _lastword_v1_ForkRiskInput | null;
  consistency?: _lastword_v1_ConsistencyInput;
  recovery?: _lastword_v1_RecoveryInput;
}

export interface WireView {
  no: Wire_lastword_v1_ViewNo | null;
  startSeq: number;
  leader: number;
  members: Wire_lastword_v1_Member[];
  forkRisk: Wire_lastword_v1_ForkRisk | null;
  consistency: Wire_lastword_v1_Consistency;
  recovery: Wire_lastword_v1_Recovery;
}
