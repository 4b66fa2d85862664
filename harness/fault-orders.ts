/**
 * Faults from inside a replica of dist/lastword-faults (src/base/faults.ts): orders that it is started
 * with, or that it gets while it runs.
 */
import { expect } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor, type Cluster, type Finished } from "./cluster.ts";

/** What `exited` says of a process that killed itself. */
const KILLED = 128 + 9;

/** New orders for a running replica instead of those it had; it has read them when this resolves. */
export async function order(cluster: Cluster, id: number, orders: string): Promise<void> {
  const pid = cluster.pid(id);
  const path = join(cluster.home, `faults.${pid}`);
  writeFileSync(path, orders);
  process.kill(pid, "SIGUSR2");
  await waitFor(`replica ${id} to read its orders`, () => !cluster.running().includes(id) || !existsSync(path));
}

/** Waits until replica `id` has killed itself at a failpoint, and says so if it ended otherwise. */
export async function struck(cluster: Cluster, id: number): Promise<Finished> {
  const finished = await cluster.exited(id);
  expect([finished.exit, finished.stderr.split("\n").filter((line) => line.startsWith("lastword: "))]).toEqual([
    KILLED,
    [],
  ]);
  return finished;
}
