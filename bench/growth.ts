/**
 * B5: how sends a second, opening a conversation, start-up and memory change with the number of
 * stored messages. The sizes take turns, and each round uses a fresh copy of its data set.
 */
import type { Cluster } from "../harness/cluster.ts";
import type { Sender } from "./chat-wires.ts";
import { loadSet, type SetName } from "./data-sets.ts";
import { runLoad } from "./load.ts";
import { ascending, median, ms, percentile, residentMb, share, table, whole } from "./measure.ts";
import type { PartResult, Say } from "./part.ts";
import { linePlot } from "./plot.ts";
import { targetOf } from "./product.ts";
import { HttpSocket } from "./wires/http-socket.ts";
import { loginCookie } from "../harness/login-cookie.ts";

const SENDERS = 64;
const WARM_UP_MS = 1_500;
const OPENINGS = 200;
const SETTLE_MS = 1_000;
const IN_STEP_MS = 60_000;

export interface GrowthOptions {
  readonly sizes: readonly { readonly set: SetName; readonly messages: number }[];
  readonly rounds: number;
  readonly countedMs: number;
}

const SIZES = [
  { set: "10k", messages: 10_000 },
  { set: "100k", messages: 100_000 },
  { set: "1m", messages: 1_000_000 },
] as const;

/** All sizes whose data sets exist. */
export const GROWTH: GrowthOptions = { sizes: SIZES, rounds: 3, countedMs: 5_000 };
/** The two small sizes, one round. */
export const GROWTH_QUICK: GrowthOptions = { sizes: SIZES.slice(0, 2), rounds: 1, countedMs: 2_000 };

interface Grown {
  readonly startMs: number[];
  readonly restMb: number[];
  readonly openMs: number[];
  readonly perSecond: number[];
  readonly busyMb: number[];
}

/** Loads the whole pages of conversations one after another. Returns the ms of each. */
async function openConversations(cluster: Cluster, senders: readonly Sender[], replica: number): Promise<number[]> {
  const { host } = new URL(cluster.web(replica));
  const socket = await HttpSocket.connect(host);
  const cookie = await loginCookie(cluster.web(replica));
  const took: number[] = [];
  for (let i = 0; i < OPENINGS; i++) {
    const { token, conversationId } = senders[i % senders.length]!;
    const request = `GET /c/${conversationId} HTTP/1.1\r\nHost: ${host}\r\nCookie: ${cookie}=${token}\r\nAccept: text/html\r\n\r\n`;
    const asked = performance.now();
    const { status } = await socket.request(Buffer.from(request, "latin1"));
    if (status !== 200) throw new Error(`a conversation was answered with ${status}`);
    took.push(performance.now() - asked);
  }
  socket.close();
  return took;
}

async function measure(set: SetName, grown: Grown, options: GrowthOptions, say: Say): Promise<boolean> {
  const loaded = await loadSet(set, say);
  if (loaded === null) return false;
  const { cluster, senders } = loaded;
  try {
    for (const id of cluster.ids) {
      const started = performance.now();
      await cluster.start(id);
      grown.startMs.push(performance.now() - started);
    }
    await cluster.inStep(cluster.ids, IN_STEP_MS);
    await Bun.sleep(SETTLE_MS);
    const leader = await cluster.leader();
    const memory = (): number => Math.max(...cluster.ids.map((id) => residentMb(cluster.pid(id))));
    grown.restMb.push(memory());
    grown.openMs.push(...(await openConversations(cluster, senders, leader)));
    const target = targetOf({ cluster, senders: senders.slice(0, SENDERS) });
    const { perSecond } = await runLoad(target, { warmUpMs: WARM_UP_MS, countedMs: options.countedMs });
    grown.perSecond.push(perSecond);
    grown.busyMb.push(memory());
    const last = grown.startMs.slice(-cluster.ids.length).map(ms).join(", ");
    say(`  ${set}: starts ${last}; ${whole(perSecond)}/s; opened in ${ms(median(grown.openMs))}`);
    return true;
  } finally {
    await cluster.stop();
  }
}

/** Runs the part and returns Markdown and a plot. */
export async function growth(say: Say, options = GROWTH): Promise<PartResult> {
  const all = options.sizes.map(({ set, messages }) => {
    const grown: Grown = { startMs: [], restMb: [], openMs: [], perSecond: [], busyMb: [] };
    return { set, messages, grown };
  });
  const absent = new Set<SetName>();
  for (let round = 0; round < options.rounds; round++) {
    for (const { set, grown } of all) {
      if (!absent.has(set) && !(await measure(set, grown, options, say))) absent.add(set);
    }
  }
  const there = all.filter(({ set }) => !absent.has(set));
  const first = there[0]!.grown;
  const rows = there.map(({ messages, grown }) => {
    const ratios = grown.perSecond.map((perSecond, round) => perSecond / first.perSecond[round]!);
    const opened = ascending(grown.openMs);
    return [
      whole(messages),
      `${whole(median(grown.perSecond))}/s`,
      `${share(median(ratios))} (${share(Math.min(...ratios))} to ${share(Math.max(...ratios))})`,
      `${ms(median(opened))}, ${ms(percentile(opened, 0.99))}`,
      `${ms(median(grown.startMs))}, ${ms(Math.max(...grown.startMs))}`,
      `${whole(median(grown.restMb))} MB`,
      `${whole(median(grown.busyMb))} MB`,
    ];
  });
  const text = table(
    [
      "stored messages",
      "sends",
      "of the smallest",
      "opening a conversation: median, p99",
      "start: median, max",
      "memory at rest",
      "memory after the sends",
    ],
    rows,
  );
  const plot = linePlot({
    title: "Acknowledged sends a second, by messages stored",
    x: { label: "stored messages when the sends begin", log: true, ticks: there.map(({ messages }) => messages) },
    y: { label: "sends a second, 64 senders", from: 0 },
    lines: [
      {
        name: "lastword",
        group: 0,
        points: there.map(({ messages, grown }) => ({
          x: messages,
          y: median(grown.perSecond),
          low: Math.min(...grown.perSecond),
          high: Math.max(...grown.perSecond),
        })),
      },
    ],
  });
  return { text, plot };
}
