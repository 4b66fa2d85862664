// Original file: peer.proto

import type {
  OpBatchInput as _lastword_v1_OpBatchInput,
  WireOpBatch as Wire_lastword_v1_OpBatch,
} from "../../lastword/v1/OpBatch.ts";
import type { ViewInput as _lastword_v1_ViewInput, WireView as Wire_lastword_v1_View } from "../../lastword/v1/View.ts";

export interface BatchInput {
  op?: _lastword_v1_OpBatchInput | null;
  view?: _lastword_v1_ViewInput | null;
  batch?: "op" | "view";
}

export interface WireBatch {
  op?: Wire_lastword_v1_OpBatch | null;
  view?: Wire_lastword_v1_View | null;
  batch?: "op" | "view";
}
