// Original file: peer.proto

import type {
  BallotInput as _lastword_v1_BallotInput,
  WireBallot as Wire_lastword_v1_Ballot,
} from "../../lastword/v1/Ballot.ts";

export interface RefuseInput {
  ballot?: _lastword_v1_BallotInput | null;
  promised?: _lastword_v1_BallotInput | null;
}

export interface WireRefuse {
  ballot: Wire_lastword_v1_Ballot | null;
  promised: Wire_lastword_v1_Ballot | null;
}
