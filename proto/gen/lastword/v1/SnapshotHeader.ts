// Original file: peer.proto

import type {
  BallotInput as _lastword_v1_BallotInput,
  WireBallot as Wire_lastword_v1_Ballot,
} from "../../lastword/v1/Ballot.ts";
import type { ViewInput as _lastword_v1_ViewInput, WireView as Wire_lastword_v1_View } from "../../lastword/v1/View.ts";
import type { Long } from "@grpc/proto-loader";

export interface SnapshotHeaderInput {
  ballot?: _lastword_v1_BallotInput | null;
  lineage?: _lastword_v1_ViewInput[];
  logFirstSeq?: number | string | Long;
  appliedSeq?: number | string | Long;
  commonSeq?: number | string | Long;
}

export interface WireSnapshotHeader {
  ballot: Wire_lastword_v1_Ballot | null;
  lineage: Wire_lastword_v1_View[];
  logFirstSeq: number;
  appliedSeq: number;
  commonSeq: number;
}
