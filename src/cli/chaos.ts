/**
 * `lastword chaos`: people write through all replicas while replicas are killed, frozen,
 * stopped and started again; then every replica must hold every acknowledged message
 * exactly once, and all rows must be equal. Works on the running cluster, so that one can
 * watch the page survive, or on one of its own in a temporary folder.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChaosFaults, type Fault } from "./chaos-faults.ts";
import { ChaosLoad, type LoadCounts } from "./chaos-load.ts";
import { pause, until, type CommandDeps } from "./command-deps.ts";
import { EXIT, failure, failureLine, type ExitCode, type Outcome } from "./exit.ts";
import { askAll, bestStatus, findCluster, lookAround, type LocalCluster } from "./local-cluster.ts";
import type { Invocation, Options } from "./options.ts";
import { SeededRandom } from "./random.ts";
import { compareHashes } from "./status.ts";
import { stopReplicas } from "./stop-replicas.ts";
import { childEnvironment, childWords } from "./up.ts";

const WRITERS_PER_REPLICA = 3;
const READY_TIMEOUT_MS = 30_000;
const WHOLE_TIMEOUT_MS = 60_000;
const PROGRESS_MS = 5000;
/** Ports of a cluster of its own, below those that the system hands out by itself. */
const OWN_PORTS = { min: 20_000, max: 31_000 };
const OWN_ATTEMPTS = 5;

/** What is written to stdout as JSON. */
export interface ChaosReport {
  readonly ok: boolean;
  readonly seed: number;
  readonly seconds: number;
  readonly sends: LoadCounts;
  readonly faults: readonly Fault[];
  readonly hashesEqual: boolean;
  readonly violations: readonly string[];
}

interface Stage {
  readonly cluster: LocalCluster;
  /** Ends what was started for this run. */
  readonly close: () => Promise<void>;
}

async function writable(cluster: LocalCluster, deps: CommandDeps, members: number): Promise<boolean> {
  const status = bestStatus(await askAll(cluster, lookAround(cluster.data, deps)));
  return status?.writable === true && status.view.members.length >= members;
}

/** A cluster of its own: three replicas in a temporary folder, on ports that were free. */
async function startOwn(invocation: Invocation, deps: CommandDeps): Promise<Outcome<Stage>> {
  const random = new SeededRandom(process.pid);
  for (let attempt = 0; attempt < OWN_ATTEMPTS; attempt++) {
    const data = mkdtempSync(join(tmpdir(), "lastword-chaos-"));
    const port = Math.floor(random.between(OWN_PORTS.min, OWN_PORTS.max));
    const options: Options = {
      ...invocation.options,
      grpc: invocation.options.grpc ?? { host: "127.0.0.1", port },
      web: invocation.options.web ?? { host: "localhost", port: 0 },
    };
    const children = childWords({
      ...invocation,
      options,
      given: { front: "off", "rate-limit": "off", ...invocation.given, data },
    });
    if (!children.ok) return children;
    const processes = children.value.map(({ words }) =>
      Bun.spawn([...deps.program, ...words], {
        detached: true,
        stdio: ["ignore", "ignore", "ignore"],
        env: childEnvironment(deps.environment, null),
      }),
    );
    let cluster: LocalCluster = { data, secret: null };
    const ready = await until(async () => {
      const found = findCluster({ data, "cluster-key": null }, deps.environment);
      if (found.ok) cluster = found.value;
      return processes.some(({ exitCode }) => exitCode !== null) || (await writable(cluster, deps, processes.length));
    }, READY_TIMEOUT_MS);
    const close = async (): Promise<void> => {
      const alive = lookAround(data, deps).filter((replica) => replica.alive);
      const left = await stopReplicas(
        cluster,
        alive.map(({ id, run }) => ({ id, pid: run?.pid ?? null })),
        deps,
      );
      for (const { pid } of left) if (pid !== null) process.kill(pid, "SIGKILL");
      for (const child of processes) child.kill("SIGKILL");
      rmSync(data, { recursive: true, force: true });
    };
    if (ready && processes.every(({ exitCode }) => exitCode === null)) return { ok: true, value: { cluster, close } };
    await close();
  }
  return failure(EXIT.failed, "a cluster of its own could not be started", "start one with lastword up and try again");
}

async function findStage(invocation: Invocation, deps: CommandDeps): Promise<Outcome<Stage>> {
  const found = findCluster(invocation.options, deps.environment);
  if (!found.ok) return found;
  const alive = lookAround(found.value.data, deps).filter((replica) => replica.alive);
  if (alive.length === 0) {
    deps.err("no cluster is running: starting one in a temporary folder\n");
    return startOwn(invocation, deps);
  }
  const ready = await until(() => writable(found.value, deps, 2), READY_TIMEOUT_MS, 200);
  if (ready) return { ok: true, value: { cluster: found.value, close: async () => {} } };
  return failure(
    EXIT.failed,
    `the cluster in ${found.value.data} has fewer than two replicas in step`,
    "start them with lastword up",
  );
}

/** Waits until all are back in one view and have applied the same. */
async function waitWhole(cluster: LocalCluster, ids: readonly number[], deps: CommandDeps): Promise<boolean> {
  return until(
    async () => {
      const answers = await askAll(cluster, lookAround(cluster.data, deps));
      const whole = answers.every((answer) => ids.every((id) => answer.view.members.includes(id)) && answer.writable);
      const applied = new Set(answers.map((answer) => answer.seq.applied));
      return answers.length === ids.length && whole && applied.size === 1;
    },
    WHOLE_TIMEOUT_MS,
    200,
  );
}

async function runOn(cluster: LocalCluster, invocation: Invocation, deps: CommandDeps): Promise<Outcome<ChaosReport>> {
  const { seconds, seed } = invocation.options;
  const replicas = lookAround(cluster.data, deps).filter(({ alive, run }) => alive && run !== null);
  const ids = replicas.map(({ id }) => id);
  const addresses = replicas.map(({ run }) => run!.grpc);
  const load = await ChaosLoad.create(addresses, ids.length * WRITERS_PER_REPLICA);
  if (load === null) return failure(EXIT.failed, "the writers of chaos could not register", "is registration open?");
  const faults = new ChaosFaults(seed, {
    ...deps,
    data: cluster.data,
    ids,
    status: async () => bestStatus(await askAll(cluster, lookAround(cluster.data, deps), 500)),
    say: (line) => deps.err(`${line}\n`),
  });
  const ending = new AbortController();
  const interrupt = (): void => ending.abort();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, interrupt);
  const progress = setInterval(() => deps.err(`${load.counts.acknowledged} messages acknowledged\n`), PROGRESS_MS);
  try {
    load.start();
    void pause(seconds * 1000, ending.signal).then(interrupt);
    await faults.run(ending.signal);
    await load.stop();
    return { ok: true, value: await judge({ cluster, ids, addresses, load, faults }, invocation, deps) };
  } finally {
    clearInterval(progress);
    load.close();
  }
}

interface Run {
  readonly cluster: LocalCluster;
  readonly ids: readonly number[];
  readonly addresses: readonly string[];
  readonly load: ChaosLoad;
  readonly faults: ChaosFaults;
}

async function judge(run: Run, invocation: Invocation, deps: CommandDeps): Promise<ChaosReport> {
  const { cluster, ids, addresses, load, faults } = run;
  const violations: string[] = [];
  const whole = await waitWhole(cluster, ids, deps);
  if (!whole) violations.push(`replicas ${ids.join(", ")} were not back in one view within 60 s`);
  for (const address of addresses) violations.push(...(await load.check(address)));
  const { equal } = await compareHashes(
    cluster,
    lookAround(cluster.data, deps).filter(({ id }) => ids.includes(id)),
  );
  if (!equal) violations.push("the rows of the replicas differ");
  if (load.counts.acknowledged === 0) violations.push("no message was acknowledged");
  return {
    ok: violations.length === 0,
    seed: invocation.options.seed,
    seconds: invocation.options.seconds,
    sends: load.counts,
    faults: faults.done,
    hashesEqual: equal,
    violations: violations.slice(0, 100),
  };
}

/** Exit code 0 if the promise held, 1 otherwise; the report is JSON on stdout. */
export async function runChaos(invocation: Invocation, deps: CommandDeps): Promise<ExitCode> {
  const stage = await findStage(invocation, deps);
  if (!stage.ok) {
    deps.err(failureLine(stage));
    return stage.exit;
  }
  const { cluster, close } = stage.value;
  try {
    const at = lookAround(cluster.data, deps).flatMap(({ run }) => run?.web ?? []);
    deps.err(`chaos on ${at.join(" ")} for ${invocation.options.seconds} s, seed ${invocation.options.seed}\n`);
    const outcome = await runOn(cluster, invocation, deps);
    if (!outcome.ok) {
      deps.err(failureLine(outcome));
      return outcome.exit;
    }
    const report = outcome.value;
    deps.out(`${JSON.stringify(report, null, 2)}\n`);
    const { acknowledged, unknown, longestGapMs } = report.sends;
    deps.err(
      `${report.ok ? "the promise held" : "THE PROMISE WAS BROKEN"}: ${acknowledged} acknowledged, ${unknown} unknown, ` +
        `${report.faults.length} faults, longest gap ${longestGapMs} ms, ${report.violations.length} violations\n`,
    );
    return report.ok ? EXIT.done : EXIT.failed;
  } finally {
    await close();
  }
}
