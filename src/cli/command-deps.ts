/** What every command gets from main: the world, in words that tests can replace. */

export interface CommandDeps {
  /** True while a process holds this lock file (src/db/lock.ts; this room does not know SQLite). */
  readonly lockIsHeld: (path: string) => boolean;
  readonly environment: Record<string, string | undefined>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** The words that start this program again. */
  readonly program: readonly string[];
}

/** Resolves after `ms`, or at once when `signal` is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const timer = setTimeout(over, ms);
    signal?.addEventListener("abort", over, { once: true });
    function over(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", over);
      resolve();
    }
  });
}

/** Polls until `condition` holds (answers true) or `timeoutMs` is over (answers false). */
export async function until(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  everyMs = 50,
): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    if (await condition()) return true;
    if (performance.now() >= end) return false;
    await pause(everyMs);
  }
}

/** A command of this program as a person would type it, with the data folder that she gave. */
export function commandText(command: string, givenData: string | null): string {
  if (givenData === null) return `lastword ${command}`;
  const safe = /^[A-Za-z0-9_./~+:@-]+$/.test(givenData);
  return `lastword ${command} --data ${safe ? givenData : `'${givenData.replaceAll("'", String.raw`'\''`)}'`}`;
}

/** "replica 1", "replicas 0 and 1", "replicas 0, 1 and 2". */
export function replicasText(ids: readonly number[]): string {
  if (ids.length === 1) return `replica ${ids[0]}`;
  return `replicas ${ids.slice(0, -1).join(", ")} and ${ids.at(-1)}`;
}
