/**
 * What `lastword chaos` does to replicas: kills, pauses, graceful stops, restarts. It stays
 * within the promise: one replica that is in step is always left alone.
 */
import type { ClusterStatusJson } from "../election/cluster-status.ts";
import { pause, until, type CommandDeps } from "./command-deps.ts";
import { lockPath } from "./data-folder.ts";
import { SeededRandom } from "./random.ts";
import { readRunFile, type RunFile } from "./run-file.ts";
import { childEnvironment } from "./up.ts";

export type FaultKind = "kill leader" | "kill follower" | "kill two" | "freeze leader" | "freeze follower" | "stop";

export interface Fault {
  /** Seconds since the start. */
  readonly at: number;
  readonly kind: FaultKind;
  readonly replicas: readonly number[];
}

export interface FaultsDeps extends Pick<CommandDeps, "lockIsHeld" | "program" | "environment"> {
  readonly data: string;
  readonly ids: readonly number[];
  readonly status: () => Promise<ClusterStatusJson | null>;
  readonly say: (line: string) => void;
}

const KINDS: readonly FaultKind[] = [
  "kill leader",
  "kill leader",
  "kill follower",
  "kill two",
  "kill two",
  "freeze leader",
  "freeze follower",
  "stop",
];

const GONE_TIMEOUT_MS = 10_000;

/** The schedule comes from the seed, its timing from the machine. */
export class ChaosFaults {
  readonly done: Fault[] = [];
  readonly #deps: FaultsDeps;
  readonly #random: SeededRandom;
  /** How each replica was started, from its own run.json. */
  readonly #runs = new Map<number, RunFile>();
  readonly #frozen = new Set<number>();
  readonly #startedAt = performance.now();

  constructor(seed: number, deps: FaultsDeps) {
    this.#deps = deps;
    this.#random = new SeededRandom(seed);
  }

  /** One fault after another until `signal` is aborted; everything runs again when it returns. */
  async run(signal: AbortSignal): Promise<void> {
    this.#remember();
    while (!signal.aborted) {
      await pause(this.#random.between(500, 2500), signal);
      if (signal.aborted) break;
      const kind = this.#random.pick(KINDS);
      const victims = await this.#victims(kind);
      if (victims.length === 0) continue;
      const at = Math.round(performance.now() - this.#startedAt) / 1000;
      this.done.push({ at, kind, replicas: victims });
      this.#deps.say(`${at.toFixed(1)} s: ${kind}: replica ${victims.join(" and ")}`);
      await this.#strike(kind, victims, signal);
    }
    await this.restore();
  }

  /** Everything that was stopped goes on, everything that died is started. */
  async restore(): Promise<void> {
    for (const id of this.#frozen) this.#signal(id, "SIGCONT");
    this.#frozen.clear();
    for (const id of this.#deps.ids) this.#start(id);
    await until(() => this.#deps.ids.every((id) => this.#current(id) !== null), GONE_TIMEOUT_MS);
  }

  #current(id: number): RunFile | null {
    return this.#running(id) ? readRunFile(this.#deps.data, id) : null;
  }

  #remember(): void {
    for (const id of this.#deps.ids) {
      const run = readRunFile(this.#deps.data, id);
      if (run !== null) this.#runs.set(id, run);
    }
  }

  /** Whom this fault strikes: members of the view, never the last one of them. */
  async #victims(kind: FaultKind): Promise<number[]> {
    const status = await this.#deps.status();
    if (status === null || !status.writable || status.view.leader === null) return [];
    const { leader } = status.view;
    const members = status.view.members.filter((id) => this.#running(id) && this.#runs.has(id));
    const followers = members.filter((id) => id !== leader);
    if (members.length < 2 || followers.length === 0) return [];
    switch (kind) {
      case "kill leader":
      case "freeze leader":
        return [leader];
      case "kill follower":
      case "freeze follower":
        return [this.#random.pick(followers)];
      case "stop":
        return [this.#random.pick(members)];
      case "kill two": {
        if (members.length < 3) return [];
        const spared = this.#random.pick(members);
        return members.filter((id) => id !== spared).slice(0, 2);
      }
    }
  }

  async #strike(kind: FaultKind, victims: readonly number[], signal: AbortSignal): Promise<void> {
    this.#remember();
    if (kind === "freeze leader" || kind === "freeze follower") {
      for (const id of victims) {
        this.#frozen.add(id);
        this.#signal(id, "SIGSTOP");
      }
      await pause(this.#random.between(200, 4000), signal);
      for (const id of victims) {
        this.#signal(id, "SIGCONT");
        this.#frozen.delete(id);
      }
      return;
    }
    for (const id of victims) this.#signal(id, kind === "stop" ? "SIGTERM" : "SIGKILL");
    await until(() => victims.every((id) => !this.#running(id)), GONE_TIMEOUT_MS);
    await pause(this.#random.between(100, 2000), signal);
    for (const id of victims) this.#start(id);
  }

  #running(id: number): boolean {
    return this.#deps.lockIsHeld(lockPath(this.#deps.data, id));
  }

  #signal(id: number, signal: NodeJS.Signals): void {
    const run = this.#runs.get(id);
    if (run === undefined) return;
    try {
      process.kill(run.pid, signal);
    } catch {
      // It was gone before.
    }
  }

  /** Starts it with the words of its last start, in the name of the supervisor that it had, unless that was faster. */
  #start(id: number): void {
    const run = this.#runs.get(id);
    if (run === undefined || this.#running(id)) return;
    const child = Bun.spawn([...this.#deps.program, ...run.words], {
      detached: true,
      stdio: ["ignore", "ignore", "ignore"],
      env: childEnvironment(this.#deps.environment, run.supervisor),
    });
    child.unref();
  }
}
