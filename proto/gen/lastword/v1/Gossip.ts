// Original file: peer.proto

export interface GossipInput {
  payload?: string;
}

export interface WireGossip {
  payload: string;
}
