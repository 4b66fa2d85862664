/**
 * run.json: what a running replica says about itself to the commands of its own machine.
 * Written when its ports are bound, removed by a graceful stop; after a kill it stays, so
 * its reader must ask the lock whether the process lives.
 */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { replicaFolder } from "./data-folder.ts";

export interface RunFile {
  readonly pid: number;
  /** 16 hex digits, drawn at each start. */
  readonly bootId: string;
  readonly version: string;
  /** host:port. */
  readonly grpc: string;
  /** Origin, such as http://localhost:8081. */
  readonly web: string;
  /** Origin of the shared address; null if it is switched off. */
  readonly front: string | null;
  /** RFC 3339. */
  readonly since: string;
  /** Process id of the `lastword up` that started it; null if none did. */
  readonly supervisor: number | null;
  /** The options it was started with, so that it can be started again in the same way. */
  readonly words: readonly string[];
}

/** Where the file of one replica is. */
export function runFilePath(data: string, id: number): string {
  return join(replicaFolder(data, id), "run.json");
}

/** Writes it whole: a reader sees the old one or the new one. */
export function writeRunFile(data: string, id: number, content: RunFile): void {
  const path = runFilePath(data, id);
  writeFileSync(`${path}.new`, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** Removes it, if it is still this boot's. */
export function removeRunFile(data: string, id: number, bootId: string): void {
  if (readRunFile(data, id)?.bootId === bootId) rmSync(runFilePath(data, id), { force: true });
}

/** Reads one; null if it is missing or not whole. */
export function readRunFile(data: string, id: number): RunFile | null {
  try {
    const read = JSON.parse(readFileSync(runFilePath(data, id), "utf8")) as Partial<RunFile>;
    if (!Number.isInteger(read.pid) || typeof read.bootId !== "string") return null;
    if (typeof read.grpc !== "string" || typeof read.web !== "string") return null;
    return {
      pid: read.pid!,
      bootId: read.bootId,
      version: read.version ?? "",
      grpc: read.grpc,
      web: read.web,
      front: read.front ?? null,
      since: read.since ?? "",
      supervisor: read.supervisor ?? null,
      words: Array.isArray(read.words) ? read.words : [],
    };
  } catch {
    return null;
  }
}

/** Ids of the replicas that have a folder here, ascending. */
export function localReplicas(data: string): number[] {
  try {
    const ids = readdirSync(data).map((name) => /^replica-([0-6])$/.exec(name)?.[1]);
    return ids
      .filter((id) => id !== undefined)
      .map(Number)
      .toSorted((a, b) => a - b);
  } catch {
    return [];
  }
}
