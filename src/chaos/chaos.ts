/**
 * `lastword chaos`: simulated people write, read and subscribe at all replicas while the command
 * kills, pauses, stops, cuts off and restarts replicas. Then it checks everything that the people
 * observed against what every replica shows, and writes a report as JSON and as a page.
 */
import { accessSync, constants, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type CommandDeps } from "../cli/command-deps.ts";
import { until } from "../host/wait.ts";
import { EXIT, failure, failureLine, type ExitCode, type Outcome } from "../host/exit.ts";
import { STOP_SIGNALS } from "../host/hang-up.ts";
import { lookAround } from "../cli/local-cluster.ts";
import type { Invocation } from "../cli/invocation.ts";
import { compareHashes } from "../cli/status.ts";
import { systemFailure } from "../host/system-errors.ts";
import { versionText } from "../base/version.ts";
import { Faults } from "./faults.ts";
import type { ReplicaContent } from "./history.ts";
import { LiveView, faultText, type LiveState } from "./live-view.ts";
import { People } from "./people.ts";
import { reportPage } from "./report-page.ts";
import { reportLines, reportOf, type ChaosReport, type RunFacts, type RunRecord } from "./report.ts";
import { RunClock } from "./run-clock.ts";
import { PROGRAM } from "../host/program-name.ts";
import type { Scene } from "./schedule.ts";
import { findStage, ownLogPath, type Stage } from "./stage.ts";
import { Watch } from "./watch.ts";

const PEOPLE_PER_REPLICA = 3;
const WHOLE_TIMEOUT_MS = 60_000;
/** No replica may apply anything for this long. A fork queue proposes its ops again within this time. */
const QUIET_MS = 2_000;
const STALL_LOOK_MS = 20;
/** The view's sends/s cover this time. */
const NOW_MS = 1_000;

/** The first Ctrl-C ends the faults and continues with the checks; the second one skips the checks. */
interface Interrupts {
  readonly first: AbortSignal;
  readonly second: AbortSignal;
  dispose(): void;
}

function listenForInterrupts(): Interrupts {
  const [first, second] = [new AbortController(), new AbortController()];
  const onSignal = (): void => (first.signal.aborted ? second : first).abort();
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
  return {
    first: first.signal,
    second: second.signal,
    dispose: () => {
      for (const signal of STOP_SIGNALS) process.off(signal, onSignal);
    },
  };
}

/** Measures the longest time in which this process itself did not run: other measurements of that time are wrong. */
class StallMeter {
  longestMs = 0;
  #at = performance.now();
  readonly #timer = setInterval(() => {
    const now = performance.now();
    this.longestMs = Math.max(this.longestMs, Math.round(now - this.#at - STALL_LOOK_MS));
    this.#at = now;
  }, STALL_LOOK_MS);

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** One run on one stage. */
class Run {
  readonly #stage: Stage;
  readonly #invocation: Invocation;
  readonly #deps: CommandDeps;
  readonly #interrupts: Interrupts;
  readonly #addresses: ReadonlyMap<number, string>;
  readonly #webs: ReadonlyMap<number, string>;
  readonly #troubles: string[] = [];
  readonly #clock = new RunClock();
  readonly #view: LiveView;
  #people!: People;
  #watch!: Watch;
  #faults!: Faults;
  #phase = "registering people";
  /** For the view: times of the acknowledgements of the last second. */
  readonly #recent: number[] = [];
  #looked = 0;
  #lastAckMs = 0;
  #longestGapMs = 0;
  /** Seq of the newest committed entry when the run began. */
  #committedBefore = 0;

  constructor(stage: Stage, invocation: Invocation, deps: CommandDeps, interrupts: Interrupts) {
    this.#stage = stage;
    this.#invocation = invocation;
    this.#deps = deps;
    this.#interrupts = interrupts;
    const replicas = lookAround(stage.cluster.data, deps).filter(({ alive, run }) => alive && run !== null);
    this.#addresses = new Map(replicas.map(({ id, run }) => [id, run!.grpc]));
    this.#webs = new Map(replicas.map(({ id, run }) => [id, run!.web]));
    this.#view = new LiveView({
      columns: () => (process.stdout.isTTY ? process.stdout.columns : null),
      out: deps.out,
      err: deps.err,
      state: () => this.#state(),
    });
  }

  get #ids(): number[] {
    return [...this.#addresses.keys()];
  }

  async go(): Promise<Outcome<ChaosReport>> {
    const { seconds, seed } = this.#invocation.options;
    const refused = await this.#prepare();
    if (refused !== null) return refused;
    const stalls = new StallMeter();
    this.#watch.start();
    this.#view.start();
    try {
      this.#clock.begin();
      this.#people.start();
      this.#phase = "faults under load";
      const over = AbortSignal.any([AbortSignal.timeout(seconds * 1000), this.#interrupts.first]);
      const strict = this.#watch.best?.consistency === "strict";
      await this.#faults.run({ seed, groups: this.#stage.possible, strict }, over);
      const interrupted = this.#interrupts.first.aborted;
      const ranMs = this.#clock.now();
      stalls.stop();
      this.#phase = "restoring";
      if (!(await this.#faults.restore())) this.#troubles.push("not every replica could be started again");
      this.#phase = "waiting for the last answers";
      await this.#people.stop();
      if (this.#interrupts.second.aborted) return brokenOff();
      const history = await this.#collect(strict);
      if (history === null) return brokenOff();
      const record: RunRecord = {
        history,
        faults: this.#faults.done,
        skippedFaults: this.#faults.skipped,
        failovers: this.#watch.failovers.toSorted((a, b) => a.at - b.at),
        lanes: this.#watch.lanes,
        counts: this.#people.counts,
        ranMs,
        longestStallMs: stalls.longestMs,
        interrupted,
        troubles: this.#troubles,
      };
      return { ok: true, value: reportOf(this.#facts(), record) };
    } finally {
      stalls.stop();
      this.#view.stop();
      await this.#faults.restore();
      await this.#leaveNothing();
      this.#watch.stop();
      this.#people.close();
    }
  }

  /** On a cluster that chaos did not start: deletes the accounts of the run, and says what remains. */
  async #leaveNothing(): Promise<void> {
    if (this.#stage.own) return;
    const count = this.#people.size;
    const kept = await this.#people.leave();
    const entries = (this.#watch.best?.committed ?? this.#committedBefore) - this.#committedBefore;
    const accounts =
      kept === 0
        ? `the ${count} accounts of chaos and their messages are deleted`
        : `${kept} of the ${count} accounts of chaos could not be deleted`;
    this.#deps.err(`${accounts}; their names stay reserved, and the log is ${Math.max(0, entries)} entries longer\n`);
  }

  /** Registers the people and prepares the watch and the faults. Returns null, or the failure. */
  async #prepare(): Promise<Outcome<never> | null> {
    const people = await People.gather({
      addresses: [...this.#addresses.values()],
      count: this.#ids.length * PEOPLE_PER_REPLICA,
      clock: this.#clock,
    });
    if (typeof people === "string") {
      return failure(EXIT.failed, "the people of chaos could not register", people.replace(/\.$/, ""));
    }
    this.#people = people;
    this.#faults = new Faults({
      data: this.#stage.cluster.data,
      ids: this.#ids,
      program: this.#stage.program,
      network: this.#stage.network,
      logPath: (id) => (this.#stage.own ? ownLogPath(this.#stage.cluster.data, id) : null),
      lockIsHeld: this.#deps.lockIsHeld,
      environment: this.#deps.environment,
      scene: () => this.#scene(),
      clock: this.#clock,
      onFault: (fault) => this.#view.line(`${(fault.at / 1000).toFixed(1).padStart(6)} s  ${faultText(fault)}`),
    });
    this.#watch = new Watch({
      addresses: this.#addresses,
      token: people.token,
      runs: (id) => this.#faults.runs(id),
      paused: (id) => this.#faults.isPaused(id),
      clock: this.#clock,
    });
    await this.#watch.look();
    this.#committedBefore = this.#watch.best?.committed ?? 0;
    if (await people.listen()) return null;
    people.close();
    this.#watch.stop();
    return failure(EXIT.failed, "the subscriptions of chaos did not open", `see ${PROGRAM} status`);
  }

  #scene(): Scene {
    const best = this.#watch.best;
    if (best === null || !best.writable) return { leader: null, members: [], durable: new Map() };
    return {
      leader: best.view?.leader ?? null,
      members: best.view?.members ?? [],
      durable: new Map(best.replicas.map(({ id, durable }) => [id, durable])),
    };
  }

  /** Waits until no replica applies anything and reads everything back; null if the run was interrupted. */
  async #collect(strict: boolean): Promise<RunRecord["history"] | null> {
    const { second } = this.#interrupts;
    this.#phase = "waiting until all are in step";
    if (!(await this.#whole(second)) && !second.aborted) {
      this.#troubles.push(
        `replicas ${this.#ids.join(", ")} were not in step again within ${WHOLE_TIMEOUT_MS / 1000} s`,
      );
    }
    this.#phase = "waiting for the streams";
    await this.#people.caughtUp(second);
    this.#phase = "reading everything back";
    const contents: ReplicaContent[] = [];
    for (const [id, address] of this.#addresses) {
      if (second.aborted) return null;
      const content = await this.#people.contentAt(id, address);
      if (typeof content === "string") this.#troubles.push(content);
      else contents.push(content);
    }
    const replicas = lookAround(this.#stage.cluster.data, this.#deps).filter(({ id }) => this.#ids.includes(id));
    const { hashes } = await compareHashes(this.#stage.cluster, replicas);
    const firstCut = this.#faults.done.find(({ group }) => group === "network")?.at ?? Infinity;
    return {
      people: this.#people.size,
      sends: this.#people.sends,
      reads: this.#people.reads,
      streams: this.#people.streams,
      contents,
      hashes: hashes.map(({ id, answer }) => ({ replica: id, seq: answer?.seq ?? null, hash: answer?.hash ?? null })),
      forkFrom: strict ? Infinity : firstCut,
    };
  }

  /** Waits until all replicas are in one view and have applied the same entries, and no new ones for QUIET_MS. */
  async #whole(signal: AbortSignal): Promise<boolean> {
    let since = performance.now();
    let before = "";
    return until(
      () => {
        const answers = this.#ids.map((id) => this.#watch.said(id));
        const inStep = answers.every(
          (answer) =>
            answer !== null &&
            answer.writable &&
            this.#ids.every((id) => answer.view?.members.includes(id) === true) &&
            answer.committed === answer.applied,
        );
        const now = answers.map((answer) => answer?.applied).join();
        if (!inStep || now !== before || new Set(answers.map((answer) => answer?.applied)).size !== 1) {
          since = performance.now();
        }
        before = now;
        return signal.aborted || performance.now() - since >= QUIET_MS;
      },
      WHOLE_TIMEOUT_MS,
      100,
    );
  }

  #facts(): RunFacts {
    const { possible, impossible, own, network } = this.#stage;
    return {
      program: versionText().split("\n")[0] ?? "",
      startedAt: new Date(Date.now() - this.#clock.now()),
      seed: this.#invocation.options.seed,
      seconds: this.#invocation.options.seconds,
      cluster: {
        own,
        replicas: this.#ids,
        consistency: this.#watch.best?.consistency ?? "unknown",
        network: network?.means ?? null,
      },
      groups: { done: possible, impossible: [...impossible].map(([group, why]) => ({ group, why })) },
    };
  }

  #state(): LiveState {
    const now = this.#clock.now();
    const { sends, counts } = this.#people;
    for (; this.#looked < sends.length; this.#looked++) {
      const { ending, endedAt } = sends[this.#looked]!;
      if (ending !== "acknowledged") continue;
      this.#recent.push(endedAt);
      this.#longestGapMs = Math.max(this.#longestGapMs, Math.round(endedAt - this.#lastAckMs));
      this.#lastAckMs = Math.max(this.#lastAckMs, endedAt);
    }
    while (this.#recent.length > 0 && this.#recent[0]! < now - NOW_MS) this.#recent.shift();
    const writing = this.#phase === "faults under load";
    return {
      phase: this.#phase,
      nowMs: now,
      wholeMs: this.#invocation.options.seconds * 1000,
      seed: this.#invocation.options.seed,
      acknowledged: counts.acknowledged,
      unknown: counts.unknown,
      perSecond: this.#recent.length,
      replicas: this.#ids.map((id) => {
        const own = this.#watch.said(id);
        return {
          id,
          state: this.#watch.stateOf(id),
          web: this.#webs.get(id) ?? "",
          applied: own?.applied ?? null,
          lag: own === null ? null : own.committed - own.applied,
        };
      }),
      current: this.#faults.current,
      faults: this.#faults.done.length,
      failovers: this.#watch.failovers.length,
      lastFailover: this.#watch.failovers.at(-1) ?? null,
      quietMs: writing ? Math.round(now - this.#lastAckMs) : 0,
      longestGapMs: this.#longestGapMs,
    };
  }
}

function brokenOff(): Outcome<never> {
  return failure(EXIT.failed, "broken off before the checks; the replicas run again", "let it run to its end");
}

/** The folder of the report. It is checked before the run, so that an hour of chaos does not end without a report. */
function reportFolder(option: string): Outcome<string> {
  const folder = resolve(option);
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return { ok: true, value: folder };
  } catch (error) {
    const change = "choose another folder with --report";
    const what = `write a report to ${folder}`;
    return systemFailure(error, { doing: "file", what, change, path: folder, exit: EXIT.usage });
  }
}

/** Writes the report and returns its paths. If something failed, it also keeps the logs of chaos's own cluster. */
function writeReport(folder: string, report: ChaosReport, data: string): string[] {
  const name = join(folder, `chaos-seed-${report.seed}`);
  writeFileSync(`${name}.html`, reportPage(report));
  writeFileSync(`${name}.json`, `${JSON.stringify(report, null, 1)}\n`);
  const files = [`${name}.html`, `${name}.json`];
  if (!report.cluster.own || (report.ok && report.availability.bars.every(({ met }) => met))) return files;
  for (const id of report.cluster.replicas) {
    copyFileSync(ownLogPath(data, id), `${name}-replica-${id}.log`);
    files.push(`${name}-replica-${id}.log`);
  }
  return files;
}

/** Runs the command. Exit code 0 if the promise held; 1 if it did not, or could not be checked. */
export async function runChaos(invocation: Invocation, deps: CommandDeps): Promise<ExitCode> {
  const complain = (failed: Extract<Outcome<never>, { ok: false }>): ExitCode => {
    deps.err(failureLine(failed));
    return failed.exit;
  };
  const folder = reportFolder(invocation.options.report);
  if (!folder.ok) return complain(folder);
  const interrupts = listenForInterrupts();
  const say = (line: string): void => deps.err(`${line}\n`);
  const stage = await findStage(invocation, deps, { say, signal: interrupts.first });
  if (!stage.ok) return complain(stage);
  try {
    const { cluster, possible, impossible } = stage.value;
    const pages = lookAround(cluster.data, deps).flatMap(({ run }) => run?.web ?? []);
    const { seconds, seed } = invocation.options;
    if (possible.length === 0) {
      const why = [...impossible.values()].join("; ");
      return complain(failure(EXIT.failed, `nothing that was asked for can be done: ${why}`, "choose other --faults"));
    }
    deps.err(`chaos on ${pages.join(" ")} for ${seconds} s, seed ${seed}, faults: ${possible.join(", ")}\n`);
    for (const [group, why] of impossible) deps.err(`no faults of the ${group}: ${why}\n`);
    const outcome = await new Run(stage.value, invocation, deps, interrupts).go();
    if (!outcome.ok) return complain(outcome);
    deps.out(reportLines(outcome.value, writeReport(folder.value, outcome.value, cluster.data)));
    return outcome.value.ok ? EXIT.done : EXIT.failed;
  } finally {
    await stage.value.close();
    interrupts.dispose();
  }
}
