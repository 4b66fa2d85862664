// Original file: peer.proto

import type {
  BallotInput as _lastword_v1_BallotInput,
  WireBallot as Wire_lastword_v1_Ballot,
} from "../../lastword/v1/Ballot.ts";
import type { Long } from "@grpc/proto-loader";

export interface SnapshotOfferInput {
  ballot?: _lastword_v1_BallotInput | null;
  commonSeq?: number | string | Long;
}

export interface WireSnapshotOffer {
  ballot: Wire_lastword_v1_Ballot | null;
  commonSeq: number;
}
