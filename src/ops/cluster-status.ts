/**
 * The cluster as one replica sees it. `lastword status --json`, GET /cluster.json, the page's
 * panel and the call ClusterStatus all show exactly this. Types only; status-report.ts makes the values.
 */
import type { Consistency, Recovery } from "../base/modes.ts";
import type { Release } from "../election/release.ts";
import type { ReplicaId, Seq } from "../election/view.ts";

/** A replica's role; or `stopped` if it announced that it stops, or `unreachable` if it just does not answer. */
export type ReplicaState = "leader" | "follower" | "learner" | "recovering" | "unreachable" | "stopped";

/** A configured replica. A field is null if the answering replica does not know it. */
export interface ReplicaStatusJson {
  readonly id: ReplicaId;
  readonly state: ReplicaState;
  readonly pid: number | null;
  /** 16 hex digits, drawn at each start. */
  readonly bootId: string | null;
  readonly version: string | null;
  /** Seq of the newest entry on its disk. */
  readonly durable: Seq | null;
  /** Seq of the newest entry in its rows. */
  readonly applied: Seq | null;
  /** Entries that are committed but not in its rows yet: committed - applied. */
  readonly lag: number | null;
  /** host:port. */
  readonly grpc: string | null;
  /** Origin of its page, such as http://localhost:8081. */
  readonly web: string | null;
  /** When it started, as RFC 3339. */
  readonly since: string | null;
  /** How far its clock is ahead of the cluster's time, ms; absent if less than a minute, or not known. */
  readonly clockOffMs?: number;
  /** What its executable understands; absent if not known. */
  readonly release?: Release;
  /** Number of ops of a lost branch that wait in its fork queue until a newer format is in force; absent if none. */
  readonly heldOps?: number;
  /** Files of messages that it lacks and fetches; absent if none, or if not known. */
  readonly filesLacking?: number;
  /** Frames of a newer version that it sent, and that the answering replica left out; absent if none. */
  readonly unread?: readonly UnreadJson[];
}

/** One kind of frame that was left out: its field number in peer.proto, the sender's version, and how many arrived. */
export interface UnreadJson {
  readonly frame: number;
  readonly version: string;
  readonly count: number;
}

/** The op formats, and the protocol between the replicas. */
export interface FormatsJson {
  /** The format in force: ops of this format and older ones may be written. */
  readonly inForce: number;
  /** The newest format that some replica knows; null if that is the one in force. */
  readonly next: number | null;
  /** Why `next` is not in force yet, for a person: "replica 2 is at 0.1.0". Empty if it is about to be enabled. */
  readonly lacking: readonly string[];
  /** The newest version of peer.proto that all heard replicas understand; null if there is none. */
  readonly peerProtocol: number | null;
}

/** An event that people may want to know about later, such as which replica took over from which. */
export interface ClusterEventJson {
  /** RFC 3339. */
  readonly at: string;
  readonly kind: "failover" | "join" | "leave" | "merge" | "recovery" | "clock" | "format";
  /** One sentence for a person. */
  readonly text: string;
}

/** The answer of status; see the top of this file. */
export interface ClusterStatusJson {
  readonly version: 1;
  readonly clusterId: string;
  /** The answering replica. */
  readonly self: ReplicaId;
  readonly consistency: Consistency;
  readonly recovery: Recovery;
  /** True if a write that is sent now would be committed, as far as this replica knows. */
  readonly writable: boolean;
  /** Why it is not writable, for a person; null if it is. */
  readonly reason: string | null;
  readonly view: {
    /** `counter.replicaId.minor`. */
    readonly no: string;
    readonly leader: ReplicaId | null;
    readonly members: readonly ReplicaId[];
    readonly configured: readonly ReplicaId[];
    readonly forkRisk: readonly ReplicaId[] | null;
  };
  /** How many more members may die without loss; in strict mode, without stopping the cluster. 0 if not writable. */
  readonly protected: number;
  /**
   * How many members of the view have all files of messages on their disk, as far as this replica knows. Absent if all
   * have, or if no message carries a file.
   */
  readonly filesOn?: number;
  readonly seq: { readonly committed: Seq; readonly applied: Seq };
  readonly formats: FormatsJson;
  /** All configured replicas, ascending by id. */
  readonly replicas: readonly ReplicaStatusJson[];
  readonly lastFailover: {
    readonly at: string;
    readonly ms: number;
    readonly from: ReplicaId;
    readonly to: ReplicaId;
  } | null;
  /** The latest events, oldest first, at most CLUSTER_EVENTS_MAX. */
  readonly events: readonly ClusterEventJson[];
}

/** How many events are kept for status and page. */
export const CLUSTER_EVENTS_MAX = 50;
