/**
 * Finds bytes that changed on a disk in rows that nobody reads. At rest, when all replicas are at the same seq of the
 * same view, each hashes its rows and sends the hash to the others. A replica whose hash differs from that of two
 * replicas that agree is damaged, and its state is set aside. Without such a majority, the operators get a warning.
 */
import type { Logger } from "../host/logger.ts";
import { StorageDamaged } from "../election/ports.ts";
import type { GossipNews } from "../election/frame.ts";
import type { ReplicaId } from "../election/view.ts";
import { setting } from "../base/faults.ts";

/** How long a replica must be at rest before a scrub, and the least time between two, in ms. A scrub reads all rows. */
export interface ScrubTiming {
  readonly restMs: number;
  readonly everyMs: number;
}

const TIMING: ScrubTiming = { restMs: 60_000, everyMs: 6 * 60 * 60 * 1000 };

/**
 * A hash and the position of its rows: view and seq, so that two branches are never compared, and the schema number, so
 * that replicas of two versions are not compared either, because they have other columns.
 */
type RowHash = NonNullable<GossipNews["rowHash"]>;

const LOOK_MS = 1_000;
/** Looks before a warning. By then a third replica that is also hashing has sent its hash. */
const UNDECIDED_LOOKS = 10;

export interface ScrubDeps {
  readonly self: ReplicaId;
  /** Test seam. */
  readonly timing?: ScrubTiming;
  /** View, seq and schema number of the rows now; null while this replica is not up to date with an active view. */
  readonly at: () => string | null;
  readonly hash: () => Promise<{ readonly hash: string }>;
  /** Sends to all peers. If it is lost, nothing is compared until the next scrub. */
  readonly send: (news: GossipNews) => void;
  /**
   * Called if this replica's rows are the ones that differ. Null if its store was already set aside once: rows that
   * differ again are not the fault of a disk.
   */
  readonly onDamage: ((error: StorageDamaged) => void) | null;
  /** Gets a line for a person: rows differ, and it is not known whose are wrong. */
  readonly onDiffer: (line: string) => void;
  readonly logger: Logger;
  /** Monotonic ms. */
  readonly now: () => number;
}

/** One replica's part in the scrub; see the top of this file. */
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
  /** The hash that was reported last. */
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

  /** To be called at short intervals. */
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

  /** Takes the hash of a peer's rows. */
  receive(from: ReplicaId, told: RowHash): void {
    this.#hashes.set(from, told);
    // The peer has begun a scrub. If this replica is at the same position, it does the same.
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
      // The state was replaced in the meantime, or cannot be read. The query that failed has reported it.
    } finally {
      this.#hashing = false;
    }
  }

  /** Replicas with another hash at our position, how many peers have our hash, and whether the differing ones agree. */
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
    // If another replica has our hash, the third one is the odd one, and detects that by itself.
    if (differing.length < 2 || same > 0 || !agree || onDamage === null) return;
    const whose = differing.join(" and ");
    this.#told = this.#hashes.get(this.#deps.self)!.hash;
    onDamage(new StorageDamaged("state", `state.db: its rows differ from those of replicas ${whose}`));
  }

  /** Warns a person if it is not known whose rows are wrong, once a third replica has had time to send its hash. */
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
