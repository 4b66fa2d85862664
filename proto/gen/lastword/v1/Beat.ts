// Original file: peer.proto

import type { RoleInput as _lastword_v1_RoleInput, WireRole as Wire_lastword_v1_Role } from "../../lastword/v1/Role.ts";
import type { ViewInput as _lastword_v1_ViewInput, WireView as Wire_lastword_v1_View } from "../../lastword/v1/View.ts";
import type {
  LineagePointInput as _lastword_v1_LineagePointInput,
  WireLineagePoint as Wire_lastword_v1_LineagePoint,
} from "../../lastword/v1/LineagePoint.ts";
import type {
  BallotInput as _lastword_v1_BallotInput,
  WireBallot as Wire_lastword_v1_Ballot,
} from "../../lastword/v1/Ballot.ts";
import type {
  ReleaseInput as _lastword_v1_ReleaseInput,
  WireRelease as Wire_lastword_v1_Release,
} from "../../lastword/v1/Release.ts";
import type { Long } from "@grpc/proto-loader";

export interface BeatInput {
  role?: _lastword_v1_RoleInput;
  storeId?: string;
  bootId?: string;
  active?: boolean;
  eligible?: boolean;
  admitted?: boolean;
  view?: _lastword_v1_ViewInput | null;
  lineageTail?: _lastword_v1_LineagePointInput[];
  lastSeq?: number | string | Long;
  durableSeq?: number | string | Long;
  commit?: number | string | Long;
  promised?: _lastword_v1_BallotInput | null;
  leaderId?: number;
  hears?: number[];
  leaving?: boolean;
  floor?: number | string | Long;
  firstSeq?: number | string | Long;
  wallMs?: number | string | Long;
  applied?: number | string | Long;
  opFormat?: number;
  release?: _lastword_v1_ReleaseInput | null;
  heldOps?: number;
  _leaderId?: "leaderId";
  _wallMs?: "wallMs";
  _applied?: "applied";
  _opFormat?: "opFormat";
  _heldOps?: "heldOps";
}

export interface WireBeat {
  role: Wire_lastword_v1_Role;
  storeId: string;
  bootId: string;
  active: boolean;
  eligible: boolean;
  admitted: boolean;
  view: Wire_lastword_v1_View | null;
  lineageTail: Wire_lastword_v1_LineagePoint[];
  lastSeq: number;
  durableSeq: number;
  commit: number;
  promised: Wire_lastword_v1_Ballot | null;
  leaderId?: number;
  hears: number[];
  leaving: boolean;
  floor: number;
  firstSeq: number;
  wallMs?: number;
  applied?: number;
  opFormat?: number;
  release: Wire_lastword_v1_Release | null;
  heldOps?: number;
  _leaderId?: "leaderId";
  _wallMs?: "wallMs";
  _applied?: "applied";
  _opFormat?: "opFormat";
  _heldOps?: "heldOps";
}
