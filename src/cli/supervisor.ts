/**
 * The children of `lastword up`: started, started again when they die, stopped together.
 *
 *   absent -> running -> (killed, broken) -> waiting, 2 s doubling to 30 s -> running
 *                     -> (exit 0: somebody stopped it; 2, 5: its options are wrong) -> ended,
 *                        unless somebody starts it again: then it is looked after as before
 *
 * Children lead process groups of their own: a terminal's Ctrl-C reaches a whole group at
 * the same instant, and then nobody could hand leadership over.
 */
import { EXIT } from "./exit.ts";

const RESTART_FIRST_MS = 2000;
const RESTART_LAST_MS = 30_000;
/** A child that ran this long starts again without further back-off. */
const STEADY_MS = 60_000;
/** A replica that somebody else started is looked at this often. */
const LOOK_MS = 1000;

export interface SupervisorDeps {
  /** Starts replica `id` and answers its process. */
  readonly start: (id: number) => {
    readonly pid: number;
    readonly exited: Promise<number>;
    kill(signal: string): void;
  };
  /** Does any process hold the replica's lock? */
  readonly running: (id: number) => boolean;
  readonly restart: boolean;
  /** For the person at the terminal. */
  readonly say: (sentence: string) => void;
}

type State = "absent" | "running" | "elsewhere" | "waiting" | "ended";

interface Child {
  readonly id: number;
  state: State;
  process: ReturnType<SupervisorDeps["start"]> | null;
  startedAt: number;
  backOffMs: number;
  timer: ReturnType<typeof setTimeout> | null;
  exitCode: number;
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
      process: null,
      startedAt: 0,
      backOffMs: RESTART_FIRST_MS,
      timer: null,
      exitCode: 0,
    }));
  }

  /** Starts what is not running yet. */
  start(): void {
    for (const child of this.#children) {
      if (this.#deps.running(child.id)) this.#watch(child);
      else this.#run(child);
    }
  }

  /** The replicas that this process started and that run now. */
  own(): { id: number; pid: number | null }[] {
    const running = this.#children.filter((child) => child.state === "running");
    return running.map(({ id, process }) => ({ id, pid: process?.pid ?? null }));
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

  #run(child: Child): void {
    child.state = "running";
    child.startedAt = performance.now();
    const started = this.#deps.start(child.id);
    child.process = started;
    void started.exited.then((exitCode) => this.#onExit(child, exitCode));
  }

  /** Somebody else's: shown, and taken over once it is gone. */
  #watch(child: Child): void {
    if (child.state !== "elsewhere") this.#deps.say(`replica ${child.id} is running already`);
    child.state = "elsewhere";
    child.timer = setTimeout(() => {
      if (this.#deps.running(child.id)) this.#watch(child);
      else this.#later(child, "is gone");
    }, LOOK_MS);
  }

  #onExit(child: Child, exitCode: number): void {
    child.process = null;
    child.exitCode = exitCode;
    const lasting = exitCode === EXIT.done || exitCode === EXIT.usage || exitCode === EXIT.mismatch;
    if (!this.#stopping && !lasting && this.#deps.restart) {
      if (exitCode === EXIT.folder && this.#deps.running(child.id)) return this.#watch(child);
      if (performance.now() - child.startedAt >= STEADY_MS) child.backOffMs = RESTART_FIRST_MS;
      return this.#later(child, exitCode > 128 ? "was killed" : `ended with exit code ${exitCode}`);
    }
    child.state = "ended";
    this.#deps.say(`replica ${child.id} ${exitCode === EXIT.done ? "stopped" : `ended with exit code ${exitCode}`}`);
    this.#finish();
    this.#awaitReturn(child);
  }

  /** Whoever stopped it may start it again, as chaos does. */
  #awaitReturn(child: Child): void {
    if (this.#stopping) return;
    child.timer = setTimeout(() => {
      if (this.#deps.running(child.id)) this.#watch(child);
      else this.#awaitReturn(child);
    }, LOOK_MS);
  }

  #later(child: Child, what: string): void {
    if (!this.#deps.restart) {
      child.state = "ended";
      return this.#finish();
    }
    child.state = "waiting";
    const waitMs = child.backOffMs;
    child.backOffMs = Math.min(waitMs * 2, RESTART_LAST_MS);
    this.#deps.say(`replica ${child.id} ${what}; starting it again in ${waitMs / 1000} s`);
    child.timer = setTimeout(() => {
      if (this.#deps.running(child.id)) this.#watch(child);
      else this.#run(child);
    }, waitMs);
  }

  #finish(): void {
    if (this.#children.every((child) => child.state === "ended")) {
      this.quiet();
      this.#over(this.#children.reduce((worst, child) => worst || child.exitCode, 0));
    }
  }
}
