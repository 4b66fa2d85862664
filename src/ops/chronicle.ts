/**
 * What happened lately, the same at every replica. Whoever makes a fact happen (of a view, its leader) writes it
 * down once, with its time, and tells the others; nobody else measures it again, and a replica that returns is
 * told what it missed. Kept in memory: it ends when all replicas have ended.
 */
import type { GossipNews } from "../election/frame.ts";
import { CLUSTER_EVENTS_MAX, type ClusterEventJson, type ClusterStatusJson } from "./cluster-status.ts";
import type { ReplicaId } from "../election/view.ts";

type Failover = NonNullable<ClusterStatusJson["lastFailover"]>;

/** One fact; `id` is the same wherever it is told. */
interface Entry extends ClusterEventJson {
  readonly id: string;
  readonly failover?: Pick<Failover, "ms" | "from" | "to">;
}

type WireChronicle = NonNullable<GossipNews["chronicle"]>;
type WireEntry = WireChronicle["entries"][number];
/** A replica that said that it stops, and with which process. */
type Stop = WireChronicle["stops"][number];

export interface ChronicleDeps {
  readonly bootId: string;
  readonly configured: readonly ReplicaId[];
  /** By which to date, ms since 1970. */
  readonly dateMs: () => number;
  /** To all peers; may be lost. */
  readonly send: (news: GossipNews) => void;
}

/** A table, so that the compiler asks for a kind that is added. */
const KINDS: Record<ClusterEventJson["kind"], true> = {
  failover: true,
  join: true,
  leave: true,
  merge: true,
  recovery: true,
  clock: true,
  format: true,
};
const TEXT_CHARS_MAX = 500;

export class Chronicle {
  readonly #deps: ChronicleDeps;
  /** By time, then id. */
  #entries: Entry[] = [];
  /** Of each peer the process that was heard last, and whether it has said that it stops. */
  readonly #peers = new Map<ReplicaId, { bootId: string; stops: boolean }>();
  #made = 0;

  constructor(deps: ChronicleDeps) {
    this.#deps = deps;
  }

  /** Oldest first. */
  get events(): readonly ClusterEventJson[] {
    return this.#entries.map(({ at, kind, text }) => ({ at, kind, text }));
  }

  get lastFailover(): Failover | null {
    const last = this.#entries.findLast(({ failover }) => failover !== undefined);
    return last?.failover === undefined ? null : { at: last.at, ...last.failover };
  }

  /** A fact that this replica knows first hand. `id` names it if others might know it too. */
  add(
    kind: ClusterEventJson["kind"],
    text: string,
    more: { readonly id?: string; readonly failover?: Omit<Failover, "at"> } = {},
  ): void {
    const at = new Date(this.#deps.dateMs()).toISOString();
    const id = more.id ?? `${this.#deps.bootId} ${String(this.#made++).padStart(9, "0")}`;
    const entry: Entry = { id, at, kind, text, ...(more.failover === undefined ? {} : { failover: more.failover }) };
    if (this.#keep([entry])) this.#say([entry]);
  }

  /** A Beat: the peer's process, and whether it is about to end in good order. */
  heard(peer: ReplicaId, bootId: string, stops: boolean): void {
    const known = this.#peers.get(peer);
    if (known?.bootId === bootId && known.stops === stops) return;
    this.#peers.set(peer, { bootId, stops });
    if (stops) this.#say([]);
  }

  /** The replica said that it stops, and was not heard since. One rule for all: who was killed said nothing. */
  saidStop(peer: ReplicaId): boolean {
    return this.#peers.get(peer)?.stops ?? false;
  }

  /** A stream to a peer was opened: it may have missed anything. */
  sayAll(): void {
    if (this.#entries.length > 0 || this.#stops().length > 0) this.#say(this.#entries);
  }

  /** What a peer knows. An entry that cannot be one, or is of a kind that only a newer version knows, is left out. */
  receive({ entries, stops }: WireChronicle): void {
    this.#keep(entries.slice(-CLUSTER_EVENTS_MAX).flatMap(entryFromWire));
    for (const { replicaId, bootId } of stops) {
      if (!this.#deps.configured.includes(replicaId)) continue;
      const known = this.#peers.get(replicaId);
      if (known === undefined || known.bootId === bootId) this.#peers.set(replicaId, { bootId, stops: true });
    }
  }

  /** True if something was new. */
  #keep(entries: readonly Entry[]): boolean {
    const known = new Set(this.#entries.map(({ id }) => id));
    const fresh = entries.filter(({ id }) => !known.has(id));
    if (fresh.length === 0) return false;
    const order = (entry: Entry): string => `${entry.at} ${entry.id}`;
    const all = [...this.#entries, ...fresh].sort((a, b) => (order(a) < order(b) ? -1 : 1));
    this.#entries = all.slice(-CLUSTER_EVENTS_MAX);
    return true;
  }

  #stops(): Stop[] {
    return [...this.#peers].flatMap(([replicaId, { bootId, stops }]) => (stops ? [{ replicaId, bootId }] : []));
  }

  #say(entries: readonly Entry[]): void {
    const told = entries.map(({ failover, ...entry }): WireEntry => ({ ...entry, takeover: failover ?? null }));
    this.#deps.send({ chronicle: { entries: told, stops: this.#stops() } });
  }
}

function entryFromWire({ id, at, kind, text, takeover }: WireEntry): Entry[] {
  if (id === "" || text.length > TEXT_CHARS_MAX || Number.isNaN(Date.parse(at)) || !isKind(kind)) return [];
  if (takeover === null) return [{ id, at, kind, text }];
  const { ms, from, to } = takeover;
  return [{ id, at, kind, text, failover: { ms, from, to } }];
}

function isKind(kind: string): kind is ClusterEventJson["kind"] {
  return Object.hasOwn(KINDS, kind);
}
