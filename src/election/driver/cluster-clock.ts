/**
 * The time by which a replica dates what its people do. Its own wall clock may be wrong by years, or jump; so
 * replicas show each other their clocks in Beats, and a clock that most of those heard contradict dates nothing.
 *
 *   own clock, and those of the peers heard -> do more than half lie within CLOCK_BOUND_MS of each other?
 *     yes, own clock among them:  the own clock
 *     yes, without it:            the middle one of them
 *     no:                         what they last agreed on, carried on by the monotonic clock; else the own clock
 *
 * A replica that hears nobody is its own majority. Nothing is decided by clocks but what people are shown, when
 * logins expire, and whether a hand-over token is too old: order is the log's.
 */
import type { Beat } from "../frame.ts";
import type { ReplicaId } from "../view.ts";

/** Clocks that differ by no more than this are as good as each other. */
export const CLOCK_BOUND_MS = 60_000;

/** An own clock that was found good is asked for this long without comparing it again, unless it jumps. */
const GOOD_MS = 100;
const JUMP_MS = 1_000;

/** What the clock needs of its owner. */
export interface ClusterClockDeps {
  readonly self: ReplicaId;
  /** This host's wall clock, ms since 1970. */
  readonly wallMs: () => number;
  /** Monotonic ms. */
  readonly nowMs: () => number;
  /** The peer counts as alive. */
  readonly hears: (peer: ReplicaId) => boolean;
}

/** The clocks that a replica hears, compared. */
export interface ClockJudgement {
  /** By which to date, ms since 1970. */
  readonly dateMs: number;
  /** More than half of the clocks heard agree. */
  readonly agreed: boolean;
  /** By how much each clock heard, the own one included, is ahead of `dateMs`. */
  readonly aheadMs: ReadonlyMap<ReplicaId, number>;
}

export class ClusterClock {
  readonly #deps: ClusterClockDeps;
  /** By peer: its wall clock minus our monotonic one, as of its last Beat. */
  readonly #ahead = new Map<ReplicaId, number>();
  /** The same of the time that most clocks agreed on last; null if they never did with more than one of them. */
  #heldAhead: number | null = null;
  /** When the own clock was found good, by itself and by the monotonic one. */
  #good: { readonly own: number; readonly now: number } | null = null;

  constructor(deps: ClusterClockDeps) {
    this.#deps = deps;
  }

  /** A Beat of the peer said what its wall clock shows. Late by its way here, which is far below the bound. */
  heard(peer: ReplicaId, wallMs: number): void {
    this.#ahead.set(peer, wallMs - this.#deps.nowMs());
    this.judge();
  }

  /** By which to date what happens now, ms since 1970. */
  dateMs(): number {
    const good = this.#good;
    if (good === null) return this.judge().dateMs;
    const own = this.#deps.wallMs();
    const passed = this.#deps.nowMs() - good.now;
    const jumped = Math.abs(own - good.own - passed) > JUMP_MS;
    return jumped || passed > GOOD_MS ? this.judge().dateMs : own;
  }

  /** The same in microseconds; with `nowMs` this is the clock that the chat wants. */
  nowMicros(): number {
    return this.dateMs() * 1000;
  }

  /** Monotonic ms. */
  nowMs(): number {
    return this.#deps.nowMs();
  }

  /** By how much the clocks heard, the own one included, are ahead: of those that are off by more than the bound. */
  offMs(): ReadonlyMap<ReplicaId, number> {
    return new Map([...this.judge().aheadMs].filter(([, ms]) => Math.abs(ms) > CLOCK_BOUND_MS));
  }

  /** What dateMs says if this replica is not the only one to say so; else null. */
  agreedMs(): number | null {
    const { agreed, aheadMs, dateMs } = this.judge();
    return agreed && aheadMs.size > 1 ? dateMs : null;
  }

  /** What the replica's own wall clock shows, however wrong it is; this host's for this replica and for strangers. */
  wallMsOf(id: ReplicaId): number {
    const ahead = this.#ahead.get(id);
    return ahead === undefined || id === this.#deps.self ? this.#deps.wallMs() : this.#deps.nowMs() + ahead;
  }

  /** The Beat as it leaves: with what the own wall clock shows. */
  dated(beat: Beat): Beat {
    return { ...beat, wallMs: Math.max(0, Math.round(this.#deps.wallMs())) };
  }

  judge(): ClockJudgement {
    const { self, wallMs, nowMs, hears } = this.#deps;
    const [own, now] = [wallMs(), nowMs()];
    const clocks = new Map<ReplicaId, number>([[self, own]]);
    for (const [peer, ahead] of this.#ahead) if (hears(peer)) clocks.set(peer, now + ahead);
    const agreeing = majorityOf([...clocks.values()], own);
    const dateMs = agreeing === null ? this.#held(own, now) : agreeing.includes(own) ? own : middle(agreeing);
    if (agreeing !== null && clocks.size > 1) this.#heldAhead = dateMs - now;
    // Only what others agree with: without them, whoever is heard at the next moment must count at once.
    this.#good = dateMs === own && agreeing !== null && clocks.size > 1 ? { own, now } : null;
    const aheadMs = new Map([...clocks].map(([id, clock]) => [id, clock - dateMs]));
    return { dateMs, agreed: agreeing !== null, aheadMs };
  }

  /** Without a majority: the own clock as long as it keeps to what was agreed on. */
  #held(own: number, now: number): number {
    if (this.#heldAhead === null) return own;
    const held = now + this.#heldAhead;
    return Math.abs(own - held) <= CLOCK_BOUND_MS ? own : held;
  }
}

/**
 * The largest set of clocks that all lie within the bound of each other, if it is more than half of them; of equal
 * ones that which has the own clock. Ascending.
 */
function majorityOf(clocks: readonly number[], own: number): readonly number[] | null {
  const sorted = clocks.toSorted((a, b) => a - b);
  let best: readonly number[] = [];
  for (const [i, first] of sorted.entries()) {
    const set = sorted.slice(i).filter((clock) => clock - first <= CLOCK_BOUND_MS);
    if (set.length > best.length || (set.length === best.length && set.includes(own))) best = set;
  }
  return best.length * 2 > clocks.length ? best : null;
}

function middle(sorted: readonly number[]): number {
  return sorted[Math.floor((sorted.length - 1) / 2)]!;
}
