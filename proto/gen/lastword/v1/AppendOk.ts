// Original file: peer.proto

import type {
  BallotInput as _lastword_v1_BallotInput,
  WireBallot as Wire_lastword_v1_Ballot,
} from "../../lastword/v1/Ballot.ts";
import type { Long } from "@grpc/proto-loader";

export interface AppendOkInput {
  ballot?: _lastword_v1_BallotInput | null;
  seq?: number | string | Long;
  bootId?: string;
  round?: number | string | Long;
}

export interface WireAppendOk {
  ballot: Wire_lastword_v1_Ballot | null;
  seq: number;
  bootId: string;
  round: number;
}
