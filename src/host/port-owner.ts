/** Finds out which program has a port: from /proc if there is one, else from the run.json files of local replicas. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { localReplicas, readRunFile } from "./run-file.ts";

/** Maximum number of processes to look at, because a person waits for the answer. */
const PROCESSES_MAX = 4096;
const LISTENING = "0A";

/** Inodes of the sockets that listen on this port. */
function listeningInodes(port: number): Set<string> {
  const inodes = new Set<string>();
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    let rows: string[];
    try {
      rows = readFileSync(table, "utf8").split("\n").slice(1);
    } catch {
      continue;
    }
    for (const row of rows) {
      const columns = row.trim().split(/\s+/);
      if (columns[1]?.endsWith(`:${hex}`) && columns[3] === LISTENING) inodes.add(columns[9] ?? "");
    }
  }
  return inodes;
}

function processOf(inodes: ReadonlySet<string>): { pid: number; name: string } | null {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  for (const pid of pids.slice(0, PROCESSES_MAX)) {
    try {
      for (const file of readdirSync(`/proc/${pid}/fd`)) {
        const inode = socketInode(`/proc/${pid}/fd/${file}`);
        if (inode !== null && inodes.has(inode)) {
          return { pid: Number(pid), name: readFileSync(`/proc/${pid}/comm`, "utf8").trim() };
        }
      }
    } catch {
      // The process has ended in the meantime, or belongs to another user.
    }
  }
  return null;
}

/** The inode of the socket behind an open file; null if it is no socket, or was closed since the folder was listed. */
function socketInode(file: string): string | null {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(file))?.[1] ?? null;
  } catch {
    return null;
  }
}

/** " by <program>", to follow "port N is in use"; empty if it is not known. */
export function portOwner(port: number, data: string): string {
  let owner: { pid: number; name: string } | null = null;
  try {
    const inodes = listeningInodes(port);
    if (inodes.size > 0) owner = processOf(inodes);
  } catch {
    // This system has no /proc.
  }
  for (const id of localReplicas(data)) {
    const run = readRunFile(data, id);
    if (run === null || (owner !== null && owner.pid !== run.pid)) continue;
    const ports = [run.grpc, run.web, run.front ?? ""].map((at) => Number(/:(\d+)$/.exec(at)?.[1] ?? 0));
    if (ports.includes(port)) return ` by replica ${id} (pid ${run.pid})`;
  }
  return owner === null ? "" : ` by ${owner.name} (pid ${owner.pid})`;
}
