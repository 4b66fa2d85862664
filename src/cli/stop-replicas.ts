/** Stops replicas gracefully: followers first, then the leader, so that the lead moves at most once. */
import { readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { type CommandDeps } from "./command-deps.ts";
import { until } from "../host/wait.ts";
import { lockPath } from "../host/data-folder.ts";
import { EXIT, failureLine, type ExitCode } from "../host/exit.ts";
import { askAll, bestStatus, findCluster, lookAround, type LocalCluster, type LocalReplica } from "./local-cluster.ts";
import type { Options } from "./options.ts";
import { codeOf } from "../host/system-errors.ts";
import { readRunFile } from "../host/run-file.ts";

/** A replica stops within 5 s by itself. One that takes longer is frozen. */
const STOP_TIMEOUT_MS = 10_000;

/** How long a replica may hold the lock before it writes its run.json. */
const STARTING_MS = 3000;

/** A replica to stop. `up` knows the process ids of its children; other callers read them from run.json. */
export type Stoppable = Pick<LocalReplica, "id"> & { readonly pid: number | null };

/** The result of sending a signal. */
type Told = "told" | "ended" | "denied";

function terminate(pid: number | null): Told {
  if (pid === null) return "ended";
  try {
    process.kill(pid, "SIGTERM");
    return "told";
  } catch (error) {
    // EPERM means that the process is alive but belongs to another user.
    return codeOf(error) === "EPERM" ? "denied" : "ended";
  }
}

/** A replica that was not stopped. */
export interface NotStopped extends Stoppable {
  /** It belongs to another user; if false, it did not end in time. */
  readonly denied: boolean;
}

/** Stops replicas. Returns those that this user may not stop, and those that still run after 10 s in all. */
export async function stopReplicas(
  cluster: LocalCluster,
  replicas: readonly Stoppable[],
  deps: Pick<CommandDeps, "lockIsHeld">,
): Promise<NotStopped[]> {
  const end = performance.now() + STOP_TIMEOUT_MS;
  const running = (some: readonly Stoppable[]): Stoppable[] =>
    some.filter((replica) => deps.lockIsHeld(lockPath(cluster.data, replica.id)));
  const leader =
    bestStatus(await askAll(cluster, lookAround(cluster.data, deps), { timeoutMs: 500 }))?.view.leader ?? null;
  const followers = replicas.filter((replica) => replica.id !== leader);
  const last = replicas.filter((replica) => replica.id === leader);
  const denied = new Set<number>();
  for (const group of [followers, last]) {
    for (const replica of group) if (terminate(replica.pid) === "denied") denied.add(replica.id);
    const waitedFor = group.filter(({ id }) => !denied.has(id));
    // A frozen follower must not use up all the time: half of it is reserved for the leader.
    const left = (end - performance.now()) / (group === followers && last.length > 0 ? 2 : 1);
    await until(() => running(waitedFor).length === 0, Math.max(0, left));
  }
  return running(replicas).map((replica) => ({ ...replica, denied: denied.has(replica.id) }));
}

/** Whether this process is a `lastword up`. Checks its command, because the system may have reused the process id. */
export function isSupervisor(pid: number, program: readonly string[]): boolean {
  let words: string[];
  try {
    words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    // It may have been started through a link with another name, and its file may have been replaced since.
    words.push(readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, ""));
  } catch {
    const listed = Bun.spawnSync(["ps", "-o", "command=", "-p", String(pid)], { stderr: "ignore" });
    words = listed.stdout.toString().trim().split(" ");
  }
  const name = basename(program.at(-1) ?? "");
  return words.includes("up") && words.some((word) => basename(word) === name);
}

/**
 * Asks each `lastword up` behind these replicas to stop, because it would restart the replicas that we stop. Returns
 * those that were asked. One of another user cannot be asked; stopping its replicas then fails too.
 */
function stopSupervisors(replicas: readonly LocalReplica[], program: readonly string[]): Set<number> {
  const pids = new Set(replicas.map(({ run }) => run?.supervisor ?? null).filter((pid) => pid !== null));
  const supervisors = [...pids].filter((pid) => isSupervisor(pid, program));
  return new Set(supervisors.filter((pid) => terminate(pid) === "told"));
}

/** The process ids of living replicas. Waits until those that are starting have written theirs. */
async function withPids(data: string, replicas: readonly LocalReplica[]): Promise<Stoppable[]> {
  await until(() => replicas.every(({ id }) => readRunFile(data, id) !== null), STARTING_MS);
  return replicas.map(({ id }) => ({ id, pid: readRunFile(data, id)?.pid ?? null }));
}

/** Runs `lastword down`. */
export async function runDown(options: Options, deps: CommandDeps): Promise<ExitCode> {
  const cluster = findCluster(options, deps.environment);
  if (!cluster.ok) {
    deps.err(failureLine(cluster));
    return cluster.exit;
  }
  const { data } = cluster.value;
  const everybody = lookAround(data, deps);
  const supervisors = stopSupervisors(everybody, deps.program);
  const alive = everybody.filter((replica) => replica.alive);
  if (alive.length === 0) {
    deps.out(`nothing is running in ${data}\n`);
    return EXIT.done;
  }
  // A second signal would end a replica at once, so we only wait for those that a supervisor is stopping.
  const known = await withPids(data, alive);
  const told = (id: number): boolean => supervisors.has(readRunFile(data, id)?.supervisor ?? NaN);
  const left = await stopReplicas(
    cluster.value,
    known.map(({ id, pid }) => ({ id, pid: told(id) ? null : pid })),
    deps,
  );
  for (const { id } of alive) if (!left.some((replica) => replica.id === id)) deps.out(`replica ${id} stopped\n`);
  if (left.length === 0) return EXIT.done;
  const named = (some: readonly NotStopped[]): string =>
    some
      .map(({ id }) => known.find((replica) => replica.id === id)!)
      .map(({ id, pid }) => `replica ${id}${pid === null ? "" : ` (pid ${pid})`}`)
      .join(", ");
  const denied = left.filter((replica) => replica.denied);
  const frozen = left.filter((replica) => !replica.denied);
  if (denied.length > 0) {
    const what = `this user may not stop ${named(denied)} (EPERM): another user started it`;
    deps.err(failureLine({ what, todo: "run this as that user" }));
  }
  if (frozen.length > 0) {
    const what = `${named(frozen)} did not stop within 10 s`;
    deps.err(failureLine({ what, todo: "it may be frozen; end it with kill -9" }));
  }
  return EXIT.failed;
}
