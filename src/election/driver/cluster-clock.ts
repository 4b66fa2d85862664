/**
 * The time with which a replica dates ops. Its own wall clock may be wrong by years, or jump, so replicas show each
 * other their clocks in Beats, and a replica does not use a clock that most of those it hears contradict.
 *
 *   Of its own clock and those of the peers it hears, are more than half within CLOCK_BOUND_MS of each other?
 *     yes, and its own is one of them:  its own clock
 *     yes, without its own:             the middle one of them
 *     no:                               the time they last agreed on, advanced by the monotonic clock; else its own
 *
 * A replica that hears nobody is its own majority. Clocks decide only what people are shown, when logins expire, and
 * whether a hand-over token is too old. The order of ops comes from the log.
 */
import type { Beat } from "../frame.ts";
import type { ReplicaId } from "../view.ts";

/** Clocks that differ by no more than this agree. */
export const CLOCK_BOUND_MS = 60_000;

/** Once the own clock was found good, it is used for this long without another comparison, unless it jumps. */
const GOOD_MS = 100;
const JUMP_MS = 1_000;

/** What the clock needs from its owner. */
export interface ClusterClockDeps {
  readonly self: ReplicaId;
  /** This host's wall clock, ms since 1970. */
  readonly wallMs: () => number;
  /** Monotonic ms. */
  readonly nowMs: () => number;
  /** True while the peer counts as alive. */
  readonly hears: (peer: ReplicaId) => boolean;
}

/** The result of comparing the clocks that a replica hears. */
export interface ClockJudgement {
  /** The time with which to date ops, ms since 1970. */
  readonly dateMs: number;
  /** True if more than half of the clocks agree. */
  readonly agreed: boolean;
  /** By how many ms each clock, including its own, is ahead of `dateMs`. */
  readonly aheadMs: ReadonlyMap<ReplicaId, number>;
}

/** See the top of this file. */
export class ClusterClock {
  readonly #deps: ClusterClockDeps;
  /** For each peer, its wall clock minus our monotonic clock, as of its last Beat. */
  readonly #ahead = new Map<ReplicaId, number>();
  /** The agreed time minus our monotonic clock, when more than one clock last agreed; null if that never happened. */
  #heldAhead: number | null = null;
  /** The wall clock and the monotonic clock when the own clock was last found good. */
  #good: { readonly own: number; readonly now: number } | null = null;

  constructor(deps: ClusterClockDeps) {
    this.#deps = deps;
  }

  /** Takes a peer's wall clock from its Beat. It is late by the Beat's travel time, which is far below the bound. */
  heard(peer: ReplicaId, wallMs: number): void {
    this.#ahead.set(peer, wallMs - this.#deps.nowMs());
    this.judge();
  }

  /** The time with which to date an op now, ms since 1970. */
  dateMs(): number {
    const good = this.#good;
    if (good === null) return this.judge().dateMs;
    const own = this.#deps.wallMs();
    const passed = this.#deps.nowMs() - good.now;
    const jumped = Math.abs(own - good.own - passed) > JUMP_MS;
    return jumped || passed > GOOD_MS ? this.judge().dateMs : own;
  }

  /** `dateMs` in microseconds. Together with `nowMs` it implements the chat's Clock port. */
  nowMicros(): number {
    return this.dateMs() * 1000;
  }

  /** Monotonic ms. */
  nowMs(): number {
    return this.#deps.nowMs();
  }

  /**
   * By how many ms each wrong clock, possibly our own, is ahead. A clock is wrong if it differs by more than the bound.
   */
  offMs(): ReadonlyMap<ReplicaId, number> {
    return new Map([...this.judge().aheadMs].filter(([, ms]) => Math.abs(ms) > CLOCK_BOUND_MS));
  }

  /** `dateMs` if at least one other clock confirms it; else null. */
  agreedMs(): number | null {
    const { agreed, aheadMs, dateMs } = this.judge();
    return agreed && aheadMs.size > 1 ? dateMs : null;
  }

  /** The wall clock of a replica, however wrong it is. For this replica and for unknown ones, it is this host's. */
  wallMsOf(id: ReplicaId): number {
    const ahead = this.#ahead.get(id);
    return ahead === undefined || id === this.#deps.self ? this.#deps.wallMs() : this.#deps.nowMs() + ahead;
  }

  /** The Beat with this host's wall clock added. */
  dated(beat: Beat): Beat {
    return { ...beat, wallMs: Math.max(0, Math.round(this.#deps.wallMs())) };
  }

  /** Compares the clocks now. */
  judge(): ClockJudgement {
    const { self, wallMs, nowMs, hears } = this.#deps;
    const [own, now] = [wallMs(), nowMs()];
    const clocks = new Map<ReplicaId, number>([[self, own]]);
    for (const [peer, ahead] of this.#ahead) if (hears(peer)) clocks.set(peer, now + ahead);
    const agreeing = majorityOf([...clocks.values()], own);
    const dateMs = agreeing === null ? this.#held(own, now) : agreeing.includes(own) ? own : middle(agreeing);
    if (agreeing !== null && clocks.size > 1) this.#heldAhead = dateMs - now;
    // Remember it only if others agree. A replica that hears nobody must compare again as soon as it hears a peer.
    this.#good = dateMs === own && agreeing !== null && clocks.size > 1 ? { own, now } : null;
    const aheadMs = new Map([...clocks].map(([id, clock]) => [id, clock - dateMs]));
    return { dateMs, agreed: agreeing !== null, aheadMs };
  }

  /** Without a majority: the own clock while it is close to the time last agreed on, else that time. */
  #held(own: number, now: number): number {
    if (this.#heldAhead === null) return own;
    const held = now + this.#heldAhead;
    return Math.abs(own - held) <= CLOCK_BOUND_MS ? own : held;
  }
}

/**
 * The largest set of clocks that are all within the bound of each other, ascending, if it is more than half of them. Of
 * several sets of that size, one with the own clock is preferred.
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
