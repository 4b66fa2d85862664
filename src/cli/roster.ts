/** What run.json files tell about the replicas of this machine: process, addresses, since when. */
import type { ClusterStatusJson, ReplicaStatusJson } from "../election/cluster-status.ts";
import { readRunFile, type RunFile } from "./run-file.ts";

/** Status is asked for several times a second; the files change at starts and stops only. */
const REFRESH_MS = 500;

/** Reads the files at most twice a second. */
export class Roster {
  readonly #data: string;
  readonly #ids: readonly number[];
  #readAt = -Infinity;
  #files = new Map<number, RunFile>();

  constructor(data: string, ids: readonly number[]) {
    this.#data = data;
    this.#ids = ids;
  }

  /** The last known file of a replica; it stays after a kill. */
  of(id: number): RunFile | null {
    if (performance.now() - this.#readAt >= REFRESH_MS) this.#refresh();
    return this.#files.get(id) ?? null;
  }

  /** Page origins of all replicas that ever said theirs, ascending by id. */
  origins(): string[] {
    return this.#ids.flatMap((id) => this.of(id)?.web ?? []);
  }

  /** Adds to a status what only the files know. A replica that does not run keeps its addresses only. */
  decorate(status: ClusterStatusJson): ClusterStatusJson {
    const known = (replica: ReplicaStatusJson): ReplicaStatusJson => {
      const file = this.of(replica.id);
      if (file === null) return replica;
      // A file of another boot is about a process that is gone.
      const current = replica.bootId === null || replica.bootId === file.bootId;
      const runs = current && replica.state !== "stopped";
      return {
        ...replica,
        grpc: file.grpc,
        web: file.web,
        pid: runs ? file.pid : null,
        version: runs ? file.version : null,
        since: runs ? file.since : null,
      };
    };
    return { ...status, replicas: status.replicas.map(known) };
  }

  #refresh(): void {
    this.#readAt = performance.now();
    for (const id of this.#ids) {
      const file = readRunFile(this.#data, id);
      // A gracefully stopped replica comes back at the same place.
      if (file !== null) this.#files.set(id, file);
    }
  }
}
