/**
 * run.json, in which a running replica describes itself to the commands of its own machine. It is
 * written when the ports are bound and removed by a graceful stop. After a kill it stays, so a reader
 * must check the lock to know whether the process lives.
 */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { replicaFolder } from "./data-folder.ts";

/** The content of run.json. */
export interface RunFile {
  readonly pid: number;
  /** 16 hex digits, drawn at each start. */
  readonly bootId: string;
  readonly version: string;
  /** The address of its gRPC port, host:port. */
  readonly grpc: string;
  /** Origin of its page, such as http://localhost:8081. */
  readonly web: string;
  /** Origin of the front; null if this replica does not have it. */
  readonly front: string | null;
  /** When it started, as RFC 3339. */
  readonly since: string;
  /** Process id of the `lastword up` that started it; null if none did. */
  readonly supervisor: number | null;
  /** The words of its command line, with which it can be started again. */
  readonly words: readonly string[];
}

/** The path of a replica's run.json. */
export function runFilePath(data: string, id: number): string {
  return join(replicaFolder(data, id), "run.json");
}

/** Replaces the file in one step: a reader sees the old one or the new one. */
export function writeRunFile(data: string, id: number, content: RunFile): void {
  const path = runFilePath(data, id);
  writeFileSync(`${path}.new`, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** Removes the file if it is still that of this start. */
export function removeRunFile(data: string, id: number, bootId: string): void {
  if (readRunFile(data, id)?.bootId === bootId) rmSync(runFilePath(data, id), { force: true });
}

/** Reads the file; null if it is missing or incomplete. */
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
