/** The replicas of one data folder as the commands see them: who lives, and what they say. */
import type { ClusterStatusJson } from "../election/cluster-status.ts";
import { defaultKeyPath, readClusterKey } from "./cluster-key.ts";
import type { CommandDeps } from "./command-deps.ts";
import { askReplica } from "./control.ts";
import { dataFolder, lockPath } from "./data-folder.ts";
import { done, type Outcome } from "./exit.ts";
import type { Options } from "./options.ts";
import { localReplicas, readRunFile, type RunFile } from "./run-file.ts";

const ASK_TIMEOUT_MS = 1500;

/** One replica with a folder here. */
export interface LocalReplica {
  readonly id: number;
  /** A process holds its lock. */
  readonly alive: boolean;
  /** What it said about itself when its ports were bound; left over if it is not alive, null if it is still starting. */
  readonly run: RunFile | null;
}

export interface LocalCluster {
  readonly data: string;
  /** Null if this folder has no key: no cluster was ever created here. */
  readonly secret: Uint8Array | null;
}

/** Finds folder and key of the cluster that a command is about. */
export function findCluster(
  options: Pick<Options, "data" | "cluster-key">,
  environment: Record<string, string | undefined>,
): Outcome<LocalCluster> {
  const data = dataFolder(options.data, environment);
  const key = readClusterKey(options["cluster-key"] ?? defaultKeyPath(data));
  return key.ok ? done({ data, secret: key.value?.secret ?? null }) : key;
}

/** Everyone who has a folder, ascending by id. */
export function lookAround(data: string, deps: Pick<CommandDeps, "lockIsHeld">): LocalReplica[] {
  return localReplicas(data).map((id) => ({
    id,
    alive: deps.lockIsHeld(lockPath(data, id)),
    run: readRunFile(data, id),
  }));
}

/** What each living replica says about the cluster; those that do not answer in time are left out. */
export async function askAll(
  cluster: LocalCluster,
  replicas: readonly LocalReplica[],
  timeoutMs: number = ASK_TIMEOUT_MS,
): Promise<ClusterStatusJson[]> {
  const { secret } = cluster;
  if (secret === null) return [];
  const answers = await Promise.all(
    replicas.map(async ({ alive, run }) =>
      alive && run !== null ? askReplica("Status", { grpc: run.grpc, secret, timeoutMs }) : null,
    ),
  );
  return answers.filter((answer) => answer !== null);
}

/** The answer to believe: the leader's own, else one that could write, else the one that knows most. */
export function bestStatus(answers: readonly ClusterStatusJson[]): ClusterStatusJson | null {
  const rank = (status: ClusterStatusJson): number =>
    (status.writable ? 2 : 0) + (status.view.leader === status.self ? 1 : 0);
  const sorted = answers.toSorted((a, b) => rank(b) - rank(a) || b.seq.committed - a.seq.committed);
  return sorted[0] ?? null;
}
