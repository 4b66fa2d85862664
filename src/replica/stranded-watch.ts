/**
 * A replica without data that nobody can give it any: the key was made by a store that is gone, as
 * when a data folder was deleted and the key kept. All replicas would wait for each other for ever.
 */
import type { ClusterKey } from "../host/cluster-key.ts";
import type { Beat } from "../election/frame.ts";
import type { ReplicaId } from "../election/view.ts";

/** A replica that has data may start a little later. */
const PATIENCE_MS = 5000;

export interface StrandedDeps {
  readonly self: ReplicaId;
  readonly peers: readonly ReplicaId[];
  readonly keyPath: string;
  readonly key: ClusterKey;
  /** --bootstrap was given. */
  readonly bootstrap: boolean;
  /** This store made the key. */
  readonly creator: boolean;
  /** This store knows a view. */
  readonly hasData: () => boolean;
  readonly peerBeat: (peer: ReplicaId) => Beat | null;
  /** A peer is there that may have data, but cannot say so. */
  readonly isUnanswered: () => boolean;
  /** This replica cannot do what it was started for: says so in one line and ends. */
  readonly onMismatch: (what: string, todo: string) => void;
  /** Monotonic ms. */
  readonly now: () => number;
}

/** Looks whenever it is asked. */
export class StrandedWatch {
  readonly #deps: StrandedDeps;
  readonly #since: number;

  constructor(deps: StrandedDeps) {
    this.#deps = deps;
    this.#since = deps.now();
  }

  warnings(): string[] {
    const { creator, hasData, now, peers, peerBeat, bootstrap, self, key, keyPath, onMismatch, isUnanswered } =
      this.#deps;
    if (creator || hasData() || now() - this.#since < PATIENCE_MS || isUnanswered()) return [];
    const beats = peers.map((peer) => peerBeat(peer));
    if (beats.some((beat) => beat !== null && beat.view !== null)) return [];
    const what = `the cluster key ${keyPath} belongs to a cluster of which this replica has no data`;
    const anew = "to create a new cluster instead, move the key away on every host and start again with --bootstrap";
    // Everybody is here and nobody has anything: waiting is in vain, and this is who was to create the cluster.
    if (bootstrap && key.creator.replicaId === self && beats.every((beat) => beat !== null)) {
      onMismatch(what, `put the data folder back; ${anew}`);
    }
    return [`${what}, and no replica that has some answers; start one that has, or put its data folder back; ${anew}`];
  }
}
