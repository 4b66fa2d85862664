/** B6: what a replica costs while nobody writes, how large the binary is, how soon it has its ports. */
import { statSync } from "node:fs";
import { BINARY } from "../tests/support/cluster.ts";
import { cpuSeconds, median, ms, residentMb, table } from "./measure.ts";
import { startProduct } from "./product.ts";

const SETTLE_MS = 5_000;
const COUNTED_MS = 20_000;
const STARTS = 5;

/** Runs it and answers Markdown. */
export async function idle(say: (line: string) => void): Promise<string> {
  await using cluster = await startProduct();
  await Bun.sleep(SETTLE_MS);
  const pids = cluster.ids.map((id) => cluster.pid(id));
  const before = pids.map(cpuSeconds);
  await Bun.sleep(COUNTED_MS);
  const cpu = pids.map((pid, i) => (cpuSeconds(pid) - before[i]!) / (COUNTED_MS / 1000));
  const resident = pids.map(residentMb);
  const starts: number[] = [];
  const follower = cluster.ids.find((id) => id !== 0)!;
  for (let i = 0; i < STARTS; i++) {
    await cluster.kill(follower);
    const started = performance.now();
    await cluster.start(follower);
    starts.push(performance.now() - started);
    await cluster.inStep();
  }
  say(`starts: ${starts.map(ms).join(", ")}`);
  const each = (values: readonly number[], text: (value: number) => string): string => values.map(text).join(", ");
  return table(
    ["", "value"],
    [
      ["CPU of each idle replica, share of a core", each(cpu, (used) => `${(used * 100).toFixed(1)} %`)],
      ["resident memory of each", each(resident, (mb) => `${mb.toFixed(0)} MB`)],
      ["binary", `${(statSync(BINARY).size / 1e6).toFixed(0)} MB`],
      ["from start to bound ports, median", ms(median(starts))],
    ],
  );
}
