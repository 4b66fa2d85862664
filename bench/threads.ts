/** The CPU time of a process by the purpose of its threads, from /proc. */
import { readdirSync, readFileSync } from "node:fs";

const TICKS_PER_SECOND = 100;

export type ThreadGroup =
  | "main"
  | "disk and other calls of the runtime's pool"
  | "compiler"
  | "garbage collector and allocator"
  | "workers, others";

/** Bun names its threads. A Worker has the name that it was given, or that of the process. */
const NAMES: readonly (readonly [RegExp, ThreadGroup])[] = [
  [/^Bun Pool/, "disk and other calls of the runtime's pool"],
  [/^(JITWorker|JSCWarmUp|DFG|FTL)/i, "compiler"],
  [/^(HeapHelper|mi-scavenger|Scavenger|GC)|ollector Thread/i, "garbage collector and allocator"],
];

/** CPU time so far, seconds by group; empty without /proc. */
export function threadSeconds(pid: number): ReadonlyMap<ThreadGroup, number> {
  const seconds = new Map<ThreadGroup, number>();
  for (const tid of tasksOf(pid)) {
    const stat = readStat(pid, tid);
    if (stat === null) continue;
    const group =
      Number(tid) === pid ? "main" : (NAMES.find(([pattern]) => pattern.test(stat.name))?.[1] ?? "workers, others");
    seconds.set(group, (seconds.get(group) ?? 0) + stat.seconds);
  }
  return seconds;
}

function tasksOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function readStat(pid: number, tid: string): { name: string; seconds: number } | null {
  try {
    const stat = /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`/proc/${pid}/task/${tid}/stat`, "utf8"));
    const fields = stat?.[2]?.split(" ") ?? [];
    return { name: stat?.[1] ?? "", seconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND };
  } catch {
    return null;
  }
}
