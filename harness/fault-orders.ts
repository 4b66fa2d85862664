/**
 * Injects faults into a replica of dist/lastword-faults (src/base/faults.ts) by orders, which it gets
 * at its start or while it runs.
 */
import { expect } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor, type Cluster, type Finished } from "./cluster.ts";

/** The exit code that `exited` reports for a process that killed itself. */
const KILLED = 128 + 9;

/** Replaces the orders of a running replica, which has read them when this resolves. */
export async function order(cluster: Cluster, id: number, orders: string): Promise<void> {
  const pid = cluster.pid(id);
  const path = join(cluster.home, `faults.${pid}`);
  writeFileSync(path, orders);
  process.kill(pid, "SIGUSR2");
  await waitFor(`replica ${id} to read its orders`, () => !cluster.running().includes(id) || !existsSync(path));
}

/** Waits until replica `id` has killed itself at a failpoint. Fails if it ended in another way. */
export async function struck(cluster: Cluster, id: number): Promise<Finished> {
  const finished = await cluster.exited(id);
  expect([finished.exit, finished.stderr.split("\n").filter((line) => line.startsWith("lastword: "))]).toEqual([
    KILLED,
    [],
  ]);
  return finished;
}
