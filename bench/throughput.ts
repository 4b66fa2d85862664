/**
 * B1: acknowledged durable sends a second and their latencies, by number of senders: the product
 * through SendStream and through the page's form, the bare pipeline, etcd, and NATS. In every
 * round the systems take turns, because the speed of a shared machine changes from one minute to
 * the next, and ratios are taken within a round.
 */
import type { Way } from "./chat-wires.ts";
import { runLoad, type LoadResult } from "./load.ts";
import { median, share, table, whole } from "./measure.ts";
import { linePlot } from "./plot.ts";
import type { PartResult, Say } from "./part.ts";
import { ETCD, FLOOR, NATS, PRODUCT, type System } from "./system.ts";

export interface ThroughputOptions {
  readonly systems: readonly System[];
  readonly counts: readonly number[];
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly countedMs: number;
  /** Times at HEADLINE senders, which run first and whose numbers are quoted: through streams and through HTTP. */
  readonly headline: { readonly warmUpMs: number; readonly countedMs: Readonly<Record<Way, number>> };
}

const HEADLINE = 64;
const SYSTEMS: readonly System[] = [PRODUCT, FLOOR, ETCD, NATS];

/** The full run. It is so short that five rounds of everything fit into 20 minutes. */
export const THROUGHPUT: ThroughputOptions = {
  systems: SYSTEMS,
  counts: [1, 16, 64, 256],
  rounds: 5,
  warmUpMs: 1_500,
  countedMs: 3_000,
  headline: { warmUpMs: 5_000, countedMs: { stream: 30_000, http: 10_000 } },
};

/** One short round of everything. */
export const THROUGHPUT_QUICK: ThroughputOptions = {
  ...THROUGHPUT,
  counts: [1, 64],
  rounds: 1,
  countedMs: 2_000,
  headline: { warmUpMs: 1_000, countedMs: { stream: 2_000, http: 2_000 } },
};

/** The results of one system and one way to send: for each number of senders, one result per round. */
interface Series {
  readonly name: string;
  readonly way: Way;
  readonly results: Map<number, LoadResult[]>;
}

const labelOf = (series: Series): string =>
  series.way === "http" ? `${series.name}, HTTP` : `${series.name}${series.name === PRODUCT.name ? ", streams" : ""}`;

async function oneRound(
  series: readonly Series[],
  system: System,
  options: ThroughputOptions,
  say: Say,
): Promise<void> {
  await using running = await system.start();
  for (const way of system.ways) {
    // The quoted number of senders runs first. It also leaves the hot functions compiled for the others.
    for (const senders of [HEADLINE, ...options.counts.filter((count) => count !== HEADLINE)]) {
      const { warmUpMs, countedMs } = options.headline;
      const period =
        senders === HEADLINE
          ? { warmUpMs, countedMs: countedMs[way] }
          : { warmUpMs: options.warmUpMs, countedMs: options.countedMs };
      const result = await runLoad(running.target(senders, way), period);
      const at = series.find((one) => one.name === system.name && one.way === way)!;
      at.results.set(senders, [...(at.results.get(senders) ?? []), result]);
      say(
        `  ${labelOf(at)}, ${senders} senders: ${whole(result.perSecond)}/s, p50 ${result.p50Ms.toFixed(2)} ms, ` +
          `p99 ${result.p99Ms.toFixed(1)} ms, cores ${cpuText(result)}, failures ${result.failures}`,
      );
    }
  }
}

function cpuText(result: LoadResult): string {
  return `${result.cpu.map((used) => used.toFixed(2)).join(" ")} + ${result.cpuHere.toFixed(2)}`;
}

type Pick = (result: LoadResult) => number;

/** The ratios within each round as text: the median, and the smallest and the largest. */
function ratio(
  [over, under]: readonly [Series | undefined, Series | undefined],
  senders: number,
  pick: Pick,
  print: (value: number) => string,
): string {
  const below = under?.results.get(senders) ?? [];
  const ratios = (over?.results.get(senders) ?? []).flatMap((result, round) =>
    below[round] === undefined ? [] : [pick(result) / pick(below[round])],
  );
  if (ratios.length === 0) return "-";
  return `${print(median(ratios))} (${print(Math.min(...ratios))} to ${print(Math.max(...ratios))})`;
}

const perSecond: Pick = (result) => result.perSecond;
const p50: Pick = (result) => result.p50Ms;
const middle = (series: Series, senders: number, pick: Pick): number =>
  median((series.results.get(senders) ?? []).map(pick));

const times = (value: number): string => `${value.toFixed(1)}x`;

function report(series: readonly Series[], options: ThroughputOptions): string {
  const find = (name: string, way: Way): Series | undefined =>
    series.find((one) => one.name === name && one.way === way);
  const own = find(PRODUCT.name, "stream");
  const floor = find(FLOOR.name, "stream");
  const etcd = find(ETCD.name, "stream");
  const nats = find(NATS.name, "stream");
  const labels = series.map(labelOf);
  const sends = options.counts.map((senders) => [
    String(senders),
    ...series.map((one) => whole(middle(one, senders, perSecond))),
  ]);
  const ratios = options.counts.map((senders) => [
    String(senders),
    ratio([own, floor], senders, perSecond, share),
    ratio([own, etcd], senders, perSecond, times),
    ratio([own, nats], senders, perSecond, times),
    ratio([own, etcd], senders, p50, times),
  ]);
  const latencies = options.counts.map((senders) => [
    String(senders),
    ...series.map(
      (one) => `${middle(one, senders, p50).toFixed(1)} / ${middle(one, senders, (r) => r.p99Ms).toFixed(1)}`,
    ),
  ]);
  const busiest = options.counts.includes(HEADLINE) ? HEADLINE : options.counts.at(-1)!;
  const cores = series.map((one) => {
    const results = one.results.get(busiest) ?? [];
    const each = [0, 1, 2].map((i) => median(results.map((r) => r.cpu[i] ?? 0)).toFixed(2));
    return [labelOf(one), ...each, median(results.map((r) => r.cpuHere)).toFixed(2)];
  });
  const refused = series.map((one) => [...one.results.values()].flat().reduce((sum, r) => sum + r.failures, 0));
  return [
    `${options.rounds} alternating rounds. First ${HEADLINE} senders: ${options.headline.countedMs.stream / 1000} s counted (${options.headline.countedMs.http / 1000} s through HTTP) after ${options.headline.warmUpMs / 1000} s of warm-up; then the others, ${options.countedMs / 1000} s each after ${options.warmUpMs / 1000} s. Refused sends: ${refused.join(", ")}, in the order of the columns.`,
    `Acknowledged sends a second, medians:`,
    table(["senders", ...labels], sends),
    `Ratios within a round, median (smallest to largest); lastword by streams unless said otherwise:`,
    table(["senders", "sends / bare", "sends / etcd", "sends / NATS", "p50 / etcd"], ratios),
    `p50 / p99 in ms, medians:`,
    table(["senders", ...labels], latencies),
    `Cores in use at ${busiest} senders (of two that all of it shares):`,
    table(["", "leader", "another", "another", "load generator"], cores),
  ].join("\n\n");
}

/** Runs the part and returns Markdown and a plot. */
export async function throughput(say: Say, options = THROUGHPUT): Promise<PartResult> {
  const present = options.systems.filter((system) => {
    const why = system.missing();
    if (why !== null) say(`without ${system.name}: ${why}`);
    return why === null;
  });
  const series: Series[] = present.flatMap(({ name, ways }) => ways.map((way) => ({ name, way, results: new Map() })));
  for (let round = 0; round < options.rounds; round++) {
    say(`round ${round + 1} of ${options.rounds}`);
    // Each round begins with another system, so that none always follows the same one.
    for (let i = 0; i < present.length; i++) {
      await oneRound(series, present[(round + i) % present.length]!, options, say);
    }
  }
  const plot = linePlot({
    title: "Acknowledged durable sends a second, by senders",
    x: { label: "senders, each with one send outstanding", log: true, ticks: options.counts },
    y: { label: "sends a second", from: 0 },
    lines: series.map((one) => ({
      name: one.name === NATS.name ? "NATS R3 (no fsync)" : labelOf(one),
      dashed: one.way === "http",
      group: SYSTEMS.findIndex(({ name }) => name === one.name),
      points: options.counts.map((senders) => {
        const all = (one.results.get(senders) ?? []).map((r) => r.perSecond);
        return { x: senders, y: median(all), low: Math.min(...all), high: Math.max(...all) };
      }),
    })),
  });
  return { text: report(series, options), plot };
}
