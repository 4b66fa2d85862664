// Original file: peer.proto

import type {
  BallotInput as _lastword_v1_BallotInput,
  WireBallot as Wire_lastword_v1_Ballot,
} from "../../lastword/v1/Ballot.ts";
import type {
  LineagePointInput as _lastword_v1_LineagePointInput,
  WireLineagePoint as Wire_lastword_v1_LineagePoint,
} from "../../lastword/v1/LineagePoint.ts";
import type { Long } from "@grpc/proto-loader";

export interface JoinInput {
  storeId?: string;
  bootId?: string;
  promised?: _lastword_v1_BallotInput | null;
  lineage?: _lastword_v1_LineagePointInput[];
  lastSeq?: number | string | Long;
  commit?: number | string | Long;
}

export interface WireJoin {
  storeId: string;
  bootId: string;
  promised: Wire_lastword_v1_Ballot | null;
  lineage: Wire_lastword_v1_LineagePoint[];
  lastSeq: number;
  commit: number;
}
