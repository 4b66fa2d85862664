/**
 * The cluster on which chaos runs: the running cluster of a data folder, so that you can watch its
 * page survive, or a cluster that chaos starts in a temporary folder, with each replica in a network
 * of its own if the faults need it and the system allows it.
 */
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultKeyPath } from "../host/cluster-key.ts";
import { commandText, type CommandDeps } from "../cli/command-deps.ts";
import { until } from "../host/wait.ts";
import { EXIT, failure, type Outcome } from "../host/exit.ts";
import { askAll, bestStatus, findCluster, keyFailure, lookAround, type LocalCluster } from "../cli/local-cluster.ts";
import { wordsOf, type Invocation } from "../cli/invocation.ts";
import { SeededRandom } from "./random.ts";
import { stopReplicas } from "../cli/stop-replicas.ts";
import { childEnvironment, childWords } from "../cli/up.ts";
import { PROGRAM } from "../host/program-name.ts";
import { ChaosNetwork, networkRefusal } from "./network.ts";
import type { FaultGroup } from "./schedule.ts";

const READY_TIMEOUT_MS = 30_000;
/** Ports for chaos's own cluster, below those that the system assigns by itself. */
const OWN_PORTS = { min: 20_000, max: 31_000 };
const OWN_ATTEMPTS = 5;
/** In a network of its own, a replica has all ports to itself. */
const NETWORK_PORTS = { grpc: 50_051, web: 8081 };

export interface Stage {
  readonly cluster: LocalCluster;
  /** Chaos started it for this run. */
  readonly own: boolean;
  /** Null if the replicas have no networks of their own. */
  readonly network: ChaosNetwork | null;
  /** The groups of faults that are possible here; `impossible` has the reason for each other group. */
  readonly possible: readonly FaultGroup[];
  readonly impossible: ReadonlyMap<FaultGroup, string>;
  /** The command that starts replica `id` again; the arguments of its last start follow it. */
  readonly program: (id: number) => readonly string[];
  /** Ends everything that was started for this run. */
  readonly close: () => Promise<void>;
}

async function writable(cluster: LocalCluster, deps: CommandDeps, members: number): Promise<boolean> {
  const status = bestStatus(await askAll(cluster, lookAround(cluster.data, deps)));
  return status?.writable === true && status.view.members.length >= members;
}

/** The arguments for each replica of chaos's own cluster. */
function ownWords(
  invocation: Invocation,
  data: string,
  network: ChaosNetwork | null,
  port: number,
): Outcome<{ id: number; words: string[] }[]> {
  const given = { "log-level": "info", "rate-limit": "off", ...invocation.given, front: "off", data };
  if (network === null) {
    const options = {
      ...invocation.options,
      grpc: invocation.options.grpc ?? { host: "127.0.0.1", port },
      web: invocation.options.web ?? { host: "localhost", port: 0 },
    };
    return childWords({ ...invocation, options, given });
  }
  const { grpc: _grpc, web: _web, peers: _peers, ...shared } = given;
  const ids = [0, 1, 2];
  const peers = ids.map((id) => `${id}=${network.host(id)}:${NETWORK_PORTS.grpc}`).join(",");
  const value = ids.map((id) => ({
    id,
    words: [
      `--replica-id=${id}`,
      `--peers=${peers}`,
      `--web=${network.host(id)}:${NETWORK_PORTS.web}`,
      "--bootstrap",
      // Safe, because these networks do not leave this machine.
      "--allow-plaintext",
      "--registration=open",
      ...wordsOf(shared, "replica"),
    ],
  }));
  return { ok: true, value };
}

/** Starts three replicas in a temporary folder; null if they did not start, for example because a port was taken. */
async function startReplicas(
  invocation: Invocation,
  deps: CommandDeps,
  place: { network: ChaosNetwork | null; port: number; signal: AbortSignal },
): Promise<Outcome<Pick<Stage, "cluster" | "close"> | null>> {
  const data = mkdtempSync(join(tmpdir(), "lastword-chaos-"));
  const { network, port, signal } = place;
  const children = ownWords(invocation, data, network, port);
  if (!children.ok) {
    rmSync(data, { recursive: true, force: true });
    return children;
  }
  const processes = children.value.map(({ id, words }) =>
    startReplica([...(network?.words(id, deps.program) ?? deps.program), ...words], {
      environment: childEnvironment(deps.environment, null),
      logPath: ownLogPath(data, id),
    }),
  );
  let cluster: LocalCluster = { data, keyPath: defaultKeyPath(data), secret: null };
  const ready = await until(async () => {
    const found = findCluster({ data, "cluster-key": null }, deps.environment);
    if (found.ok) cluster = found.value;
    if (signal.aborted || processes.some(({ exitCode }) => exitCode !== null)) return true;
    return await writable(cluster, deps, processes.length);
  }, READY_TIMEOUT_MS);
  const close = async (): Promise<void> => {
    const alive = lookAround(data, deps).filter((replica) => replica.alive);
    const stoppable = alive.map(({ id, run }) => ({ id, pid: run?.pid ?? null }));
    for (const { pid } of await stopReplicas(cluster, stoppable, deps)) if (pid !== null) endProcess(pid);
    for (const child of processes) child.kill("SIGKILL");
    rmSync(data, { recursive: true, force: true });
  };
  if (ready && !signal.aborted && processes.every(({ exitCode }) => exitCode === null))
    return { ok: true, value: { cluster, close } };
  await close();
  return { ok: true, value: null };
}

/** The log file of a replica of chaos's own cluster, shared by all its starts. */
export function ownLogPath(data: string, id: number): string {
  return join(data, `replica-${id}.log`);
}

/** Starts a replica that outlives this process. Without a path its log is discarded. */
export function startReplica(
  words: readonly string[],
  to: { readonly environment: Record<string, string | undefined>; readonly logPath: string | null },
): Bun.Subprocess {
  const log = to.logPath === null ? null : openSync(to.logPath, "a");
  try {
    return Bun.spawn([...words], {
      detached: true,
      stdio: ["ignore", "ignore", log ?? "ignore"],
      env: to.environment,
    });
  } finally {
    if (log !== null) closeSync(log);
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // The process had already ended.
  }
}

async function startOwn(invocation: Invocation, deps: CommandDeps, signal: AbortSignal): Promise<Outcome<Stage>> {
  const wanted = invocation.options.faults;
  const wantsNetwork = wanted.includes("network");
  const addressGiven = invocation.options.peers !== null || invocation.options.grpc !== null;
  const refusal = addressGiven ? "the cluster was given addresses of its own" : networkRefusal();
  const network = wantsNetwork && refusal === null ? await ChaosNetwork.open([0, 1, 2]) : null;
  const impossible = new Map<FaultGroup, string>();
  if (wantsNetwork && network === null) {
    impossible.set("network", refusal ?? "the system refused to make network namespaces");
  }
  const random = new SeededRandom(process.pid);
  for (let attempt = 0; attempt < OWN_ATTEMPTS && !signal.aborted; attempt++) {
    const port = Math.floor(random.between(OWN_PORTS.min, OWN_PORTS.max));
    const started = await startReplicas(invocation, deps, { network, port, signal });
    if (!started.ok) {
      await network?.close();
      return started;
    }
    if (started.value === null) continue;
    const { cluster, close } = started.value;
    const closeAll = async (): Promise<void> => {
      await close();
      await network?.close();
    };
    return {
      ok: true,
      value: {
        cluster,
        own: true,
        network,
        possible: wanted.filter((group) => !impossible.has(group)),
        impossible,
        program: (id) => network?.words(id, deps.program) ?? deps.program,
        close: closeAll,
      },
    };
  }
  await network?.close();
  return failure(
    EXIT.failed,
    "a cluster of its own could not be started",
    `start one with ${PROGRAM} up and try again`,
  );
}

/** Finds the running cluster, or starts one unless `signal` is aborted; `say` tells the person about it. */
export async function findStage(
  invocation: Invocation,
  deps: CommandDeps,
  told: { readonly say: (line: string) => void; readonly signal: AbortSignal },
): Promise<Outcome<Stage>> {
  // No cluster is no error here, because chaos then starts its own.
  const found = findCluster(invocation.options, deps.environment, false);
  if (!found.ok) return found;
  const { data } = found.value;
  if (!lookAround(data, deps).some((replica) => replica.alive)) {
    told.say("no cluster is running there: starting one in a temporary folder");
    return startOwn(invocation, deps, told.signal);
  }
  if (found.value.secret === null) return keyFailure(found.value);
  if (
    !(await until(async () => told.signal.aborted || (await writable(found.value, deps, 2)), READY_TIMEOUT_MS, 200))
  ) {
    return failure(
      EXIT.failed,
      `the cluster in ${data} has fewer than two replicas in step`,
      `look at it with ${commandText("status", invocation.options.data)}`,
    );
  }
  const wanted = invocation.options.faults;
  const impossible = new Map<FaultGroup, string>();
  if (wanted.includes("network")) {
    impossible.set("network", "only possible on a cluster that chaos starts itself, and this one was running");
  }
  return {
    ok: true,
    value: {
      cluster: found.value,
      own: false,
      network: null,
      possible: wanted.filter((group) => !impossible.has(group)),
      impossible,
      program: () => deps.program,
      close: async () => {},
    },
  };
}
