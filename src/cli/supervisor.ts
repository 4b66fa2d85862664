/**
 * The children of `lastword up`: started, started again when they die, stopped together.
 *
 *   absent -> running -> (killed, broken, could not be started) -> waiting, 2 s doubling to 30 s -> running
 *                     -> (exit 0: somebody stopped it; 2, 5, 7: it cannot run like this) -> ended,
 *                        unless somebody starts it again: then it is looked after as before;
 *                        5 may mean that its version is too old: another executable is tried
 *
 * Children lead process groups of their own: a terminal's Ctrl-C reaches a whole group at
 * the same instant, and then nobody could hand leadership over.
 */
import { EXIT } from "../host/exit.ts";

const RESTART_FIRST_MS = 2000;
const RESTART_LAST_MS = 30_000;
/** A child that ran this long starts again without further back-off. */
const STEADY_MS = 60_000;
/** A replica that somebody else started is looked at this often. */
const LOOK_MS = 1000;
/** Exit codes of children that would end in the same way again. */
const LASTING: ReadonlySet<number> = new Set([EXIT.done, EXIT.usage, EXIT.mismatch, EXIT.limit]);

export interface SupervisorDeps {
  /** Starts replica `id` and answers its process; throws if it cannot be started. */
  readonly start: (id: number) => {
    readonly pid: number;
    readonly exited: Promise<number>;
    kill(signal: string): void;
  };
  /** Does any process hold the replica's lock? */
  readonly running: (id: number) => boolean;
  /** What `start` would run: another text once the executable was replaced. */
  readonly executable: () => string;
  readonly restart: boolean;
  /** For the person at the terminal. */
  readonly say: (sentence: string) => void;
  /** Why `start` threw, to follow "replica N could not be started: ". */
  readonly why: (error: unknown) => string;
  /** A replica that this process did not start runs; answers what to say about it, null as long as nothing is known. */
  readonly found: (id: number) => string | null;
  /** Replica `id`, which had to be started again, runs. */
  readonly onRestarted?: (id: number) => void;
}

type State = "absent" | "running" | "elsewhere" | "waiting" | "ended";

interface Child {
  readonly id: number;
  state: State;
  /** It runs elsewhere, and that has not been said yet. */
  isNews: boolean;
  process: ReturnType<SupervisorDeps["start"]> | null;
  startedAt: number;
  backOffMs: number;
  timer: ReturnType<typeof setTimeout> | null;
  exitCode: number;
  /** The executable that it was started with last. */
  executable: string;
}

/** Keeps the replicas of one data folder running until it is told to stop, or none is left. */
export class Supervisor {
  readonly #deps: SupervisorDeps;
  readonly #children: Child[];
  #stopping = false;
  #over!: (exitCode: number) => void;
  /** Exit code of the whole, once nothing is left to look after. */
  readonly over: Promise<number>;

  constructor(ids: readonly number[], deps: SupervisorDeps) {
    this.#deps = deps;
    this.over = new Promise((resolve) => (this.#over = resolve));
    this.#children = ids.map((id) => ({
      id,
      state: "absent",
      isNews: false,
      process: null,
      startedAt: 0,
      backOffMs: RESTART_FIRST_MS,
      timer: null,
      exitCode: 0,
      executable: "",
    }));
  }

  /** Starts what is not running yet. */
  start(): void {
    for (const child of this.#children) this.#startOrWatch(child);
  }

  /** The replicas that this process started and that run now. */
  own(): { id: number; pid: number | null }[] {
    const running = this.#children.filter((child) => child.state === "running");
    return running.map(({ id, process }) => ({ id, pid: process?.pid ?? null }));
  }

  /** Those that wait to be started again, or that ended. */
  failing(): number[] {
    return this.#children.filter(({ state }) => state === "waiting" || state === "ended").map(({ id }) => id);
  }

  /** From now on nothing is started. */
  quiet(): void {
    this.#stopping = true;
    for (const child of this.#children) if (child.timer !== null) clearTimeout(child.timer);
  }

  /** Nothing is started any more, and it is over as soon as its own children have ended. */
  hold(): void {
    this.quiet();
    for (const child of this.#children) {
      if (child.state === "running" || child.state === "ended") continue;
      child.state = "ended";
      // Whatever became of it earlier, it was to be started again: the stop is what counts now.
      child.exitCode = EXIT.done;
    }
    this.#finish();
  }

  /** Ends its own children at once. */
  kill(): void {
    for (const child of this.#children) if (child.state === "running") child.process?.kill("SIGKILL");
  }

  #startOrWatch(child: Child): void {
    if (this.#deps.running(child.id)) this.#watch(child);
    else this.#run(child);
  }

  /**
   * Everything that a timer does. What throws there has no caller: the replica would never be
   * looked at again, so it is tried again like a start that failed.
   */
  #after(child: Child, ms: number, act: () => void): void {
    child.timer = setTimeout(() => {
      try {
        act();
      } catch (error) {
        this.#later(child, `could not be looked after: ${this.#deps.why(error)}`);
      }
    }, ms);
  }

  #run(child: Child): void {
    const again = child.startedAt !== 0;
    let started: ReturnType<SupervisorDeps["start"]>;
    child.startedAt = performance.now();
    child.executable = this.#deps.executable();
    try {
      started = this.#deps.start(child.id);
    } catch (error) {
      child.exitCode = EXIT.failed;
      return this.#later(child, `could not be started: ${this.#deps.why(error)}`);
    }
    child.state = "running";
    child.process = started;
    void started.exited.then(
      (exitCode) => this.#onExit(child, exitCode),
      () => this.#onExit(child, EXIT.failed),
    );
    if (again) this.#deps.onRestarted?.(child.id);
  }

  /** Somebody else's: shown, and taken over once it is gone. */
  #watch(child: Child): void {
    if (child.state !== "elsewhere") child.isNews = true;
    child.state = "elsewhere";
    const sentence = child.isNews ? this.#deps.found(child.id) : null;
    if (sentence !== null) {
      child.isNews = false;
      this.#deps.say(sentence);
    }
    this.#after(child, LOOK_MS, () => {
      if (this.#deps.running(child.id)) this.#watch(child);
      else this.#later(child, "is gone");
    });
  }

  #onExit(child: Child, exitCode: number): void {
    child.process = null;
    // The system's own codes (128 and the signal) are not part of the contract in exit.ts.
    child.exitCode = exitCode > 128 ? EXIT.failed : exitCode;
    if (!this.#stopping && !LASTING.has(exitCode) && this.#deps.restart) {
      if (exitCode === EXIT.folder && this.#deps.running(child.id)) return this.#watch(child);
      if (performance.now() - child.startedAt >= STEADY_MS) child.backOffMs = RESTART_FIRST_MS;
      return this.#later(child, ending(exitCode));
    }
    child.state = "ended";
    const again =
      exitCode === EXIT.mismatch && this.#deps.restart ? "; it is started again once lastword is upgraded" : "";
    this.#deps.say(`replica ${child.id} ${ending(exitCode)}${this.#stopping ? "" : again}`);
    this.#finish();
    this.#awaitReturn(child);
  }

  /** Whoever stopped it may start it again, as chaos does; what was too old is started again once it is upgraded. */
  #awaitReturn(child: Child): void {
    if (this.#stopping) return;
    this.#after(child, LOOK_MS, () => {
      const upgraded = child.exitCode === EXIT.mismatch && child.executable !== this.#deps.executable();
      if (this.#deps.running(child.id)) this.#watch(child);
      else if (upgraded && this.#deps.restart) this.#run(child);
      else this.#awaitReturn(child);
    });
  }

  #later(child: Child, what: string): void {
    if (this.#stopping || !this.#deps.restart) {
      child.state = "ended";
      if (!this.#stopping) this.#deps.say(`replica ${child.id} ${what}`);
      return this.#finish();
    }
    child.state = "waiting";
    const waitMs = child.backOffMs;
    child.backOffMs = Math.min(waitMs * 2, RESTART_LAST_MS);
    this.#deps.say(`replica ${child.id} ${what}; starting it again in ${waitMs / 1000} s`);
    this.#after(child, waitMs, () => this.#startOrWatch(child));
  }

  #finish(): void {
    if (this.#children.every((child) => child.state === "ended")) {
      this.quiet();
      this.#over(this.#children.reduce((worst, child) => worst || child.exitCode, 0));
    }
  }
}

function ending(exitCode: number): string {
  if (exitCode === EXIT.done) return "stopped";
  return exitCode > 128 ? "was killed" : `ended with exit code ${exitCode}`;
}
