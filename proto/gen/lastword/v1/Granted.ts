// Original file: peer.proto

import type {
  BallotInput as _lastword_v1_BallotInput,
  WireBallot as Wire_lastword_v1_Ballot,
} from "../../lastword/v1/Ballot.ts";
import type { ViewInput as _lastword_v1_ViewInput, WireView as Wire_lastword_v1_View } from "../../lastword/v1/View.ts";
import type { Long } from "@grpc/proto-loader";

export interface GrantedInput {
  ballot?: _lastword_v1_BallotInput | null;
  storeId?: string;
  bootId?: string;
  active?: boolean;
  eligible?: boolean;
  admitted?: boolean;
  leaving?: boolean;
  view?: _lastword_v1_ViewInput | null;
  lastSeq?: number | string | Long;
}

export interface WireGranted {
  ballot: Wire_lastword_v1_Ballot | null;
  storeId: string;
  bootId: string;
  active: boolean;
  eligible: boolean;
  admitted: boolean;
  leaving: boolean;
  view: Wire_lastword_v1_View | null;
  lastSeq: number;
}
