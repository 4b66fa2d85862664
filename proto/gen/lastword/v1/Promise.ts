// Original file: peer.proto

import type {
  BallotInput as _lastword_v1_BallotInput,
  WireBallot as Wire_lastword_v1_Ballot,
} from "../../lastword/v1/Ballot.ts";

export interface PromiseInput {
  ballot?: _lastword_v1_BallotInput | null;
  handoff?: _lastword_v1_BallotInput | null;
}

export interface WirePromise {
  ballot: Wire_lastword_v1_Ballot | null;
  handoff: Wire_lastword_v1_Ballot | null;
}
