/** Stopping replicas gracefully: followers first, then the leader, so that leadership moves at most once. */
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

/** A replica bounds its own stop by 5 s; whoever needs longer is frozen. */
const STOP_TIMEOUT_MS = 10_000;

/** How long a replica may have the lock without having said who it is. */
const STARTING_MS = 3000;

/** A replica to stop; `up` knows the process ids of its children, everybody else reads run.json. */
export type Stoppable = Pick<LocalReplica, "id"> & { readonly pid: number | null };

/** What became of a signal. */
type Told = "told" | "ended" | "denied";

function terminate(pid: number | null): Told {
  if (pid === null) return "ended";
  try {
    process.kill(pid, "SIGTERM");
    return "told";
  } catch (error) {
    // A process of another user lives, whatever this one may do about it.
    return codeOf(error) === "EPERM" ? "denied" : "ended";
  }
}

/** A replica that was not stopped. */
export interface NotStopped extends Stoppable {
  /** It is another user's; else it did not end in time. */
  readonly denied: boolean;
}

/** Stops these replicas; answers those that this user may not stop, and those that still run after 10 s in all. */
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
    // The leader must not wait for a frozen follower for ever; half of the time is its own.
    const left = (end - performance.now()) / (group === followers && last.length > 0 ? 2 : 1);
    await until(() => running(waitedFor).length === 0, Math.max(0, left));
  }
  return running(replicas).map((replica) => ({ ...replica, denied: denied.has(replica.id) }));
}

/** True if this process is a `lastword up`, as far as the system tells; a process id alone may be somebody else's by now. */
export function isSupervisor(pid: number, program: readonly string[]): boolean {
  let words: string[];
  try {
    words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    // It may have been started by a link of another name, and replaced since.
    words.push(readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, ""));
  } catch {
    const listed = Bun.spawnSync(["ps", "-o", "command=", "-p", String(pid)], { stderr: "ignore" });
    words = listed.stdout.toString().trim().split(" ");
  }
  const name = basename(program.at(-1) ?? "");
  return words.includes("up") && words.some((word) => basename(word) === name);
}

/**
 * Asks each `lastword up` behind these replicas to stop; it would start again what dies. Answers those
 * that were asked: one of another user is not, and then its replicas refuse for themselves.
 */
function stopSupervisors(replicas: readonly LocalReplica[], program: readonly string[]): Set<number> {
  const pids = new Set(replicas.map(({ run }) => run?.supervisor ?? null).filter((pid) => pid !== null));
  const supervisors = [...pids].filter((pid) => isSupervisor(pid, program));
  return new Set(supervisors.filter((pid) => terminate(pid) === "told"));
}

/** Process ids of living replicas; waits for those that are just starting to say theirs. */
async function withPids(data: string, replicas: readonly LocalReplica[]): Promise<Stoppable[]> {
  await until(() => replicas.every(({ id }) => readRunFile(data, id) !== null), STARTING_MS);
  return replicas.map(({ id }) => ({ id, pid: readRunFile(data, id)?.pid ?? null }));
}

/** `lastword down`. */
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
  // A replica that is told twice to stop ends at once: those of a supervisor are only waited for.
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
