/**
 * B1: acknowledged durable sends a second, through SendStream and through the page's form,
 * beside the bare pipeline under the same load in the same run. The two take turns, because
 * what a shared machine gives changes from one minute to the next.
 */
import { Floor } from "./floor/floor.ts";
import { runLoad, type LoadResult, type Target, type Way } from "./load.ts";
import { median, ms, share, table, whole } from "./measure.ts";
import { registerSenders, startProduct, targetOf } from "./product.ts";

const SENDERS = 64;
const CONVERSATIONS = 50;
const WARM_UP_MS = 3_000;
const COUNTED_MS = 15_000;
const ROUNDS = 3;

export interface ThroughputOptions {
  readonly ways: readonly Way[];
  readonly senders: number;
  readonly rounds: number;
  readonly countedMs: number;
}

const DEFAULTS: ThroughputOptions = {
  ways: ["stream", "http"],
  senders: SENDERS,
  rounds: ROUNDS,
  countedMs: COUNTED_MS,
};

async function onProduct(way: Way, options: ThroughputOptions): Promise<LoadResult> {
  await using cluster = await startProduct();
  const senders = await registerSenders(cluster, options.senders, CONVERSATIONS);
  const leader = await cluster.leader();
  // The leader first, so that its share of the CPU is the first one shown.
  const ids = [leader, ...cluster.ids.filter((id) => id !== leader)];
  return await runLoad(targetOf(cluster, senders, ids), { way, warmUpMs: WARM_UP_MS, countedMs: options.countedMs });
}

async function onFloor(way: Way, options: ThroughputOptions): Promise<LoadResult> {
  await using floor = await Floor.start();
  const senders = Array.from({ length: options.senders }, (_, i) => ({
    token: "-",
    conversationId: `user${i % CONVERSATIONS}-user${(i % CONVERSATIONS) + 1}`,
  }));
  const target: Target = { grpc: floor.grpc, web: floor.web, senders, pids: () => floor.pids() };
  return await runLoad(target, { way, warmUpMs: WARM_UP_MS, countedMs: options.countedMs });
}

function cpuText(result: LoadResult): string {
  return `${result.cpu.map((used) => used.toFixed(2)).join(" ")} + ${result.cpuHere.toFixed(2)}`;
}

/** Runs it and answers Markdown. */
export async function throughput(say: (line: string) => void, given: Partial<ThroughputOptions> = {}): Promise<string> {
  const options = { ...DEFAULTS, ...given };
  const rows: string[][] = [];
  for (const way of options.ways) {
    const pairs: { product: LoadResult; floor: LoadResult }[] = [];
    for (let round = 0; round < options.rounds; round++) {
      const product = await onProduct(way, options);
      const floor = await onFloor(way, options);
      pairs.push({ product, floor });
      say(
        `${way} round ${round + 1}: ${whole(product.perSecond)}/s (p50 ${ms(product.p50Ms)}, p99 ${ms(product.p99Ms)}, ` +
          `cores ${cpuText(product)}, failures ${product.failures}); bare pipeline ${whole(floor.perSecond)}/s ` +
          `(p50 ${ms(floor.p50Ms)}, p99 ${ms(floor.p99Ms)}, cores ${cpuText(floor)}); ${share(product.perSecond / floor.perSecond)}`,
      );
    }
    const name = way === "stream" ? "SendStream" : "the page's form";
    const of = (pick: (result: LoadResult) => number, which: "product" | "floor"): number =>
      median(pairs.map((pair) => pick(pair[which])));
    const ratios = pairs.map(({ product, floor }) => product.perSecond / floor.perSecond);
    rows.push([
      `${options.senders} senders, ${name}`,
      `${whole(of((r) => r.perSecond, "product"))}/s`,
      ms(of((r) => r.p50Ms, "product")),
      ms(of((r) => r.p99Ms, "product")),
      `${whole(of((r) => r.perSecond, "floor"))}/s`,
      ms(of((r) => r.p50Ms, "floor")),
      `${share(median(ratios))} (${share(Math.min(...ratios))} to ${share(Math.max(...ratios))})`,
    ]);
  }
  return table(["", "lastword", "p50", "p99", "bare pipeline", "p50", "share"], rows);
}
