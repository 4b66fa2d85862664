/**
 * Detects that no replica has data: the store that made the cluster key is gone, for example because a data folder was
 * deleted and the key was kept. All replicas would wait for each other for ever.
 */
import type { ClusterKey } from "../host/cluster-key.ts";
import type { Beat } from "../election/frame.ts";
import type { ReplicaId } from "../election/view.ts";

/** How long to wait before ending, because a replica that has data may start a little later. */
const END_AFTER_MS = 5000;
/** How long to wait before warning: the replica that creates a cluster may take this long on a slow, busy machine. */
const WARN_AFTER_MS = 20_000;

/** What {@link StrandedWatch} needs. */
export interface StrandedDeps {
  readonly self: ReplicaId;
  readonly peers: readonly ReplicaId[];
  readonly keyPath: string;
  readonly key: ClusterKey;
  /** True if --bootstrap was given. */
  readonly bootstrap: boolean;
  /** True if this store made the cluster key. */
  readonly creator: boolean;
  /** True if this store knows a view. */
  readonly hasData: () => boolean;
  /** The peer's last Beat while it is heard; null otherwise. */
  readonly peerBeat: (peer: ReplicaId) => Beat | null;
  /** True if there is a peer that may have data but cannot reach us to say so. */
  readonly isUnanswered: () => boolean;
  /** Ends the replica with one line and exit code 5, because it cannot do what it was started for. */
  readonly onMismatch: (what: string, todo: string) => void;
  /** Monotonic ms. */
  readonly now: () => number;
}

/** See the top of this file. */
export class StrandedWatch {
  readonly #deps: StrandedDeps;
  readonly #since: number;

  constructor(deps: StrandedDeps) {
    this.#deps = deps;
    this.#since = deps.now();
  }

  /** The warning, if it is true now. May end the replica through `onMismatch`. */
  warnings(): string[] {
    const { creator, hasData, now, peers, peerBeat, bootstrap, self, key, keyPath, onMismatch, isUnanswered } =
      this.#deps;
    const waited = now() - this.#since;
    if (creator || hasData() || waited < END_AFTER_MS || isUnanswered()) return [];
    const beats = peers.map((peer) => peerBeat(peer));
    if (beats.some((beat) => beat !== null && beat.view !== null)) return [];
    const what = `the cluster key ${keyPath} belongs to a cluster that this replica has no data of`;
    const anew = "to create a new cluster instead, move the key away on every host and start again with --bootstrap";
    // All replicas are here and none has data, so waiting is useless. This replica was meant to create the cluster.
    if (bootstrap && key.creator.replicaId === self && beats.every((beat) => beat !== null)) {
      onMismatch(what, `put the data folder back; ${anew}`);
    }
    if (waited < WARN_AFTER_MS) return [];
    return [
      `${what}, and no replica that has some answers; start such a replica, or put the data folder back; ${anew}`,
    ];
  }
}
