// Original file: peer.proto

import type {
  PresenceAllInput as _lastword_v1_PresenceAllInput,
  WirePresenceAll as Wire_lastword_v1_PresenceAll,
} from "../../lastword/v1/PresenceAll.ts";
import type {
  PresenceChangeInput as _lastword_v1_PresenceChangeInput,
  WirePresenceChange as Wire_lastword_v1_PresenceChange,
} from "../../lastword/v1/PresenceChange.ts";
import type {
  TypingInput as _lastword_v1_TypingInput,
  WireTyping as Wire_lastword_v1_Typing,
} from "../../lastword/v1/Typing.ts";
import type {
  AliveInput as _lastword_v1_AliveInput,
  WireAlive as Wire_lastword_v1_Alive,
} from "../../lastword/v1/Alive.ts";
import type {
  ChronicleInput as _lastword_v1_ChronicleInput,
  WireChronicle as Wire_lastword_v1_Chronicle,
} from "../../lastword/v1/Chronicle.ts";
import type {
  RowHashInput as _lastword_v1_RowHashInput,
  WireRowHash as Wire_lastword_v1_RowHash,
} from "../../lastword/v1/RowHash.ts";

export interface GossipInput {
  presenceAll?: _lastword_v1_PresenceAllInput | null;
  presenceChange?: _lastword_v1_PresenceChangeInput | null;
  presenceWanted?: number;
  typing?: _lastword_v1_TypingInput | null;
  alive?: _lastword_v1_AliveInput | null;
  chronicle?: _lastword_v1_ChronicleInput | null;
  rowHash?: _lastword_v1_RowHashInput | null;
  about?: "presenceAll" | "presenceChange" | "presenceWanted" | "typing" | "alive" | "chronicle" | "rowHash";
}

export interface WireGossip {
  presenceAll?: Wire_lastword_v1_PresenceAll | null;
  presenceChange?: Wire_lastword_v1_PresenceChange | null;
  presenceWanted?: number;
  typing?: Wire_lastword_v1_Typing | null;
  alive?: Wire_lastword_v1_Alive | null;
  chronicle?: Wire_lastword_v1_Chronicle | null;
  rowHash?: Wire_lastword_v1_RowHash | null;
  about?: "presenceAll" | "presenceChange" | "presenceWanted" | "typing" | "alive" | "chronicle" | "rowHash";
}
