/**
 * Checks, before anything is written to the log, that this replica belongs to the cluster of its folder and that the
 * options fit. Decides on the key, the modes, and whether this store may create the cluster.
 */
import { createClusterKey, readClusterKey, type ClusterKey } from "../host/cluster-key.ts";
import { done, EXIT, failure, type Failure, type Outcome } from "../host/exit.ts";
import type { Settings } from "../cli/settings.ts";

/** What the replica found on its disk. */
export interface StoreFacts {
  readonly replicaId: number;
  readonly storeId: string;
  /** True if nothing was ever written to its log. */
  readonly empty: boolean;
  /** Another replica of the same data folder that has data of a cluster; null if none has. */
  readonly neighbour: () => number | null;
}

/** The cluster that this replica belongs to. */
export interface Membership {
  readonly key: ClusterKey;
  /** True if this store created the cluster, so that it may write the first view. */
  readonly creator: boolean;
}

function otherMode(option: "consistency" | "recovery", key: ClusterKey, wanted: string): Failure {
  return failure(
    EXIT.mismatch,
    `this cluster was created with --${option} ${key[option]}, not ${wanted}`,
    `leave --${option} out, or start another cluster with --data`,
  );
}

function keyMissing(settings: Settings, facts: StoreFacts, neighbour: number | null): Failure | null {
  const owner = facts.empty ? neighbour : facts.replicaId;
  if (owner !== null) {
    return failure(
      EXIT.mismatch,
      `the cluster key ${settings.keyPath} is missing, but replica ${owner} has data of a cluster`,
      "put the key back, give its file with --cluster-key, or choose another folder with --data",
    );
  }
  if (settings.peersGiven && !settings.bootstrap) {
    return failure(
      EXIT.mismatch,
      `there is no cluster key at ${settings.keyPath}`,
      "copy it to that place from the host where the cluster was created (the file of --cluster-key there, else " +
        "cluster.key in the data folder), or create a new cluster here with --bootstrap",
    );
  }
  return null;
}

/**
 * Reads or creates the cluster key. The storeId must be on the disk already, because a new key names it. Fails with a
 * sentence and an exit code if key, folder and options do not fit together.
 */
export function joinCluster(settings: Settings, facts: StoreFacts): Outcome<Membership> {
  const { replicaId, storeId } = facts;
  let found = readClusterKey(settings.keyPath);
  if (!found.ok) return found;
  if (found.value === null) {
    // Replicas that start at the same time must not look like a cluster that has lost its key. The key is written
    // before any data, so the key is lost only if it is still missing after a neighbour's data was seen.
    const neighbour = facts.neighbour();
    found = readClusterKey(settings.keyPath);
    if (!found.ok) return found;
    const missing = found.value === null ? keyMissing(settings, facts, neighbour) : null;
    if (missing !== null) return missing;
  }
  if (found.value === null) {
    found = createClusterKey(settings.keyPath, {
      creator: { replicaId, storeId },
      consistency: settings.consistency ?? "available",
      recovery: settings.recovery ?? "any",
    });
    if (!found.ok) return found;
  }
  const key = found.value!;
  for (const option of ["consistency", "recovery"] as const) {
    const wanted = settings[option];
    if (wanted !== null && wanted !== key[option]) return otherMode(option, key, wanted);
  }
  return done({ key, creator: key.creator.replicaId === replicaId && key.creator.storeId === storeId });
}
