/**
 * Recent events, the same at every replica. The replica that causes an event (for a view, its leader) records it once,
 * with its time, and sends it to the others. No other replica measures it again, and a replica that returns gets the
 * events it missed. Events are kept in memory only, so they are lost once all replicas have ended.
 */
import type { GossipNews } from "../election/frame.ts";
import { CLUSTER_EVENTS_MAX, type ClusterEventJson, type ClusterStatusJson } from "./cluster-status.ts";
import type { ReplicaId } from "../election/view.ts";

type Failover = NonNullable<ClusterStatusJson["lastFailover"]>;

/** One event. Its `id` is the same at every replica. */
interface Entry extends ClusterEventJson {
  readonly id: string;
  readonly failover?: Pick<Failover, "ms" | "from" | "to">;
}

type WireChronicle = NonNullable<GossipNews["chronicle"]>;
type WireEntry = WireChronicle["entries"][number];
/** A replica that has announced that it stops, and the boot id of the process that did. */
type Stop = WireChronicle["stops"][number];

/** What {@link Chronicle} needs. */
export interface ChronicleDeps {
  readonly bootId: string;
  readonly configured: readonly ReplicaId[];
  /** The time that dates events, ms since 1970. */
  readonly dateMs: () => number;
  /** Sends to all peers; may be lost. */
  readonly send: (news: GossipNews) => void;
}

/** A record and not a list, so that the compiler reports a kind that is missing. */
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

/** See the top of this file. */
export class Chronicle {
  readonly #deps: ChronicleDeps;
  /** Ordered by time, then id. */
  #entries: Entry[] = [];
  /** For each peer the process that was heard last, and whether it has announced that it stops. */
  readonly #peers = new Map<ReplicaId, { bootId: string; stops: boolean }>();
  #made = 0;

  constructor(deps: ChronicleDeps) {
    this.#deps = deps;
  }

  /** The events, oldest first, at most CLUSTER_EVENTS_MAX. */
  get events(): readonly ClusterEventJson[] {
    return this.#entries.map(({ at, kind, text }) => ({ at, kind, text }));
  }

  /** The newest failover among the events; null if there is none. */
  get lastFailover(): Failover | null {
    const last = this.#entries.findLast(({ failover }) => failover !== undefined);
    return last?.failover === undefined ? null : { at: last.at, ...last.failover };
  }

  /**
   * Records an event that this replica has seen itself. Give it an `id` if other replicas might record the same event.
   */
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

  /** Notes from a Beat which process the peer runs, and whether that process is about to stop in an orderly way. */
  heard(peer: ReplicaId, bootId: string, stops: boolean): void {
    const known = this.#peers.get(peer);
    if (known?.bootId === bootId && known.stops === stops) return;
    this.#peers.set(peer, { bootId, stops });
    if (stops) this.#say([]);
  }

  /**
   * True if the replica announced that it stops and was not heard since. A replica that was killed announced nothing.
   */
  saidStop(peer: ReplicaId): boolean {
    return this.#peers.get(peer)?.stops ?? false;
  }

  /** Sends everything. Call it when a stream to a peer was opened, because the peer may have missed any event. */
  sayAll(): void {
    if (this.#entries.length > 0 || this.#stops().length > 0) this.#say(this.#entries);
  }

  /** Takes a peer's events. It leaves out invalid ones, and those of a kind that only a newer version knows. */
  receive({ entries, stops }: WireChronicle): void {
    this.#keep(entries.slice(-CLUSTER_EVENTS_MAX).flatMap(entryFromWire));
    for (const { replicaId, bootId } of stops) {
      if (!this.#deps.configured.includes(replicaId)) continue;
      const known = this.#peers.get(replicaId);
      if (known === undefined || known.bootId === bootId) this.#peers.set(replicaId, { bootId, stops: true });
    }
  }

  /** Adds the entries that are new; true if there was one. */
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
