/** Turns ClusterStatusJson into the response of ClusterStatus: null becomes 0, empty or absent. */
import type { WireClusterStatusResponse } from "../../proto/gen/lastword/v1/ClusterStatusResponse.ts";
import type { Encodable } from "../../proto/message-type.ts";
import type { ClusterStatusJson } from "../ops/cluster-status.ts";

/** The response with the same facts. */
export function clusterStatusReply(status: ClusterStatusJson): Encodable<WireClusterStatusResponse> {
  const { version, clusterId, self, consistency, recovery, writable, view, seq, lastFailover } = status;
  const { no, leader, members, configured, forkRisk } = view;
  return {
    version,
    clusterId,
    self,
    consistency,
    recovery,
    writable,
    reason: status.reason ?? "",
    view: { no, leader, members, configured, forkRisk: forkRisk ?? [] },
    protected: status.protected,
    filesOn: status.filesOn ?? status.view.members.length,
    committed: seq.committed,
    applied: seq.applied,
    replicas: status.replicas.map((replica) => ({
      id: replica.id,
      state: replica.state,
      pid: replica.pid ?? 0,
      bootId: replica.bootId ?? "",
      version: replica.version ?? "",
      durable: replica.durable ?? 0,
      applied: replica.applied ?? 0,
      lag: replica.lag ?? 0,
      grpc: replica.grpc ?? "",
      web: replica.web ?? "",
      since: replica.since ?? "",
      clockOffMs: replica.clockOffMs ?? 0,
      opFormat: replica.release?.opFormat ?? 0,
      schema: replica.release?.schema ?? 0,
      peerOldest: replica.release?.peerOldest ?? 0,
      peerNewest: replica.release?.peerNewest ?? 0,
      heldOps: replica.heldOps ?? 0,
      filesLacking: replica.filesLacking ?? 0,
    })),
    lastFailover,
    events: status.events,
    opFormat: status.formats.inForce,
    nextOpFormat: status.formats.next ?? 0,
    lacking: status.formats.lacking,
    peerProtocol: status.formats.peerProtocol ?? 0,
  };
}
