/**
 * What happened lately, the same at every replica. Whoever makes a fact happen (of a view, its leader) writes it
 * down once, with its time, and tells the others; nobody else measures it again, and a replica that returns is
 * told what it missed. Kept in memory: it ends when all replicas have ended.
 */
import { CLUSTER_EVENTS_MAX, type ClusterEventJson, type ClusterStatusJson } from "./cluster-status.ts";
import type { ReplicaId } from "../election/view.ts";

type Failover = NonNullable<ClusterStatusJson["lastFailover"]>;

/** One fact; `id` is the same wherever it is told. */
interface Entry extends ClusterEventJson {
  readonly id: string;
  readonly failover?: Pick<Failover, "ms" | "from" | "to">;
}

/** A replica that said that it stops, and with which process. */
type Stop = readonly [replica: ReplicaId, bootId: string];

export interface ChronicleDeps {
  readonly bootId: string;
  readonly configured: readonly ReplicaId[];
  /** By which to date, ms since 1970. */
  readonly dateMs: () => number;
  /** To all peers; may be lost. */
  readonly send: (payload: string) => void;
}

const KINDS: readonly ClusterEventJson["kind"][] = ["failover", "join", "leave", "merge", "recovery", "clock"];
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

  /** True if the message was one of ours. What cannot be read is left out. */
  receive(payload: string): boolean {
    if (!payload.startsWith('{"chronicle":')) return false;
    const read = parse(payload);
    if (read === null) return true;
    this.#keep(read.entries);
    for (const [peer, bootId] of read.stops) {
      if (!this.#deps.configured.includes(peer)) continue;
      const known = this.#peers.get(peer);
      if (known === undefined || known.bootId === bootId) this.#peers.set(peer, { bootId, stops: true });
    }
    return true;
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
    return [...this.#peers].flatMap(([peer, { bootId, stops }]): Stop[] => (stops ? [[peer, bootId]] : []));
  }

  #say(entries: readonly Entry[]): void {
    this.#deps.send(JSON.stringify({ chronicle: { entries, stops: this.#stops() } }));
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= TEXT_CHARS_MAX;
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== "object" || value === null) return false;
  const { id, at, kind, text, failover } = value as Partial<Record<keyof Entry, unknown>>;
  if (!isText(id) || !isText(at) || Number.isNaN(Date.parse(at)) || !isText(text)) return false;
  if (!KINDS.includes(kind as ClusterEventJson["kind"])) return false;
  if (failover === undefined) return true;
  const { ms, from, to } = (failover ?? {}) as Partial<Failover>;
  return [ms, from, to].every((number) => Number.isInteger(number));
}

function parse(payload: string): { entries: readonly Entry[]; stops: readonly Stop[] } | null {
  try {
    const { chronicle } = JSON.parse(payload) as { chronicle?: { entries?: unknown; stops?: unknown } };
    const { entries, stops } = chronicle ?? {};
    if (!Array.isArray(entries) || entries.length > CLUSTER_EVENTS_MAX || !entries.every(isEntry)) return null;
    if (!Array.isArray(stops)) return null;
    const whole = stops.filter(
      (stop): stop is Stop => Array.isArray(stop) && Number.isInteger(stop[0]) && isText(stop[1]),
    );
    return { entries, stops: whole };
  } catch {
    return null;
  }
}
