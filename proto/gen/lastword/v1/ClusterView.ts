// Original file: chat.proto

export interface ClusterViewInput {
  no?: string;
  leader?: number;
  members?: number[];
  configured?: number[];
  forkRisk?: number[];
  _leader?: "leader";
}

export interface WireClusterView {
  no: string;
  leader?: number;
  members: number[];
  configured: number[];
  forkRisk: number[];
  _leader?: "leader";
}
