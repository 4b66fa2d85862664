/**
 * The cluster as one replica sees it: `lastword status --json`, GET /cluster.json, the page's
 * panel and the call ClusterStatus all say exactly this. Types only; status-report.ts fills it in.
 */
import type { Consistency, Recovery } from "../base/modes.ts";
import type { Release } from "../election/release.ts";
import type { ReplicaId, Seq } from "../election/view.ts";

/** What a replica is to the eye: its role, or why it has none: it said that it stops, or it just does not answer. */
export type ReplicaState = "leader" | "follower" | "learner" | "recovering" | "unreachable" | "stopped";

/** A configured replica. What this one cannot know of it is null. */
export interface ReplicaStatusJson {
  readonly id: ReplicaId;
  readonly state: ReplicaState;
  readonly pid: number | null;
  /** 16 hex digits, drawn at each start. */
  readonly bootId: string | null;
  readonly version: string | null;
  /** Newest entry on its disk. */
  readonly durable: Seq | null;
  /** Newest entry in its rows. */
  readonly applied: Seq | null;
  /** committed - applied. */
  readonly lag: number | null;
  /** host:port. */
  readonly grpc: string | null;
  /** Origin of its page, such as http://localhost:8081. */
  readonly web: string | null;
  /** RFC 3339. */
  readonly since: string | null;
  /** By how much its clock is ahead of the cluster's time, ms; absent if that is less than a minute, or not known. */
  readonly clockOffMs?: number;
  /** What its executable understands; absent where it is not known. */
  readonly release?: Release;
  /** Ops of a branch that lost a merge which wait at it until a newer format is in force; absent if none. */
  readonly heldOps?: number;
  /** Frames of it, of a newer version, that the replica that answers could not read and left out; absent if none. */
  readonly unread?: readonly UnreadJson[];
}

/** One kind of frame that was left out: its number in peer.proto, whose version it is, and how often it came. */
export interface UnreadJson {
  readonly frame: number;
  readonly version: string;
  readonly count: number;
}

/** Formats of ops, and what the replicas speak with each other. */
export interface FormatsJson {
  /** Ops of this format and older ones are written. */
  readonly inForce: number;
  /** The newest format that some replica knows, if it is newer than that. */
  readonly next: number | null;
  /** Why `next` is not in force yet, for a person: "replica 2 is at 0.1.0". Empty: it is about to be. */
  readonly lacking: readonly string[];
  /** The newest version of peer.proto that all replicas which are heard speak; null if there is none. */
  readonly peerProtocol: number | null;
}

/** Something people want to know later, such as who took over from whom. */
export interface ClusterEventJson {
  /** RFC 3339. */
  readonly at: string;
  readonly kind: "failover" | "join" | "leave" | "merge" | "recovery" | "clock" | "format";
  /** One sentence for a person. */
  readonly text: string;
}

export interface ClusterStatusJson {
  readonly version: 1;
  readonly clusterId: string;
  /** The replica that answers. */
  readonly self: ReplicaId;
  readonly consistency: Consistency;
  readonly recovery: Recovery;
  /** A write sent now would be committed, as far as this replica can know. */
  readonly writable: boolean;
  /** Why not, for a person; null if writable. */
  readonly reason: string | null;
  readonly view: {
    /** `counter.replicaId.minor`. */
    readonly no: string;
    readonly leader: ReplicaId | null;
    readonly members: readonly ReplicaId[];
    readonly configured: readonly ReplicaId[];
    readonly forkRisk: readonly ReplicaId[] | null;
  };
  /** How many more deaths lose nothing. */
  readonly protected: number;
  readonly seq: { readonly committed: Seq; readonly applied: Seq };
  readonly formats: FormatsJson;
  /** Ascending by id, all that are configured. */
  readonly replicas: readonly ReplicaStatusJson[];
  readonly lastFailover: {
    readonly at: string;
    readonly ms: number;
    readonly from: ReplicaId;
    readonly to: ReplicaId;
  } | null;
  /** The latest, oldest first, at most CLUSTER_EVENTS_MAX. */
  readonly events: readonly ClusterEventJson[];
}

/** Events kept for status and page. */
export const CLUSTER_EVENTS_MAX = 50;
