/**
 * Runs the children of `lastword up`: starts them, restarts those that die, and stops them together.
 *
 *   absent -> running -> (killed, broken, could not be started) -> waiting, 2 s doubling to 30 s -> running
 *                     -> (exit 0: somebody stopped it; 2, 5, 7: it cannot run like this) -> ended.
 *                        If somebody starts it again, it is supervised as before. Exit 5 may mean
 *                        that its version is too old, so a replaced executable is tried
 *
 * Each child leads a process group of its own. The terminal sends Ctrl-C to a whole group at the
 * same instant, and then no replica could hand the lead over.
 */
import { EXIT } from "../host/exit.ts";

const RESTART_FIRST_MS = 2000;
const RESTART_LAST_MS = 30_000;
/** A child that ran for this long restarts with the first back-off again. */
const STEADY_MS = 60_000;
/** How often a replica that somebody else started is checked. */
const LOOK_MS = 1000;
/** Exit codes after which a child would end in the same way again. */
const LASTING: ReadonlySet<number> = new Set([EXIT.done, EXIT.usage, EXIT.mismatch, EXIT.limit]);

export interface SupervisorDeps {
  /** Starts replica `id` and returns its process. Throws if it cannot be started. */
  readonly start: (id: number) => {
    readonly pid: number;
    readonly exited: Promise<number>;
    kill(signal: string): void;
  };
  /** Whether any process holds the replica's lock. */
  readonly running: (id: number) => boolean;
  /** Identifies the executable that `start` would run: a different text once it has been replaced. */
  readonly executable: () => string;
  readonly restart: boolean;
  /** Prints a sentence for the person at the terminal. */
  readonly say: (sentence: string) => void;
  /** The reason why `start` threw, phrased to follow "replica N could not be started: ". */
  readonly why: (error: unknown) => string;
  /** What to say about a running replica that this process did not start; null until its run.json exists. */
  readonly found: (id: number) => string | null;
  /** Called when replica `id` has been restarted. */
  readonly onRestarted?: (id: number) => void;
}

type State = "absent" | "running" | "elsewhere" | "waiting" | "ended";

interface Child {
  readonly id: number;
  state: State;
  /** The replica runs elsewhere, and the person has not been told yet. */
  isNews: boolean;
  process: ReturnType<SupervisorDeps["start"]> | null;
  startedAt: number;
  backOffMs: number;
  timer: ReturnType<typeof setTimeout> | null;
  exitCode: number;
  /** The executable of its last start. */
  executable: string;
}

/** Keeps the replicas of one data folder running until it is asked to stop, or none of them is left. */
export class Supervisor {
  readonly #deps: SupervisorDeps;
  readonly #children: Child[];
  #stopping = false;
  #over!: (exitCode: number) => void;
  /** Resolves to the exit code of the command once no replica is left to supervise. */
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

  /** Starts all replicas that are not running yet. */
  start(): void {
    for (const child of this.#children) this.#startOrWatch(child);
  }

  /** The running replicas that this process started. */
  own(): { id: number; pid: number | null }[] {
    const running = this.#children.filter((child) => child.state === "running");
    return running.map(({ id, process }) => ({ id, pid: process?.pid ?? null }));
  }

  /** The replicas that wait to be restarted, or have ended. */
  failing(): number[] {
    return this.#children.filter(({ state }) => state === "waiting" || state === "ended").map(({ id }) => id);
  }

  /** Starts nothing from now on. */
  quiet(): void {
    this.#stopping = true;
    for (const child of this.#children) if (child.timer !== null) clearTimeout(child.timer);
  }

  /** Starts nothing from now on, and is over as soon as its own children have ended. */
  hold(): void {
    this.quiet();
    for (const child of this.#children) {
      if (child.state === "running" || child.state === "ended") continue;
      child.state = "ended";
      // It was waiting to be restarted, so its earlier exit code does not count: the stop ended it.
      child.exitCode = EXIT.done;
    }
    this.#finish();
  }

  /** Kills its own children. */
  kill(): void {
    for (const child of this.#children) if (child.state === "running") child.process?.kill("SIGKILL");
  }

  #startOrWatch(child: Child): void {
    if (this.#deps.running(child.id)) this.#watch(child);
    else this.#run(child);
  }

  /**
   * Runs `act` after a delay. An exception in a timer reaches no caller, and the replica would then
   * never be checked again, so it is handled like a failed start.
   */
  #after(child: Child, ms: number, act: () => void): void {
    child.timer = setTimeout(() => {
      try {
        act();
      } catch (error) {
        this.#later(child, `could not be managed: ${this.#deps.why(error)}`);
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

  /** Watches a replica that somebody else started, and starts it here once it has ended. */
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
    // Exit codes above 128 (128 plus the signal) come from the system and are not among those of exit.ts.
    child.exitCode = exitCode > 128 ? EXIT.failed : exitCode;
    if (!this.#stopping && !LASTING.has(exitCode) && this.#deps.restart) {
      if (exitCode === EXIT.folder && this.#deps.running(child.id)) return this.#watch(child);
      if (performance.now() - child.startedAt >= STEADY_MS) child.backOffMs = RESTART_FIRST_MS;
      return this.#later(child, ending(exitCode));
    }
    child.state = "ended";
    const again =
      exitCode === EXIT.mismatch && this.#deps.restart ? "; it is tried again if another lastword is put in place" : "";
    this.#deps.say(`replica ${child.id} ${ending(exitCode)}${this.#stopping ? "" : again}`);
    this.#finish();
    this.#awaitReturn(child);
  }

  /** Watches an ended replica: somebody may start it again, as chaos does, and an upgrade may let an old one run. */
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
