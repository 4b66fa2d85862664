// Original file: peer.proto

import type {
  BallotInput as _lastword_v1_BallotInput,
  WireBallot as Wire_lastword_v1_Ballot,
} from "../../lastword/v1/Ballot.ts";
import type {
  ViewNoInput as _lastword_v1_ViewNoInput,
  WireViewNo as Wire_lastword_v1_ViewNo,
} from "../../lastword/v1/ViewNo.ts";
import type {
  BatchInput as _lastword_v1_BatchInput,
  WireBatch as Wire_lastword_v1_Batch,
} from "../../lastword/v1/Batch.ts";
import type { Long } from "@grpc/proto-loader";

export interface AppendInput {
  ballot?: _lastword_v1_BallotInput | null;
  prevSeq?: number | string | Long;
  prevViewNo?: _lastword_v1_ViewNoInput | null;
  batches?: _lastword_v1_BatchInput[];
  commit?: number | string | Long;
  round?: number | string | Long;
}

export interface WireAppend {
  ballot: Wire_lastword_v1_Ballot | null;
  prevSeq: number;
  prevViewNo: Wire_lastword_v1_ViewNo | null;
  batches: Wire_lastword_v1_Batch[];
  commit: number;
  round: number;
}
