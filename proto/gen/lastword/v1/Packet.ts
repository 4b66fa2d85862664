// Original file: peer.proto

import type {
  HelloInput as _lastword_v1_HelloInput,
  WireHello as Wire_lastword_v1_Hello,
} from "../../lastword/v1/Hello.ts";
import type {
  ProofInput as _lastword_v1_ProofInput,
  WireProof as Wire_lastword_v1_Proof,
} from "../../lastword/v1/Proof.ts";
import type {
  FramesInput as _lastword_v1_FramesInput,
  WireFrames as Wire_lastword_v1_Frames,
} from "../../lastword/v1/Frames.ts";
import type {
  SnapshotRequestInput as _lastword_v1_SnapshotRequestInput,
  WireSnapshotRequest as Wire_lastword_v1_SnapshotRequest,
} from "../../lastword/v1/SnapshotRequest.ts";
import type {
  SnapshotHeaderInput as _lastword_v1_SnapshotHeaderInput,
  WireSnapshotHeader as Wire_lastword_v1_SnapshotHeader,
} from "../../lastword/v1/SnapshotHeader.ts";
import type {
  SnapshotEndInput as _lastword_v1_SnapshotEndInput,
  WireSnapshotEnd as Wire_lastword_v1_SnapshotEnd,
} from "../../lastword/v1/SnapshotEnd.ts";
import type {
  FileQuestionInput as _lastword_v1_FileQuestionInput,
  WireFileQuestion as Wire_lastword_v1_FileQuestion,
} from "../../lastword/v1/FileQuestion.ts";
import type {
  FileAnswerInput as _lastword_v1_FileAnswerInput,
  WireFileAnswer as Wire_lastword_v1_FileAnswer,
} from "../../lastword/v1/FileAnswer.ts";

export interface PacketInput {
  hello?: _lastword_v1_HelloInput | null;
  proof?: _lastword_v1_ProofInput | null;
  frames?: _lastword_v1_FramesInput | null;
  snapshotRequest?: _lastword_v1_SnapshotRequestInput | null;
  snapshotHeader?: _lastword_v1_SnapshotHeaderInput | null;
  snapshotChunk?: Buffer | Uint8Array | string;
  snapshotEnd?: _lastword_v1_SnapshotEndInput | null;
  fileQuestion?: _lastword_v1_FileQuestionInput | null;
  fileAnswer?: _lastword_v1_FileAnswerInput | null;
  body?:
    | "hello"
    | "proof"
    | "frames"
    | "snapshotRequest"
    | "snapshotHeader"
    | "snapshotChunk"
    | "snapshotEnd"
    | "fileQuestion"
    | "fileAnswer";
}

export interface WirePacket {
  hello?: Wire_lastword_v1_Hello | null;
  proof?: Wire_lastword_v1_Proof | null;
  frames?: Wire_lastword_v1_Frames | null;
  snapshotRequest?: Wire_lastword_v1_SnapshotRequest | null;
  snapshotHeader?: Wire_lastword_v1_SnapshotHeader | null;
  snapshotChunk?: Buffer;
  snapshotEnd?: Wire_lastword_v1_SnapshotEnd | null;
  fileQuestion?: Wire_lastword_v1_FileQuestion | null;
  fileAnswer?: Wire_lastword_v1_FileAnswer | null;
  body?:
    | "hello"
    | "proof"
    | "frames"
    | "snapshotRequest"
    | "snapshotHeader"
    | "snapshotChunk"
    | "snapshotEnd"
    | "fileQuestion"
    | "fileAnswer";
}
