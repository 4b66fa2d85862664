/**
 * Releases: what executables of different versions may do with each other. A cluster is upgraded one replica
 * at a time, so replicas announce what they understand when they connect and in every Beat. The rules that follow
 * from it are pure functions, so that the simulator can run two releases.
 *
 *   frames     two peers use the highest protocol version that both know; without a common one they do not connect
 *   ops        a format is in force once an entry of the log enables it; before that, no replica writes an op of it
 *   rows       hashes are compared, and snapshots are taken, only if the tables allow it
 */
import { feature } from "bun:bundle";
import type { ReplicaId } from "./view.ts";

/** What one executable understands. */
export interface Release {
  /** Version of the executable, for people: "0.1.0". No rule uses it. */
  readonly version: string;
  /** The oldest version of peer.proto that it understands. */
  readonly peerOldest: number;
  /** The newest version of peer.proto that it understands. */
  readonly peerNewest: number;
  /** The newest op format that it can apply. */
  readonly opFormat: number;
  /** The schema number of its state.db: how many migrations it has. */
  readonly schema: number;
}

/** The versions of peer.proto that this executable understands. Raise the oldest when support for it is removed. */
export const PEER_PROTOCOL = { peerOldest: 1, peerNewest: feature("NEXT") ? 2 : 1 } as const;

/** The highest protocol version that all of these releases (at least one) understand; null if there is none. */
export function commonProtocol(...releases: readonly Release[]): number | null {
  const highest = Math.min(...releases.map(({ peerNewest }) => peerNewest));
  return highest >= Math.max(...releases.map(({ peerOldest }) => peerOldest)) ? highest : null;
}

/** True if the peer knows a newer protocol. A frame of it that `self` cannot read is then new and not damaged. */
export function speaksNewer(peer: Release, self: Release): boolean {
  return peer.peerNewest > self.peerNewest;
}

/** A configured replica and what it announced. */
export interface Announced {
  readonly id: ReplicaId;
  /** Null while it is not heard. */
  readonly release: Release | null;
}

/**
 * The format that may be enabled now, because every configured replica is heard and has announced it; null if
 * there is none above the one in force. `replicas` are all configured replicas, including this one.
 */
export function formatToEnable(inForce: number, replicas: readonly Announced[]): number | null {
  const known = replicas.map(({ release }) => release?.opFormat ?? 0);
  const common = Math.min(...known);
  return known.length > 0 && common > inForce ? common : null;
}

/** The replicas that prevent `format` from being enabled, because they are too old or are not heard. */
export function lacking(format: number, replicas: readonly Announced[]): readonly Announced[] {
  return replicas.filter(({ release }) => release === null || release.opFormat < format);
}

/**
 * The format that an operator may enable by giving up the replicas in `without`: the newest one that all others have
 * announced. If some of them do not prevent it, they are returned as `needless`, so that no replica is given up by
 * mistake.
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

/** Why a replica lacks a format, for a person: "replica 2 is at 0.1.0" or "replica 2 is not heard". */
export function standing({ id, release }: Announced): string {
  return release === null ? `replica ${id} is not heard` : `replica ${id} is at ${release.version}`;
}

/**
 * What a joiner does about its leader's snapshot: it takes it (and migrates older tables), waits until it is itself
 * upgraded because the tables are newer, or ends because the leader has a format in force that it does not know.
 */
export function snapshotBetween(
  leader: { readonly schema: number; readonly inForce: number },
  self: Release,
): "takes" | "waits" | "ends" {
  if (leader.inForce > self.opFormat) return "ends";
  return leader.schema > self.schema ? "waits" : "takes";
}
