// Original file: peer.proto

import type {
  ViewNoInput as _lastword_v1_ViewNoInput,
  WireViewNo as Wire_lastword_v1_ViewNo,
} from "../../lastword/v1/ViewNo.ts";

export interface LeaveInput {
  viewNo?: _lastword_v1_ViewNoInput | null;
}

export interface WireLeave {
  viewNo: Wire_lastword_v1_ViewNo | null;
}
