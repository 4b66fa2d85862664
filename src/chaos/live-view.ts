/** Shows the run while it lasts: a block that is redrawn on a terminal, plain lines elsewhere. */
import type { Fault } from "./faults.ts";
import type { Failover, LaneState } from "./watch.ts";

const DRAW_MS = 250;
const LINE_MS = 5000;
const GREEN = "\u001B[32m";
const YELLOW = "\u001B[33m";
const RED = "\u001B[31m";
const DIM = "\u001B[2m";
const BOLD = "\u001B[1m";
const PLAIN = "\u001B[0m";

/** Everything that the view shows. */
export interface LiveState {
  readonly phase: string;
  /** ms since the start of the run. */
  readonly nowMs: number;
  readonly wholeMs: number;
  readonly seed: number;
  readonly acknowledged: number;
  readonly unknown: number;
  readonly perSecond: number;
  readonly replicas: readonly {
    readonly id: number;
    readonly state: LaneState;
    readonly web: string;
    readonly applied: number | null;
    readonly lag: number | null;
  }[];
  readonly current: Fault | null;
  readonly faults: number;
  readonly lastFailover: Failover | null;
  readonly failovers: number;
  readonly quietMs: number;
  readonly longestGapMs: number;
}

const COLOURS: Record<LaneState, string> = {
  leader: GREEN + BOLD,
  follower: GREEN,
  learner: YELLOW,
  recovering: YELLOW,
  paused: YELLOW,
  silent: RED,
  down: RED,
};

function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** A fault in words: `kill two at once: replicas 0 and 2`. */
export function faultText({ kind, replicas }: Pick<Fault, "kind" | "replicas">): string {
  const whom =
    kind === "cut one direction"
      ? `${replicas[0]} to ${replicas[1]}`
      : `${replicas.length === 1 ? "replica" : "replicas"} ${replicas.join(" and ")}`;
  return `${kind}: ${whom}`;
}

/** The block as lines of at most `columns` characters, not counting colour codes. */
export function viewLines(state: LiveState, columns: number): string[] {
  const fit = (text: string): string => (text.length > columns ? `${text.slice(0, Math.max(0, columns - 1))}…` : text);
  const lines = [
    `${BOLD}${fit(`lastword chaos, seed ${state.seed}, ${clock(Math.min(state.nowMs, state.wholeMs))} of ${clock(state.wholeMs)}: ${state.phase}`)}${PLAIN}`,
    fit(
      `${String(state.perSecond).padStart(5)} sends/s   ${state.acknowledged.toLocaleString("en")} acknowledged   ${state.unknown} unknown`,
    ),
    "",
  ];
  for (const { id, state: lane, web, applied, lag } of state.replicas) {
    const figures = applied === null ? "" : `seq ${applied.toLocaleString("en")}, lag ${lag ?? "-"}`;
    const row = fit(`  ${id}  ${lane.padEnd(11)}${figures.padEnd(24)}${web}`);
    lines.push(row.replace(lane, `${COLOURS[lane]}${lane}${PLAIN}`));
  }
  const { lastFailover, current } = state;
  const last =
    lastFailover === null ? "" : `, the last from ${lastFailover.from} to ${lastFailover.to} in ${lastFailover.ms} ms`;
  lines.push(
    "",
    current === null ? `${DIM}no fault now${PLAIN}` : `${YELLOW}${fit(faultText(current))}${PLAIN}`,
    fit(`${state.faults} faults, ${state.failovers} failovers${last}`),
    fit(`longest time without an acknowledged write ${state.longestGapMs} ms`) +
      (state.quietMs > 500 ? `  ${RED}now ${state.quietMs} ms${PLAIN}` : ""),
  );
  return lines;
}

export interface LiveViewDeps {
  /** Columns of the terminal; null if stdout is not a terminal. */
  readonly columns: () => number | null;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly state: () => LiveState;
}

/** Draws the view until it is stopped. Lines go to stderr, so that stdout begins with the verdict. */
export class LiveView {
  readonly #deps: LiveViewDeps;
  readonly #onTerminal: boolean;
  #timer: ReturnType<typeof setInterval> | null = null;
  #drawn = 0;

  constructor(deps: LiveViewDeps) {
    this.#deps = deps;
    this.#onTerminal = deps.columns() !== null;
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), this.#onTerminal ? DRAW_MS : LINE_MS);
  }

  /** Prints one event, unless the block shows it already. */
  line(text: string): void {
    if (!this.#onTerminal) this.#deps.err(`${text}\n`);
  }

  /** Removes the block, so that the verdict takes its place. */
  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    if (this.#drawn > 0) this.#deps.out(`\u001B[${this.#drawn}A\u001B[J`);
    this.#drawn = 0;
  }

  #tick(): void {
    const state = this.#deps.state();
    if (!this.#onTerminal) {
      const leader = state.replicas.find((replica) => replica.state === "leader")?.id ?? "none";
      this.line(
        `${(state.nowMs / 1000).toFixed(1).padStart(6)} s  ${state.phase}: ${state.perSecond} sends/s, ${state.acknowledged} acknowledged, leader ${leader}`,
      );
      return;
    }
    const lines = viewLines(state, Math.max(20, (this.#deps.columns() ?? 80) - 1));
    // Overwrites the block from its top and clears each line to its end: no flicker, no remains of longer lines.
    const back = this.#drawn > 0 ? `\u001B[${this.#drawn}A` : "";
    this.#deps.out(`${back}${lines.map((text) => `${text}\u001B[K\n`).join("")}`);
    this.#drawn = lines.length;
  }
}
