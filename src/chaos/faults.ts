/**
 * Carries out the schedule with signals to processes and rules in networks, and undoes everything
 * again, even if the run is interrupted. There is one fault at a time, but its effects (replicas
 * that catch up, branches that merge) may still last when the next one strikes.
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
  /** When we undid it, ms since the start of the run; Infinity before that. */
  until: number;
  readonly kind: FaultKind;
  readonly group: FaultGroup;
  /** The replicas in the order in which they are struck. In a cut of one direction, the first is the sender. */
  readonly replicas: readonly number[];
  /** The leader when the fault struck. */
  readonly leader: number | null;
}

export interface FaultsDeps extends Pick<CommandDeps, "lockIsHeld" | "environment"> {
  readonly data: string;
  readonly ids: readonly number[];
  readonly program: (id: number) => readonly string[];
  readonly network: ChaosNetwork | null;
  /** The file for the log of a replica; null to discard it. */
  readonly logPath: (id: number) => string | null;
  readonly scene: () => Scene;
  readonly clock: RunClock;
  readonly onFault: (fault: Fault) => void;
}

const GONE_TIMEOUT_MS = 15_000;
const BACK_TIMEOUT_MS = 15_000;
/** Time between the two kills of "kill one after another", in which the survivors can agree on a view. */
const AFTER_ANOTHER_MS = 400;

export class Faults {
  readonly done: Fault[] = [];
  /** Steps that found no replica to strike. */
  skipped = 0;
  readonly #deps: FaultsDeps;
  /** How each replica was started, from its own run.json. */
  readonly #runs = new Map<number, RunFile>();
  readonly #paused = new Set<number>();
  /** Under `lastword up`: replicas that we have stopped since the supervisor last had all of them. */
  readonly #stopped = new Set<number>();
  #current: Fault | null = null;

  constructor(deps: FaultsDeps) {
    this.#deps = deps;
    this.#remember();
  }

  /** The fault that is in effect now. */
  get current(): Fault | null {
    return this.#current;
  }

  /** Whether chaos has paused this replica's process. */
  isPaused(id: number): boolean {
    return this.#paused.has(id);
  }

  /** Whether a process holds the lock of the replica's folder. */
  runs(id: number): boolean {
    return this.#deps.lockIsHeld(lockPath(this.#deps.data, id));
  }

  /** Runs one fault after another until `signal` is aborted. Call `restore` afterwards, even if this throws. */
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

  /** Repairs every link, resumes paused replicas and starts dead ones. False if one of them does not come back. */
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

  /** Keeps the last run.json of each replica, because a graceful stop removes the file. */
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

  /** `lastword up` ends when all its children have been stopped. The last one is therefore killed instead. */
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
      // The process had already ended.
    }
  }

  /** Starts a replica with the arguments and the supervisor of its last start, unless its supervisor has done so. */
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
      // The executable may be missing during an upgrade. `restore` tries again, and reports what does not come back.
    }
  }
}
