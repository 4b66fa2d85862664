// Original file: peer.proto

import type {
  FrameInput as _lastword_v1_FrameInput,
  WireFrame as Wire_lastword_v1_Frame,
} from "../../lastword/v1/Frame.ts";

export interface FramesInput {
  frames?: _lastword_v1_FrameInput[];
}

export interface WireFrames {
  frames: Wire_lastword_v1_Frame[];
}
