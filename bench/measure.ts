/** Measures processes, and formats numbers for people. */
import { readFileSync } from "node:fs";

/** Ticks of /proc/N/stat in a second: USER_HZ, 100 on every Linux that Bun runs on. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** User and system time of a process so far, seconds; 0 without /proc. */
export function cpuSeconds(pid: number): number {
  const fields = statOf(pid);
  return fields === null ? 0 : (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory of a process, MB (10^6); 0 without /proc. */
export function residentMb(pid: number): number {
  const fields = statOf(pid);
  return fields === null ? 0 : (Number(fields[21]) * PAGE_BYTES) / 1e6;
}

/** The fields of /proc/N/stat after the name, which may contain blanks. */
function statOf(pid: number): string[] | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
  } catch {
    return null;
  }
}

/** A percentile (`share` from 0 to 1) of an ascending list; 0 if it is empty. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** A sorted copy. */
export function ascending(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

/** The median; 0 if there are no values. */
export function median(values: readonly number[]): number {
  return percentile(ascending(values), 0.5);
}

/** 12345.6 as "12,346". */
export function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** 0.631 as "63 %". */
export function share(value: number): string {
  return `${Math.round(value * 100)} %`;
}

/** "1.2 ms", "34 ms". */
export function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
