/** The replicas of one data folder as the commands see them: which are alive, and what they answer. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { ClusterStatusJson } from "../ops/cluster-status.ts";
import { defaultKeyPath, readClusterKey } from "../host/cluster-key.ts";
import { commandText, type CommandDeps } from "./command-deps.ts";
import { askReplica } from "../ops/control.ts";
import { checkReadable, dataFolder, lockPath } from "../host/data-folder.ts";
import { replicasText } from "../host/log-sentences.ts";
import { done, EXIT, failure, type Failure, type Outcome } from "../host/exit.ts";
import type { HostFacts } from "../host/host-facts.ts";
import type { Options } from "./options.ts";
import { localReplicas, readRunFile, type RunFile } from "../host/run-file.ts";

const ASK_TIMEOUT_MS = 1500;

/** A replica that has a folder here. */
export interface LocalReplica {
  readonly id: number;
  /** A process holds its lock. */
  readonly alive: boolean;
  /** Its run.json, written once its ports are bound. Stale if the replica is not alive; null if it is starting. */
  readonly run: RunFile | null;
}

export interface LocalCluster {
  readonly data: string;
  /** The path at which the key was looked for. */
  readonly keyPath: string;
  /** Null if there is no key at that path. */
  readonly secret: Uint8Array | null;
}

/** The path of the key: the given one, else the one in the folder, else the one of a replica that was started here. */
function keyPathOf(given: string | null, data: string): string {
  const usual = defaultKeyPath(data);
  if (given !== null || existsSync(usual)) return resolve(given ?? usual);
  const words = localReplicas(data).flatMap((id) => readRunFile(data, id)?.words ?? []);
  const named = words.find((word) => word.startsWith("--cluster-key="))?.slice("--cluster-key=".length);
  return named ?? usual;
}

/**
 * Finds the folder and the key of the cluster that a command is about, and checks that this user may read them.
 * A folder that was given must exist, unless the command does not need one.
 */
export function findCluster(
  options: Pick<Options, "data" | "cluster-key">,
  environment: Record<string, string | undefined>,
  mustExist = options.data !== null,
): Outcome<LocalCluster> {
  const data = dataFolder(options.data, environment);
  const readable = checkReadable(data, mustExist);
  if (!readable.ok) return readable;
  const keyPath = keyPathOf(options["cluster-key"], data);
  const key = readClusterKey(keyPath);
  return key.ok ? done({ data, keyPath, secret: key.value?.secret ?? null }) : key;
}

/** The failure when replicas run here, but their cluster key was not found. */
export function keyFailure({ keyPath }: LocalCluster): Failure {
  return failure(
    EXIT.mismatch,
    `replicas run here, but there is no cluster key at ${keyPath} to ask with`,
    "give its file with --cluster-key",
  );
}

/**
 * The failure when no replica runs. `given`: the data folder as it was given. It suggests `lastword up` only if that
 * starts the replicas that ran before: in a new folder, or for the three replicas of one host. For a replica of a
 * cluster on several hosts, `up` would start other replicas beside it.
 */
export function noneRuns({ data, keyPath }: LocalCluster, given: string | null): Failure {
  const ids = localReplicas(data);
  const isUps = ids.length === 0 || (ids.join() === "0,1,2" && keyPath === defaultKeyPath(data));
  const todo = isUps
    ? `start them with: ${commandText("up", given)}`
    : `start ${replicasText(ids)} with the same options, or by the same service, as before`;
  return failure(EXIT.failed, `no replica is running in ${data}`, todo);
}

/** All replicas that have a folder here, in ascending order of id. */
export function lookAround(data: string, deps: Pick<CommandDeps, "lockIsHeld">): LocalReplica[] {
  return localReplicas(data).map((id) => ({
    id,
    alive: deps.lockIsHeld(lockPath(data, id)),
    run: readRunFile(data, id),
  }));
}

export interface Asking {
  readonly timeoutMs?: number;
  /** Called when a replica answers that its cluster has another key. */
  readonly onRefused?: () => void;
}

async function askLiving<Name extends "Status" | "Host">(
  name: Name,
  cluster: LocalCluster,
  replicas: readonly LocalReplica[],
  { timeoutMs = ASK_TIMEOUT_MS, onRefused = () => {} }: Asking,
) {
  const { secret } = cluster;
  if (secret === null) return [];
  const answers = await Promise.all(
    replicas.map(async ({ alive, run }) =>
      alive && run !== null ? askReplica(name, { grpc: run.grpc, secret, timeoutMs, onRefused }) : null,
    ),
  );
  return answers.filter((answer) => answer !== null);
}

/** The status of the cluster according to each living replica, without those that do not answer in time. */
export function askAll(
  cluster: LocalCluster,
  replicas: readonly LocalReplica[],
  asking: Asking = {},
): Promise<ClusterStatusJson[]> {
  return askLiving("Status", cluster, replicas, asking);
}

/** What each living replica says about this host. */
export function askHosts(cluster: LocalCluster, replicas: readonly LocalReplica[]): Promise<HostFacts[]> {
  return askLiving("Host", cluster, replicas, {});
}

/** The best answer: from a leader that can write, else from a replica that can write, else with the newest commit. */
export function bestStatus(answers: readonly ClusterStatusJson[]): ClusterStatusJson | null {
  const rank = (status: ClusterStatusJson): number =>
    (status.writable ? 2 : 0) + (status.view.leader === status.self ? 1 : 0);
  const sorted = answers.toSorted((a, b) => rank(b) - rank(a) || b.seq.committed - a.seq.committed);
  return sorted[0] ?? null;
}
