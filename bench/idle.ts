/**
 * B6: what a replica costs while nobody writes, what an open stream adds to that, how large the
 * binary is, and how long a start takes until the ports are bound.
 */
import { statSync } from "node:fs";
import { BINARY } from "../harness/cluster.ts";
import { cpuOfStream, fanOutOnce } from "./fan-out.ts";
import { cpuSeconds, median, ms, residentMb, table, whole } from "./measure.ts";
import type { PartResult, Say } from "./part.ts";
import { startProduct } from "./product.ts";

/** The JIT compiler is busy for half a minute after a start. */
const SETTLE_MS = 40_000;
const STARTS = 5;

export interface IdleOptions {
  readonly countedMs: number;
  readonly streams: number;
}

export const IDLE: IdleOptions = { countedMs: 20_000, streams: 3_000 };
export const IDLE_QUICK: IdleOptions = { countedMs: 3_000, streams: 300 };

/** Runs the part and returns Markdown. */
export async function idle(say: Say, options = IDLE): Promise<PartResult> {
  const alone = await replicas(say, options);
  const open = await fanOutOnce({ streams: options.streams, perSecond: 0, seconds: 1 });
  const text = table(
    ["", "value"],
    [
      ...alone,
      [`memory of an open stream nobody writes to, of ${whole(options.streams)}`, `${open.streamKb.toFixed(1)} KB`],
      ["its CPU (a ping a second to it, a sign of life every 10 s from it)", cpuOfStream(open)],
    ],
  );
  return { text };
}

async function replicas(say: Say, { countedMs }: IdleOptions): Promise<string[][]> {
  await using cluster = await startProduct();
  await Bun.sleep(SETTLE_MS);
  const pids = cluster.ids.map((id) => cluster.pid(id));
  const before = pids.map(cpuSeconds);
  await Bun.sleep(countedMs);
  const cpu = pids.map((pid, i) => (cpuSeconds(pid) - before[i]!) / (countedMs / 1000));
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
  return [
    ["CPU of each idle replica, share of a core", each(cpu, (used) => `${(used * 100).toFixed(1)} %`)],
    ["resident memory of each", each(resident, (mb) => `${mb.toFixed(0)} MB`)],
    ["binary", `${(statSync(BINARY).size / 1e6).toFixed(0)} MB`],
    ["from start to bound ports, median", ms(median(starts))],
  ];
}
