/**
 * The wall clocks of the simulated hosts, and the check of what they date (I11). True time is the world's. Each host's
 * clock is some seconds off, and at any moment one of them may be wild: off by a minute to years, in either direction,
 * with jumps. The time in an op is checked against true time, except at a replica that may be wrong by the rule: one
 * with a wild clock that hears no majority of right ones.
 */
import { CLOCK_BOUND_MS } from "../../src/election/driver/cluster-clock.ts";
import type { ReplicaId } from "../../src/election/view.ts";
import type { Random } from "./random.ts";
import type { Core } from "../../src/election/core/core.ts";

/** Unix ms at which the simulated world begins. */
const START_MS = 1_700_000_000_000;
/** Maximum error of a right clock. */
export const RIGHT_MS = 20_000;
/**
 * Maximum error of a date: one bound for a clock that most agree with, one for following an op that was dated by it.
 */
const DATED_MS_MAX = 2 * CLOCK_BOUND_MS + RIGHT_MS;
/** How long others may take to learn of a clock: they know it from Beats, which may be slow. */
const KNOWN_AFTER_MS = 10_000;
const YEAR_MS = 365 * 86_400_000;

interface Stamp {
  readonly micros: number;
  /** True if the rule allows it to be wrong. */
  readonly exempt: boolean;
}

/** What {@link SimClocks} needs. */
export interface SimClocksDeps {
  readonly count: number;
  readonly random: Random;
  /** Virtual ms. */
  readonly now: () => number;
  readonly after: (ms: number, action: () => void) => void;
  readonly broken: (invariant: string, what: string) => void;
}

/** See the top of this file. */
export class SimClocks {
  readonly #deps: SimClocksDeps;
  readonly #offMs: number[];
  readonly #rightSince: (number | null)[];
  /** By the name of its effect: the times that an op got at its attempts. */
  readonly #stamps = new Map<string, Stamp[]>();
  #over = false;
  /** Number of ops that were dated right although their host's clock was wild. */
  mended = 0;

  constructor(deps: SimClocksDeps) {
    this.#deps = deps;
    this.#offMs = Array.from({ length: deps.count }, () => 0);
    this.#rightSince = this.#offMs.map(() => -Infinity);
  }

  trueMs(): number {
    return START_MS + this.#deps.now();
  }

  wallMs(id: ReplicaId): number {
    return this.trueMs() + (this.#offMs[id] ?? 0);
  }

  set(id: ReplicaId, offMs: number): void {
    this.#offMs[id] = offMs;
    if (Math.abs(offMs) > RIGHT_MS) this.#rightSince[id] = null;
    else this.#rightSince[id] ??= this.#deps.now();
  }

  /** From now on, one clock after another goes wild and is set right again. */
  begin(): void {
    for (const id of this.#offMs.keys()) this.#set(id);
    this.#next();
  }

  end(): void {
    this.#over = true;
    for (const id of this.#offMs.keys()) this.#set(id);
  }

  /** Sets a clock right, give or take some seconds. */
  #set(id: ReplicaId): void {
    this.set(id, this.#deps.random.between(-RIGHT_MS, RIGHT_MS));
  }

  #next(): void {
    const { random, after } = this.#deps;
    after(random.between(500, 8_000), () => {
      if (this.#over) return;
      const wild = this.#rightSince.indexOf(null);
      if (wild >= 0 && random.chance(0.5)) this.#set(wild);
      else this.set(wild >= 0 ? wild : random.int(0, this.#offMs.length - 1), this.#wildMs());
      this.#next();
    });
  }

  #wildMs(): number {
    const { random } = this.#deps;
    const ms = random.pick([
      random.between(RIGHT_MS + 1_000, 600_000),
      random.between(600_000, 86_400_000),
      random.between(86_400_000, YEAR_MS),
      random.between(YEAR_MS, 10 * YEAR_MS),
    ]);
    return random.chance(0.5) ? ms : -ms;
  }

  #isRight(id: ReplicaId, forMs: number): boolean {
    const since = this.#rightSince[id];
    return since !== null && since !== undefined && this.#deps.now() - since >= forMs;
  }

  /** Checks the time that a replica gives to an op. */
  stamped(replica: { readonly id: ReplicaId; readonly core: Core }, key: string, micros: number): void {
    const { peers } = replica.core;
    const heard = peers.ids.filter((id) => peers.hears(id));
    const right = heard.filter((id) => this.#isRight(id, KNOWN_AFTER_MS)).length;
    const ownRight = this.#isRight(replica.id, 0);
    const exempt = !ownRight && right * 2 <= heard.length + 1;
    const stamps = this.#stamps.get(key) ?? [];
    this.#stamps.set(key, [...stamps, { micros, exempt }]);
    if (exempt) return;
    if (!ownRight) this.mended++;
    const wrongMs = Math.round(micros / 1000 - this.trueMs());
    if (Math.abs(wrongMs) <= DATED_MS_MAX) return;
    const clock = ownRight ? "its own clock is right" : "it hears a majority of right clocks";
    this.#deps.broken("I11", `replica ${replica.id} dates an op ${wrongMs} ms away from now, although ${clock}`);
  }

  /** Checks at rest that a message has a time that a proposer gave it, unless a merge cut off a time in the future. */
  check(key: string, micros: number): void {
    const stamps = this.#stamps.get(key);
    if (stamps === undefined) return;
    const known = stamps.some(
      (stamp) =>
        stamp.micros === micros ||
        (micros < stamp.micros && (stamp.exempt || stamp.micros - micros <= DATED_MS_MAX * 1000)),
    );
    if (!known)
      this.#deps.broken("I11", `${key} is dated ${micros}, its proposers said ${stamps.map((s) => s.micros).join()}`);
  }
}
