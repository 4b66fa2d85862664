/**
 * Finds bytes that changed on a disk under rows that nobody reads. At rest, when all replicas stand
 * at one seq of one view, each hashes its rows and tells the others. Whoever has another hash than two who agree
 * is damaged, and is mended like everything damaged; if there is no such majority, people are told.
 */
import type { Logger } from "../host/logger.ts";
import { StorageDamaged } from "../election/ports.ts";
import type { GossipNews } from "../election/frame.ts";
import type { ReplicaId } from "../election/view.ts";
import { setting } from "../base/faults.ts";

/** Rest before a scrub begins, and before the next one, ms: it reads everything there is. */
export interface ScrubTiming {
  readonly restMs: number;
  readonly everyMs: number;
}

const TIMING: ScrubTiming = { restMs: 60_000, everyMs: 6 * 60 * 60 * 1000 };

/**
 * A hash, and where in the history its rows stood: view and seq, so that two branches are never compared, and the
 * number of the tables, so that replicas of two versions are not either: they have other columns.
 */
type RowHash = NonNullable<GossipNews["rowHash"]>;

const LOOK_MS = 1_000;
/** A third replica that hashes too has told by then. */
const UNDECIDED_LOOKS = 10;

export interface ScrubDeps {
  readonly self: ReplicaId;
  /** Test seam. */
  readonly timing?: ScrubTiming;
  /** View, seq and tables in which the rows stand; null while this replica is not in step. */
  readonly at: () => string | null;
  readonly hash: () => Promise<{ readonly hash: string }>;
  /** To all peers; may be lost, then nothing is compared until the next scrub. */
  readonly send: (news: GossipNews) => void;
  /** This replica is the odd one out. Null once that was so and mended: rows that differ again are no disk's fault. */
  readonly onDamage: ((error: StorageDamaged) => void) | null;
  /** For a person: rows differ, and nobody can say whose are wrong. */
  readonly onDiffer: (line: string) => void;
  readonly logger: Logger;
  /** Monotonic ms. */
  readonly now: () => number;
}

/** One replica's part. */
export class Scrub {
  readonly #deps: ScrubDeps;
  readonly #timing: ScrubTiming;
  readonly #hashes = new Map<ReplicaId, RowHash>();
  #timer: ReturnType<typeof setInterval> | null = null;
  #at: string | null = null;
  #restSince = 0;
  #begunAt = Number.NEGATIVE_INFINITY;
  #hashing = false;
  #undecidedLooks = 0;
  /** Hash of which people were told. */
  #told = "";

  constructor(deps: ScrubDeps) {
    this.#deps = deps;
    this.#timing = deps.timing ?? {
      restMs: setting("rest", TIMING.restMs),
      everyMs: setting("scrub", TIMING.everyMs),
    };
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), LOOK_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** Called now and then. */
  look(): void {
    const now = this.#deps.now();
    this.#considerTelling();
    const at = this.#deps.at();
    if (at === null || at !== this.#at) {
      this.#at = at;
      this.#restSince = now;
      return;
    }
    if (now - this.#restSince < this.#timing.restMs || now - this.#begunAt < this.#timing.everyMs) return;
    void this.#hashAndTell();
  }

  /** A peer's rows. */
  receive(from: ReplicaId, told: RowHash): void {
    this.#hashes.set(from, told);
    // It has begun: whoever stands at the same place does the same.
    const own = this.#hashes.get(this.#deps.self);
    if (own?.at !== told.at && this.#deps.at() === told.at) void this.#hashAndTell();
    else this.#compare();
  }

  async #hashAndTell(): Promise<void> {
    const { self, hash, send, logger, now } = this.#deps;
    const at = this.#deps.at();
    if (this.#hashing || at === null) return;
    this.#hashing = true;
    this.#begunAt = now();
    try {
      const rowHash: RowHash = { at, hash: (await hash()).hash };
      if (this.#deps.at() !== at) return;
      this.#hashes.set(self, rowHash);
      send({ rowHash });
      logger.debug("scrubbed", { ms: Math.round(now() - this.#begunAt) });
      this.#compare();
    } catch {
      // A state that was replaced meanwhile, or cannot be read: the query that met it has said so.
    } finally {
      this.#hashing = false;
    }
  }

  /** Replicas with another hash at the same place, how many have ours, and whether the others agree. */
  #others(): { readonly differing: readonly ReplicaId[]; readonly same: number; readonly agree: boolean } {
    const own = this.#hashes.get(this.#deps.self);
    const others = [...this.#hashes].filter(([id, { at }]) => id !== this.#deps.self && at === own?.at);
    const differing = others.filter(([, { hash }]) => hash !== own?.hash);
    return {
      differing: differing.map(([id]) => id).sort((a, b) => a - b),
      same: others.length - differing.length,
      agree: new Set(differing.map(([, { hash }]) => hash)).size === 1,
    };
  }

  #compare(): void {
    const { onDamage } = this.#deps;
    const { differing, same, agree } = this.#others();
    this.#undecidedLooks = 0;
    // If another one has our rows, who is odd finds out by itself.
    if (differing.length < 2 || same > 0 || !agree || onDamage === null) return;
    const whose = differing.join(" and ");
    this.#told = this.#hashes.get(this.#deps.self)!.hash;
    onDamage(new StorageDamaged("state", `state.db: its rows differ from those of replicas ${whose}`));
  }

  /** Nobody can say whose rows are wrong: a person must. Not before a third replica had the time to tell. */
  #considerTelling(): void {
    const { self, onDiffer, logger } = this.#deps;
    const { differing, same } = this.#others();
    const own = this.#hashes.get(self);
    if (differing.length === 0 || same > 0 || own === undefined || own.hash === this.#told) return;
    this.#undecidedLooks += 1;
    if (this.#undecidedLooks < UNDECIDED_LOOKS) return;
    this.#told = own.hash;
    logger.error("rows_differ");
    onDiffer(
      `lastword: the rows of replicas ${[self, ...differing].join(" and ")} differ; one of their disks is damaged: stop the one you trust less, remove its folder, and start it again\n`,
    );
  }
}
