// Original file: peer.proto

import type {
  ViewNoInput as _lastword_v1_ViewNoInput,
  WireViewNo as Wire_lastword_v1_ViewNo,
} from "../../lastword/v1/ViewNo.ts";
import type { Long } from "@grpc/proto-loader";

export interface LineagePointInput {
  no?: _lastword_v1_ViewNoInput | null;
  startSeq?: number | string | Long;
}

export interface WireLineagePoint {
  no: Wire_lastword_v1_ViewNo | null;
  startSeq: number;
}
