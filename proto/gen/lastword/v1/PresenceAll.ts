// Original file: peer.proto

import type {
  ReplicaFactsInput as _lastword_v1_ReplicaFactsInput,
  WireReplicaFacts as Wire_lastword_v1_ReplicaFacts,
} from "../../lastword/v1/ReplicaFacts.ts";
import type { Long } from "@grpc/proto-loader";

export interface PresenceAllInput {
  number?: number | string | Long;
  facts?: _lastword_v1_ReplicaFactsInput | null;
  online?: string[];
  filesLacking?: number;
}

export interface WirePresenceAll {
  number: number;
  facts: Wire_lastword_v1_ReplicaFacts | null;
  online: string[];
  filesLacking: number;
}
