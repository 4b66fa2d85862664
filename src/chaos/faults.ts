/**
 * Does what the schedule says: signals to processes, rules in networks, and everything undone
 * again, also when the run is broken off. One fault at a time; what it leaves behind (replicas
 * that catch up, branches that merge) may still go on when the next one strikes.
 */
import { type CommandDeps } from "../cli/command-deps.ts";
import { pause, until } from "../host/wait.ts";
import { lockPath } from "../host/data-folder.ts";
import { readRunFile, type RunFile } from "../host/run-file.ts";
import { childEnvironment } from "../cli/up.ts";
import type { ChaosNetwork } from "./network.ts";
import type { RunClock } from "./run-clock.ts";
import { startReplica } from "./stage.ts";
import { scheduleOf, victimsOf, type FaultGroup, type FaultKind, type Scene, type Step } from "./schedule.ts";

export interface Fault {
  /** ms since the start of the run. */
  readonly at: number;
  /** When it was undone, as far as that is up to us. */
  until: number;
  readonly kind: FaultKind;
  readonly group: FaultGroup;
  /** In the order of the blows; of a cut in one direction the first sends in vain. */
  readonly replicas: readonly number[];
  /** Who led when it struck. */
  readonly leader: number | null;
}

export interface FaultsDeps extends Pick<CommandDeps, "lockIsHeld" | "environment"> {
  readonly data: string;
  readonly ids: readonly number[];
  readonly program: (id: number) => readonly string[];
  readonly network: ChaosNetwork | null;
  /** Where the log of a replica goes; null for nowhere. */
  readonly logPath: (id: number) => string | null;
  readonly scene: () => Scene;
  readonly clock: RunClock;
  readonly onFault: (fault: Fault) => void;
}

const GONE_TIMEOUT_MS = 15_000;
const BACK_TIMEOUT_MS = 15_000;
/** Between the two of "kill one after another": long enough for the survivors to have agreed. */
const AFTER_ANOTHER_MS = 400;

export class Faults {
  readonly done: Fault[] = [];
  /** Steps that nobody could be found for. */
  skipped = 0;
  readonly #deps: FaultsDeps;
  /** How each replica was started, from its own run.json. */
  readonly #runs = new Map<number, RunFile>();
  readonly #paused = new Set<number>();
  /** Under `lastword up`: stopped by us since the supervisor had all of them. */
  readonly #stopped = new Set<number>();
  #current: Fault | null = null;

  constructor(deps: FaultsDeps) {
    this.#deps = deps;
    this.#remember();
  }

  /** The fault that goes on now. */
  get current(): Fault | null {
    return this.#current;
  }

  /** True while chaos holds this replica's process. */
  isPaused(id: number): boolean {
    return this.#paused.has(id);
  }

  /** True while a process has the replica's folder. */
  runs(id: number): boolean {
    return this.#deps.lockIsHeld(lockPath(this.#deps.data, id));
  }

  /** One fault after another until `signal` is aborted; restores nothing that a broken fault left. */
  async run(
    steps: { seed: number; groups: readonly FaultGroup[]; strict: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    for (const step of scheduleOf(steps.seed, steps.groups, steps.strict)) {
      await pause(step.waitMs, signal);
      if (signal.aborted) return;
      this.#remember();
      const scene = this.#deps.scene();
      const members = scene.members.filter((id) => this.#runs.has(id) && this.runs(id));
      const victims = victimsOf(step, { ...scene, members });
      if (victims.length === 0) {
        this.skipped += 1;
        continue;
      }
      const fault: Fault = {
        at: this.#now(),
        until: Infinity,
        kind: step.kind,
        group: step.group,
        replicas: victims,
        leader: scene.leader,
      };
      this.done.push(fault);
      this.#current = fault;
      this.#deps.onFault(fault);
      await this.#strike(step, victims, signal);
      fault.until = this.#now();
      this.#current = null;
    }
  }

  /** Every link is whole, everything that was paused goes on, everything that died is started. False if one does not come back. */
  async restore(): Promise<boolean> {
    await this.#deps.network?.heal();
    this.#resume([...this.#paused]);
    for (const id of this.#deps.ids) this.#start(id);
    const back = await until(
      () => this.#deps.ids.every((id) => this.runs(id) && readRunFile(this.#deps.data, id) !== null),
      BACK_TIMEOUT_MS,
    );
    for (const fault of this.done) fault.until = Math.min(fault.until, this.#now());
    this.#current = null;
    return back;
  }

  #now(): number {
    return Math.round(this.#deps.clock.now());
  }

  /** A graceful stop removes run.json, so the last one of each is kept. */
  #remember(): void {
    for (const id of this.#deps.ids) {
      const run = readRunFile(this.#deps.data, id);
      if (run !== null) this.#runs.set(id, run);
    }
  }

  async #strike(step: Step, victims: readonly number[], signal: AbortSignal): Promise<void> {
    const hold = (): Promise<void> => pause(step.holdMs, signal);
    switch (step.group) {
      case "kills":
        await this.#end(step.kind, victims, signal);
        await hold();
        for (const id of victims) this.#start(id);
        return;
      case "pauses": {
        const killed = step.kind === "pause leader, kill follower" ? victims.slice(1) : [];
        const paused = victims.filter((id) => !killed.includes(id));
        for (const id of paused) this.#pause(id);
        for (const id of killed) this.#signal(id, "SIGKILL");
        await hold();
        this.#resume(paused);
        for (const id of killed) this.#start(id);
        return;
      }
      case "network":
        await this.#disturb(step.kind, victims);
        await hold();
        await this.#deps.network?.heal();
    }
  }

  async #end(kind: FaultKind, victims: readonly number[], signal: AbortSignal): Promise<void> {
    const gracefully = kind === "stop one" || kind === "stop two";
    if (gracefully) for (const id of victims) this.#signal(id, this.#wouldEndSupervisor(id) ? "SIGKILL" : "SIGINT");
    else if (kind === "kill one after another") {
      for (const id of victims) {
        this.#signal(id, "SIGKILL");
        if (id !== victims.at(-1)) await pause(AFTER_ANOTHER_MS, signal);
      }
    } else {
      for (const id of victims) this.#signal(id, "SIGKILL");
    }
    await until(() => victims.every((id) => !this.runs(id)), GONE_TIMEOUT_MS, 20);
  }

  /** A `lastword up` whose children have all been stopped is done and ends; the last one is killed instead. */
  #wouldEndSupervisor(id: number): boolean {
    if ((this.#runs.get(id)?.supervisor ?? null) === null) return false;
    this.#stopped.add(id);
    return this.#stopped.size === this.#deps.ids.length && this.#stopped.delete(id);
  }

  async #disturb(kind: FaultKind, victims: readonly number[]): Promise<void> {
    const { network, ids } = this.#deps;
    const [first, second] = victims as [number, number];
    if (network === null) return;
    if (kind === "cut one off") await network.cutOff(first);
    else if (kind === "cut one direction") await network.cut(first, second);
    else if (kind === "cut between two") await Promise.all([network.cut(first, second), network.cut(second, first)]);
    else if (kind === "cut all apart") for (const id of ids) await network.cutOff(id);
    else await network.disturb(first, kind === "slow link" ? "slow" : "lossy");
  }

  #pause(id: number): void {
    this.#paused.add(id);
    this.#signal(id, "SIGSTOP");
  }

  #resume(ids: readonly number[]): void {
    for (const id of ids) {
      this.#signal(id, "SIGCONT");
      this.#paused.delete(id);
    }
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
    if (run === undefined || this.runs(id)) return;
    try {
      const child = startReplica([...this.#deps.program(id), ...run.words], {
        environment: childEnvironment(this.#deps.environment, run.supervisor),
        logPath: this.#deps.logPath(id),
      });
      child.unref();
    } catch {
      // The executable may be away (an upgrade): it is tried once more at the end, and what stays away is reported.
    }
  }
}
