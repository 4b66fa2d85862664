// Original file: peer.proto

export interface _lastword_v1_Alive_PageInput {
  userId?: string;
  streamId?: string;
}

export interface Wire_lastword_v1_Alive_Page {
  userId: string;
  streamId: string;
}

export interface AliveInput {
  pages?: _lastword_v1_Alive_PageInput[];
}

export interface WireAlive {
  pages: Wire_lastword_v1_Alive_Page[];
}
