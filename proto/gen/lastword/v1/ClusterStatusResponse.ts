// Original file: chat.proto

import type {
  ClusterViewInput as _lastword_v1_ClusterViewInput,
  WireClusterView as Wire_lastword_v1_ClusterView,
} from "../../lastword/v1/ClusterView.ts";
import type {
  ReplicaStatusInput as _lastword_v1_ReplicaStatusInput,
  WireReplicaStatus as Wire_lastword_v1_ReplicaStatus,
} from "../../lastword/v1/ReplicaStatus.ts";
import type {
  FailoverInput as _lastword_v1_FailoverInput,
  WireFailover as Wire_lastword_v1_Failover,
} from "../../lastword/v1/Failover.ts";
import type {
  ClusterEventInput as _lastword_v1_ClusterEventInput,
  WireClusterEvent as Wire_lastword_v1_ClusterEvent,
} from "../../lastword/v1/ClusterEvent.ts";
import type { Long } from "@grpc/proto-loader";

export interface ClusterStatusResponseInput {
  version?: number;
  clusterId?: string;
  self?: number;
  consistency?: string;
  recovery?: string;
  writable?: boolean;
  reason?: string;
  view?: _lastword_v1_ClusterViewInput | null;
  protected?: number;
  committed?: number | string | Long;
  applied?: number | string | Long;
  replicas?: _lastword_v1_ReplicaStatusInput[];
  lastFailover?: _lastword_v1_FailoverInput | null;
  events?: _lastword_v1_ClusterEventInput[];
  opFormat?: number;
  nextOpFormat?: number;
  lacking?: string[];
  peerProtocol?: number;
  filesOn?: number;
}

export interface WireClusterStatusResponse {
  version: number;
  clusterId: string;
  self: number;
  consistency: string;
  recovery: string;
  writable: boolean;
  reason: string;
  view: Wire_lastword_v1_ClusterView | null;
  protected: number;
  committed: number;
  applied: number;
  replicas: Wire_lastword_v1_ReplicaStatus[];
  lastFailover: Wire_lastword_v1_Failover | null;
  events: Wire_lastword_v1_ClusterEvent[];
  opFormat: number;
  nextOpFormat: number;
  lacking: string[];
  peerProtocol: number;
  filesOn: number;
}
