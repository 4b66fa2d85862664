// Original file: peer.proto

import type { BeatInput as _lastword_v1_BeatInput, WireBeat as Wire_lastword_v1_Beat } from "../../lastword/v1/Beat.ts";
import type {
  AppendInput as _lastword_v1_AppendInput,
  WireAppend as Wire_lastword_v1_Append,
} from "../../lastword/v1/Append.ts";
import type {
  AppendOkInput as _lastword_v1_AppendOkInput,
  WireAppendOk as Wire_lastword_v1_AppendOk,
} from "../../lastword/v1/AppendOk.ts";
import type {
  RefuseInput as _lastword_v1_RefuseInput,
  WireRefuse as Wire_lastword_v1_Refuse,
} from "../../lastword/v1/Refuse.ts";
import type { JoinInput as _lastword_v1_JoinInput, WireJoin as Wire_lastword_v1_Join } from "../../lastword/v1/Join.ts";
import type {
  SnapshotOfferInput as _lastword_v1_SnapshotOfferInput,
  WireSnapshotOffer as Wire_lastword_v1_SnapshotOffer,
} from "../../lastword/v1/SnapshotOffer.ts";
import type {
  PromiseInput as _lastword_v1_PromiseInput,
  WirePromise as Wire_lastword_v1_Promise,
} from "../../lastword/v1/Promise.ts";
import type {
  GrantedInput as _lastword_v1_GrantedInput,
  WireGranted as Wire_lastword_v1_Granted,
} from "../../lastword/v1/Granted.ts";
import type {
  DeniedInput as _lastword_v1_DeniedInput,
  WireDenied as Wire_lastword_v1_Denied,
} from "../../lastword/v1/Denied.ts";
import type {
  ProposeInput as _lastword_v1_ProposeInput,
  WirePropose as Wire_lastword_v1_Propose,
} from "../../lastword/v1/Propose.ts";
import type {
  HandoffInput as _lastword_v1_HandoffInput,
  WireHandoff as Wire_lastword_v1_Handoff,
} from "../../lastword/v1/Handoff.ts";
import type {
  LeaveInput as _lastword_v1_LeaveInput,
  WireLeave as Wire_lastword_v1_Leave,
} from "../../lastword/v1/Leave.ts";
import type {
  LeaveOkInput as _lastword_v1_LeaveOkInput,
  WireLeaveOk as Wire_lastword_v1_LeaveOk,
} from "../../lastword/v1/LeaveOk.ts";
import type { TailInput as _lastword_v1_TailInput, WireTail as Wire_lastword_v1_Tail } from "../../lastword/v1/Tail.ts";
import type {
  ReadIndexInput as _lastword_v1_ReadIndexInput,
  WireReadIndex as Wire_lastword_v1_ReadIndex,
} from "../../lastword/v1/ReadIndex.ts";
import type {
  ReadIndexOkInput as _lastword_v1_ReadIndexOkInput,
  WireReadIndexOk as Wire_lastword_v1_ReadIndexOk,
} from "../../lastword/v1/ReadIndexOk.ts";
import type {
  GossipInput as _lastword_v1_GossipInput,
  WireGossip as Wire_lastword_v1_Gossip,
} from "../../lastword/v1/Gossip.ts";

export interface FrameInput {
  beat?: _lastword_v1_BeatInput | null;
  append?: _lastword_v1_AppendInput | null;
  appendOk?: _lastword_v1_AppendOkInput | null;
  refuse?: _lastword_v1_RefuseInput | null;
  join?: _lastword_v1_JoinInput | null;
  snapshotOffer?: _lastword_v1_SnapshotOfferInput | null;
  promise?: _lastword_v1_PromiseInput | null;
  granted?: _lastword_v1_GrantedInput | null;
  denied?: _lastword_v1_DeniedInput | null;
  propose?: _lastword_v1_ProposeInput | null;
  handoff?: _lastword_v1_HandoffInput | null;
  leave?: _lastword_v1_LeaveInput | null;
  leaveOk?: _lastword_v1_LeaveOkInput | null;
  tail?: _lastword_v1_TailInput | null;
  readIndex?: _lastword_v1_ReadIndexInput | null;
  readIndexOk?: _lastword_v1_ReadIndexOkInput | null;
  gossip?: _lastword_v1_GossipInput | null;
  frame?:
    | "beat"
    | "append"
    | "appendOk"
    | "refuse"
    | "join"
    | "snapshotOffer"
    | "promise"
    | "granted"
    | "denied"
    | "propose"
    | "handoff"
    | "leave"
    | "leaveOk"
    | "tail"
    | "readIndex"
    | "readIndexOk"
    | "gossip";
}

export interface WireFrame {
  beat?: Wire_lastword_v1_Beat | null;
  append?: Wire_lastword_v1_Append | null;
  appendOk?: Wire_lastword_v1_AppendOk | null;
  refuse?: Wire_lastword_v1_Refuse | null;
  join?: Wire_lastword_v1_Join | null;
  snapshotOffer?: Wire_lastword_v1_SnapshotOffer | null;
  promise?: Wire_lastword_v1_Promise | null;
  granted?: Wire_lastword_v1_Granted | null;
  denied?: Wire_lastword_v1_Denied | null;
  propose?: Wire_lastword_v1_Propose | null;
  handoff?: Wire_lastword_v1_Handoff | null;
  leave?: Wire_lastword_v1_Leave | null;
  leaveOk?: Wire_lastword_v1_LeaveOk | null;
  tail?: Wire_lastword_v1_Tail | null;
  readIndex?: Wire_lastword_v1_ReadIndex | null;
  readIndexOk?: Wire_lastword_v1_ReadIndexOk | null;
  gossip?: Wire_lastword_v1_Gossip | null;
  frame?:
    | "beat"
    | "append"
    | "appendOk"
    | "refuse"
    | "join"
    | "snapshotOffer"
    | "promise"
    | "granted"
    | "denied"
    | "propose"
    | "handoff"
    | "leave"
    | "leaveOk"
    | "tail"
    | "readIndex"
    | "readIndexOk"
    | "gossip";
}
