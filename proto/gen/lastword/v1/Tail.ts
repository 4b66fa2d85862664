// Original file: peer.proto

import type {
  ViewNoInput as _lastword_v1_ViewNoInput,
  WireViewNo as Wire_lastword_v1_ViewNo,
} from "../../lastword/v1/ViewNo.ts";
import type {
  BatchInput as _lastword_v1_BatchInput,
  WireBatch as Wire_lastword_v1_Batch,
} from "../../lastword/v1/Batch.ts";
import type { Long } from "@grpc/proto-loader";

export interface TailInput {
  prevSeq?: number | string | Long;
  prevViewNo?: _lastword_v1_ViewNoInput | null;
  batches?: _lastword_v1_BatchInput[];
}

export interface WireTail {
  prevSeq: number;
  prevViewNo: Wire_lastword_v1_ViewNo | null;
  batches: Wire_lastword_v1_Batch[];
}
