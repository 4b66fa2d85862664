// Original file: peer.proto

import type {
  ViewNoInput as _lastword_v1_ViewNoInput,
  WireViewNo as Wire_lastword_v1_ViewNo,
} from "../../lastword/v1/ViewNo.ts";
import type { Long } from "@grpc/proto-loader";

export interface OpBatchInput {
  viewNo?: _lastword_v1_ViewNoInput | null;
  firstSeq?: number | string | Long;
  ops?: (Buffer | Uint8Array | string)[];
}

export interface WireOpBatch {
  viewNo: Wire_lastword_v1_ViewNo | null;
  firstSeq: number;
  ops: Buffer[];
}
