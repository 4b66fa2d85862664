/** `lastword status`: shows the cluster as a table or as JSON, or compares the replicas by a hash of all rows. */
import type { ClusterStatusJson } from "../ops/cluster-status.ts";
import { offText } from "../host/clock-text.ts";
import { commandText, type CommandDeps } from "./command-deps.ts";
import { pause } from "../host/wait.ts";
import { replicasText } from "../host/log-sentences.ts";
import { askReplica, type HashAnswer } from "../ops/control.ts";
import { EXIT, failureLine, type ExitCode } from "../host/exit.ts";
import type { HostFacts } from "../host/host-facts.ts";
import { isSupervisor } from "./stop-replicas.ts";
import {
  askAll,
  askHosts,
  bestStatus,
  findCluster,
  lookAround,
  noneRuns,
  type LocalCluster,
  type LocalReplica,
} from "./local-cluster.ts";
import type { Options } from "./options.ts";

/** How long to ask for hashes until all replicas answer for the same seq, which takes several tries under load. */
const SAME_SEQ_TIMEOUT_MS = 10_000;
const HASH_TIMEOUT_MS = 30_000;

/** Says why no replica answered. Each case needs another remedy, and a healthy replica must not seem to be broken. */
function silence(
  cluster: LocalCluster,
  replicas: readonly LocalReplica[],
  about: { refused: boolean; given: string | null },
): string {
  const alive = replicas.filter((replica) => replica.alive).map(({ id }) => id);
  if (alive.length === 0) {
    const { what, todo } = noneRuns(cluster, about.given);
    return `${what}; ${todo}`;
  }
  const [who, run, answer] = [
    replicasText(alive),
    alive.length === 1 ? "runs" : "run",
    alive.length === 1 ? "does" : "do",
  ];
  if (cluster.secret === null) {
    return `${who} ${run} here, but there is no cluster key at ${cluster.keyPath} to ask with; give its file with --cluster-key`;
  }
  if (about.refused)
    return `${who} ${run} here with another cluster key than ${cluster.keyPath}; give its file with --cluster-key`;
  return `${who} ${run} here but ${answer} not answer; it may be starting, frozen or short of files: see its log`;
}

/** The status when no replica answers, in the same form as other answers, so that programs need only one. */
function nobodyStatus(reason: string, replicas: readonly LocalReplica[]): ClusterStatusJson {
  return {
    version: 1,
    clusterId: "",
    self: -1,
    consistency: "available",
    recovery: "any",
    writable: false,
    reason,
    view: { no: "0.0.0", leader: null, members: [], configured: replicas.map(({ id }) => id), forkRisk: null },
    protected: 0,
    seq: { committed: 0, applied: 0 },
    formats: { inForce: 0, next: null, lacking: [], peerProtocol: null },
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

/** Formats rows as lines with aligned columns. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd();
  return `${rows.map(line).join("\n")}\n`;
}

const NUMBERS = ["no", "one", "two", "three", "four", "five", "six"];

function protectionText(status: ClusterStatusJson): string {
  const { consistency, protected: spare } = status;
  if (spare > 0) return `any ${NUMBERS[spare] ?? spare} of the replicas may fail without losing a message`;
  return consistency === "strict"
    ? "not protected: if one more replica fails, nothing can be sent"
    : "not protected: the newest messages are on one disk only";
}

/** What is true of files in place of what is true of messages; empty if there is no difference. */
function filesText({ filesOn, view }: ClusterStatusJson): string {
  if (filesOn === undefined) return "";
  const of = view.configured.length;
  return `messages on ${view.members.length} of ${of}, files on ${filesOn} of ${of}; the others fetch what they lack`;
}

function sizeText(bytes: number): string {
  const gigabytes = bytes / 1e9;
  return gigabytes >= 10
    ? `${Math.round(gigabytes)} GB`
    : gigabytes >= 1
      ? `${gigabytes.toFixed(1)} GB`
      : `${Math.round(bytes / 1e6)} MB`;
}

/** What this host adds: where the data is, and the warnings of its replicas. */
export interface HostNotes {
  readonly facts: readonly HostFacts[];
  /** Further warnings, as sentences. */
  readonly warnings: readonly string[];
}

function hostLines({ facts, warnings }: HostNotes): string[] {
  const lines: string[] = [];
  const [first] = facts;
  if (first !== undefined) {
    const versions = [...new Set(facts.map(({ version }) => version))];
    const room = first.disk === null ? "" : `, ${sizeText(first.disk.free)} free`;
    const people = Math.max(...facts.map((one) => one.people));
    lines.push(
      `${people} ${people === 1 ? "account" : "accounts"}; data in ${first.data}${room}; version ${versions.join(" and ")}`,
    );
  }
  const sentences = new Map<string, number[]>();
  for (const { replica, warnings: own } of facts) {
    for (const sentence of own) sentences.set(sentence, [...(sentences.get(sentence) ?? []), replica]);
  }
  for (const [sentence, ids] of sentences) lines.push(`warning from ${replicasText(ids)}: ${sentence}`);
  for (const sentence of warnings) lines.push(`warning: ${sentence}`);
  return lines;
}

/** "replicas 0 and 1 announce format 2, schema 2, peer protocol 1 to 2": one line for all that announce the same. */
function announcedLines(replicas: ClusterStatusJson["replicas"]): string[] {
  const found = new Map<string, number[]>();
  for (const { id, release } of replicas) {
    if (release === undefined) continue;
    const { opFormat, schema, peerOldest, peerNewest } = release;
    const protocol = peerOldest === peerNewest ? `${peerNewest}` : `${peerOldest} to ${peerNewest}`;
    const text = `format ${opFormat}, schema ${schema}, peer protocol ${protocol}`;
    found.set(text, [...(found.get(text) ?? []), id]);
  }
  return [...found].map(([text, ids]) => `${replicasText(ids)} ${ids.length === 1 ? "announces" : "announce"} ${text}`);
}

/** What the replicas announce, what an upgrade waits for, and which frames of newer replicas were ignored. */
function formatLines({ formats, replicas, self }: ClusterStatusJson): string[] {
  const { next, lacking } = formats;
  const lines = announcedLines(replicas);
  if (next !== null)
    lines.push(`format ${next} ${lacking.length === 0 ? "is being enabled" : `waits: ${lacking.join(", ")}`}`);
  for (const { id, heldOps = 0 } of replicas) {
    if (heldOps > 0)
      lines.push(
        `${heldOps} ${heldOps === 1 ? "op waits" : "ops wait"} at replica ${id} for a newer format, after a merge`,
      );
  }
  for (const { id, unread = [] } of replicas) {
    for (const { frame, version, count } of unread) {
      lines.push(`replica ${self} left out frame ${frame} of replica ${id} (version ${version}), ${count} times`);
    }
  }
  return lines;
}

/** The status as text for people. */
export function statusText(status: ClusterStatusJson, notes: HostNotes = { facts: [], warnings: [] }): string {
  const dash = (value: string | number | null): string => (value === null ? "-" : String(value));
  const rows = status.replicas.map((replica) => [
    String(replica.id),
    replica.state,
    dash(replica.version),
    dash(replica.lag),
    dash(replica.web),
    dash(replica.grpc),
    dash(replica.pid),
    dash(replica.since),
  ]);
  const lines = [
    `cluster ${status.clusterId === "" ? "without a name yet" : status.clusterId.slice(0, 12)}, ${status.consistency}, view ${status.view.no}, format ${status.formats.inForce}, peer protocol ${status.formats.peerProtocol ?? "-"}`,
    status.writable ? `writable; ${protectionText(status)}` : `not writable: ${status.reason ?? "no reason known"}`,
    ...[filesText(status)].filter((line) => line !== ""),
    ...hostLines(notes),
  ];
  const risk = status.view.forkRisk ?? [];
  if (risk.length > 0) {
    const back = risk.length === 1 ? "it returns" : "they return";
    lines.push(`${replicasText(risk)} may hold messages that are not visible yet; they appear when ${back}`);
  }
  if (status.lastFailover !== null) {
    const { from, to, ms, at } = status.lastFailover;
    lines.push(`last failover: from replica ${from} to replica ${to} in ${ms} ms at ${at}`);
  }
  for (const { id, clockOffMs } of status.replicas) {
    if (clockOffMs !== undefined) lines.push(`the clock of replica ${id} is ${offText(clockOffMs)}; set it (NTP)`);
  }
  lines.push(...formatLines(status));
  return `${lines.join("\n")}\n\n${table([["replica", "state", "version", "lag", "page", "gRPC", "pid", "since"], ...rows])}`;
}

/** The hashes of all living replicas at one seq; the answer of a replica that does not answer is null. */
export async function compareHashes(
  cluster: LocalCluster,
  replicas: readonly LocalReplica[],
): Promise<{ equal: boolean; hashes: { id: number; answer: HashAnswer | null }[] }> {
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
      const comparable = complete && seqs.size === 1 && sameTables(hashes);
      return { equal: comparable && values.size === 1, hashes };
    }
    await pause(100);
  }
}

/** Whether all replicas have the same tables: versions with different columns have different hashes for equal rows. */
function sameTables(hashes: readonly { answer: HashAnswer | null }[]): boolean {
  return new Set(hashes.map(({ answer }) => answer?.schema)).size <= 1;
}

/** The result of the comparison as a sentence, or the reason why the hashes cannot be compared. */
function comparison(hashes: readonly { id: number; answer: HashAnswer | null }[], equal: boolean): string {
  const silent = hashes.filter(({ answer }) => answer === null).map(({ id }) => id);
  if (silent.length > 0) return `not compared: no answer from ${replicasText(silent)}`;
  if (hashes.length === 1) {
    return "nothing on this computer to compare it with; run this on the other hosts and compare seq and hash";
  }
  if (new Set(hashes.map(({ answer }) => answer?.seq)).size > 1) {
    return "not compared: too much is written to find all replicas at the same seq";
  }
  if (!sameTables(hashes)) {
    return "not compared: the replicas are of versions with other tables; upgrade all of them first";
  }
  return equal ? "equal" : "not equal";
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
    const list = hashes.map(({ id, answer }) => ({
      id,
      seq: answer?.seq ?? null,
      hash: answer?.hash ?? null,
      schema: answer?.schema ?? null,
    }));
    deps.out(`${JSON.stringify({ equal, replicas: list })}\n`);
  } else {
    const rows = hashes.map(({ id, answer }) => [String(id), String(answer?.seq ?? "-"), answer?.hash ?? "no answer"]);
    deps.out(table([["replica", "seq", "hash of all rows"], ...rows]));
    deps.out(`${comparison(hashes, equal)}\n`);
  }
  return equal ? EXIT.done : EXIT.failed;
}

/** A warning if the `lastword up` of running replicas has ended, so that nothing would restart them. */
function orphanWarning(replicas: readonly LocalReplica[], given: string | null, program: readonly string[]): string[] {
  const orphans = replicas.filter(({ alive, run }) => {
    const supervisor = run?.supervisor ?? null;
    return alive && supervisor !== null && !isSupervisor(supervisor, program);
  });
  if (orphans.length === 0) return [];
  const pids = [...new Set(orphans.map(({ run }) => run?.supervisor))].join(", ");
  const who = `${replicasText(orphans.map(({ id }) => id))} again if ${orphans.length === 1 ? "it dies" : "they die"}`;
  return [`nobody starts ${who}: lastword up (pid ${pids}) has ended; ${commandText("up", given)} takes over`];
}

/** Runs `lastword status [--json|--hash]`. Exit code 0 if writes are possible (--hash: all rows are equal), else 1. */
export async function runStatus(options: Options, deps: CommandDeps): Promise<ExitCode> {
  const found = findCluster(options, deps.environment);
  if (!found.ok) {
    deps.err(failureLine(found));
    return found.exit;
  }
  const cluster = found.value;
  const replicas = lookAround(cluster.data, deps);
  const someRun = replicas.some((replica) => replica.alive);
  if (options.hash && someRun && cluster.secret !== null) return runHash(cluster, replicas, options.json, deps);
  if (options.hash) {
    const reason = silence(cluster, replicas, { refused: false, given: options.data });
    deps.out(options.json ? `${JSON.stringify({ equal: false, reason, replicas: [] })}\n` : `${reason}\n`);
    return EXIT.failed;
  }
  let refused = false;
  const [answers, facts] = await Promise.all([
    askAll(cluster, replicas, { onRefused: () => (refused = true) }),
    askHosts(cluster, replicas),
  ]);
  const best = bestStatus(answers);
  const notes = { facts, warnings: orphanWarning(replicas, options.data, deps.program) };
  if (best === null) {
    const reason = silence(cluster, replicas, { refused, given: options.data });
    deps.out(
      options.json
        ? `${JSON.stringify({ ...nobodyStatus(reason, replicas), hosts: [], warnings: notes.warnings })}\n`
        : `${reason}\n`,
    );
    return EXIT.failed;
  }
  deps.out(
    options.json ? `${JSON.stringify({ ...best, hosts: facts, warnings: notes.warnings })}\n` : statusText(best, notes),
  );
  return best.writable ? EXIT.done : EXIT.failed;
}
