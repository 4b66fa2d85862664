// Original file: peer.proto

export interface _lastword_v1_Chronicle_EntryInput {
  id?: string;
  at?: string;
  kind?: string;
  text?: string;
  takeover?: _lastword_v1_Chronicle_TakeoverInput | null;
}

export interface Wire_lastword_v1_Chronicle_Entry {
  id: string;
  at: string;
  kind: string;
  text: string;
  takeover: Wire_lastword_v1_Chronicle_Takeover | null;
}

export interface _lastword_v1_Chronicle_StopInput {
  replicaId?: number;
  bootId?: string;
}

export interface Wire_lastword_v1_Chronicle_Stop {
  replicaId: number;
  bootId: string;
}

export interface _lastword_v1_Chronicle_TakeoverInput {
  ms?: number;
  from?: number;
  to?: number;
}

export interface Wire_lastword_v1_Chronicle_Takeover {
  ms: number;
  from: number;
  to: number;
}

export interface ChronicleInput {
  entries?: _lastword_v1_Chronicle_EntryInput[];
  stops?: _lastword_v1_Chronicle_StopInput[];
}

export interface WireChronicle {
  entries: Wire_lastword_v1_Chronicle_Entry[];
  stops: Wire_lastword_v1_Chronicle_Stop[];
}
