/** `lastword status`: the cluster in a table, as JSON, or compared row by row through a hash. */
import type { ClusterStatusJson } from "../election/cluster-status.ts";
import { offText } from "./clock-text.ts";
import { pause, type CommandDeps } from "./command-deps.ts";
import { askReplica, type StateHash } from "./control.ts";
import { EXIT, failureLine, type ExitCode } from "./exit.ts";
import { askAll, bestStatus, findCluster, lookAround, type LocalCluster, type LocalReplica } from "./local-cluster.ts";
import type { Options } from "./options.ts";

/** Replicas are hashed one after another; under load they must be caught at the same seq. */
const SAME_SEQ_TIMEOUT_MS = 10_000;
const HASH_TIMEOUT_MS = 30_000;

/** What is said when no replica answers; in the shape of cluster.json, so that programs need no other. */
function nobodyStatus(replicas: readonly LocalReplica[]): ClusterStatusJson {
  const running = replicas.some((replica) => replica.alive);
  return {
    version: 1,
    clusterId: "",
    self: -1,
    consistency: "available",
    recovery: "any",
    writable: false,
    reason: running
      ? "no replica answers; look at its log, or stop and start it"
      : "no replica is running; start them with: lastword up",
    view: { no: "0.0.0", leader: null, members: [], configured: replicas.map(({ id }) => id), forkRisk: null },
    protected: 0,
    seq: { committed: 0, applied: 0 },
    replicas: replicas.map(({ id, alive, run }) => ({
      id,
      state: alive ? "unreachable" : "stopped",
      pid: alive ? (run?.pid ?? null) : null,
      bootId: alive ? (run?.bootId ?? null) : null,
      version: alive ? (run?.version ?? null) : null,
      durable: null,
      applied: null,
      lag: null,
      grpc: run?.grpc ?? null,
      web: run?.web ?? null,
      since: alive ? (run?.since ?? null) : null,
    })),
    lastFailover: null,
    events: [],
  };
}

/** Lines with columns of equal width. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd();
  return `${rows.map(line).join("\n")}\n`;
}

function protectionText(status: ClusterStatusJson): string {
  if (status.protected === 0) return "not yet protected: the next death would stop or lose something";
  const deaths = status.protected === 1 ? "one more death loses" : `${status.protected} more deaths lose`;
  return `${deaths} nothing`;
}

/** The table that people read. */
export function statusText(status: ClusterStatusJson): string {
  const dash = (value: string | number | null): string => (value === null ? "-" : String(value));
  const rows = status.replicas.map((replica) => [
    String(replica.id),
    replica.state,
    dash(replica.lag),
    dash(replica.web),
    dash(replica.grpc),
    dash(replica.pid),
    dash(replica.since),
  ]);
  const lines = [
    `cluster ${status.clusterId === "" ? "unknown" : status.clusterId.slice(0, 12)}, ${status.consistency}, view ${status.view.no}`,
    status.writable ? `writable, ${protectionText(status)}` : `not writable: ${status.reason ?? "no reason known"}`,
  ];
  const risk = status.view.forkRisk ?? [];
  if (risk.length > 0) {
    lines.push(`replica ${risk.join(", ")} may hold messages that are not visible yet; they appear when it returns`);
  }
  if (status.lastFailover !== null) {
    const { from, to, ms, at } = status.lastFailover;
    lines.push(`last failover from ${from} to ${to} in ${ms} ms at ${at}`);
  }
  for (const { id, clockOffMs } of status.replicas) {
    if (clockOffMs !== undefined) lines.push(`the clock of replica ${id} is ${offText(clockOffMs)}; set it (NTP)`);
  }
  return `${lines.join("\n")}\n\n${table([["replica", "state", "lag", "page", "gRPC", "pid", "since"], ...rows])}`;
}

/** Hashes of all living replicas at one seq; null for who does not answer. */
export async function compareHashes(
  cluster: LocalCluster,
  replicas: readonly LocalReplica[],
): Promise<{ equal: boolean; hashes: { id: number; answer: StateHash | null }[] }> {
  const { secret } = cluster;
  const end = performance.now() + SAME_SEQ_TIMEOUT_MS;
  for (;;) {
    const hashes = await Promise.all(
      replicas.map(async ({ id, run }) => ({
        id,
        answer:
          secret === null || run === null
            ? null
            : await askReplica("Hash", { grpc: run.grpc, secret, timeoutMs: HASH_TIMEOUT_MS }),
      })),
    );
    const seqs = new Set(hashes.map(({ answer }) => answer?.seq));
    const values = new Set(hashes.map(({ answer }) => answer?.hash));
    const complete = hashes.length > 0 && !seqs.has(undefined);
    if ((complete && seqs.size === 1) || performance.now() >= end) {
      return { equal: complete && seqs.size === 1 && values.size === 1, hashes };
    }
    await pause(100);
  }
}

async function runHash(
  cluster: LocalCluster,
  replicas: LocalReplica[],
  json: boolean,
  deps: CommandDeps,
): Promise<ExitCode> {
  const alive = replicas.filter((replica) => replica.alive);
  const { equal, hashes } = await compareHashes(cluster, alive);
  if (json) {
    const list = hashes.map(({ id, answer }) => ({ id, seq: answer?.seq ?? null, hash: answer?.hash ?? null }));
    deps.out(`${JSON.stringify({ equal, replicas: list })}\n`);
  } else {
    const rows = hashes.map(({ id, answer }) => [String(id), String(answer?.seq ?? "-"), answer?.hash ?? "no answer"]);
    deps.out(table([["replica", "seq", "hash of all rows"], ...rows]));
    deps.out(`${equal ? "equal" : "not equal"}\n`);
  }
  return equal ? EXIT.done : EXIT.failed;
}

/** `lastword status [--json|--hash]`: 0 if writes are possible (with --hash: if all rows are equal), else 1. */
export async function runStatus(options: Options, deps: CommandDeps): Promise<ExitCode> {
  const cluster = findCluster(options, deps.environment);
  if (!cluster.ok) {
    deps.err(failureLine(cluster));
    return cluster.exit;
  }
  const replicas = lookAround(cluster.value.data, deps);
  if (options.hash) return runHash(cluster.value, replicas, options.json, deps);
  const best = bestStatus(await askAll(cluster.value, replicas));
  const status = best ?? nobodyStatus(replicas);
  deps.out(options.json ? `${JSON.stringify(status)}\n` : statusText(status));
  return status.writable ? EXIT.done : EXIT.failed;
}
