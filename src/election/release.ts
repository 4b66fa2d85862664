/**
 * Releases: what two executables of different versions may do with each other. A cluster is upgraded one replica
 * at a time, so replicas say what they understand when they meet and in every Beat; the rules that follow from it
 * are here, pure, so that the simulator can run two releases.
 *
 *   frames     two peers speak the highest protocol version that both know; who has none in common stays out
 *   ops        a format is in force once an entry of the log enables it, and nobody writes a newer op before
 *   rows       hashes are compared, and snapshots taken, only where the tables allow it
 */
import { feature } from "bun:bundle";
import type { ReplicaId } from "./view.ts";

/** What one executable understands. */
export interface Release {
  /** Of the executable, for people: "0.1.0". Decides nothing. */
  readonly version: string;
  /** The versions of peer.proto that it speaks, both included. */
  readonly peerOldest: number;
  readonly peerNewest: number;
  /** The newest format of ops that it can apply. */
  readonly opFormat: number;
  /** Number of the tables of its state.db. */
  readonly schema: number;
}

/** The versions of peer.proto that this executable speaks. The oldest rises when a peer that speaks it is no longer understood. */
export const PEER_PROTOCOL = { peerOldest: 1, peerNewest: feature("NEXT") ? 2 : 1 } as const;

/** The highest protocol version that all of these speak, at least one; null if there is none. */
export function commonProtocol(...releases: readonly Release[]): number | null {
  const highest = Math.min(...releases.map(({ peerNewest }) => peerNewest));
  return highest >= Math.max(...releases.map(({ peerOldest }) => peerOldest)) ? highest : null;
}

/** What `self` cannot read in a proven peer's frame is new to it, not broken: the peer speaks a newer protocol. */
export function speaksNewer(peer: Release, self: Release): boolean {
  return peer.peerNewest > self.peerNewest;
}

/** What is known of one configured replica. */
export interface Announced {
  readonly id: ReplicaId;
  /** What it announced; null while it is not heard. */
  readonly release: Release | null;
}

/**
 * The format that may be enabled now, because every configured replica has announced it and is heard; null if
 * there is none above the one in force. `replicas` are all that are configured, this one included.
 */
export function formatToEnable(inForce: number, replicas: readonly Announced[]): number | null {
  const known = replicas.map(({ release }) => release?.opFormat ?? 0);
  const common = Math.min(...known);
  return known.length > 0 && common > inForce ? common : null;
}

/** The replicas that keep `format` from being enabled, and why: they are too old, or are not heard. */
export function lacking(format: number, replicas: readonly Announced[]): readonly Announced[] {
  return replicas.filter(({ release }) => release === null || release.opFormat < format);
}

/**
 * What an operator may enable who gives up `without`: the newest format that all the others have announced. Those
 * given up must be what keeps it from being enabled, or it would be enabled by itself; nobody is given up by mistake.
 */
export function formatToForce(
  inForce: number,
  replicas: readonly Announced[],
  without: readonly ReplicaId[],
):
  | { readonly format: number }
  | { readonly lacking: readonly Announced[] }
  | { readonly needless: readonly ReplicaId[] } {
  const format = formatToEnable(
    inForce,
    replicas.filter(({ id }) => !without.includes(id)),
  );
  if (format === null) {
    const someKnowIt = replicas.some(({ release }) => release !== null && release.opFormat > inForce);
    const missing = someKnowIt ? lacking(inForce + 1, replicas) : [];
    return { lacking: missing.filter(({ id }) => !without.includes(id)) };
  }
  const given = lacking(format, replicas).map(({ id }) => id);
  const needless = without.filter((id) => !given.includes(id));
  return needless.length > 0 ? { needless } : { format };
}

/** "replica 2 is at 0.1.0", "replica 2 is not heard". */
export function standing({ id, release }: Announced): string {
  return release === null ? `replica ${id} is not heard` : `replica ${id} is at ${release.version}`;
}

/**
 * What a joiner does about its leader's snapshot: takes it (older tables are migrated), waits until it is upgraded
 * itself because the tables are newer, or ends because ops of a format that it does not know are in force there.
 */
export function snapshotBetween(
  leader: { readonly schema: number; readonly inForce: number },
  self: Release,
): "takes" | "waits" | "ends" {
  if (leader.inForce > self.opFormat) return "ends";
  return leader.schema > self.schema ? "waits" : "takes";
}
