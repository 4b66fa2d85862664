/**
 * B3: fan-out. Two people write to each other at a fixed rate while very many streams of theirs
 * are open, spread over all three replicas. Measures the time from a send until the last stream
 * has the message, and whether every stream got every message once and in order. Before that, it
 * measures what an open stream costs while nobody writes. As in browsers, each stream's page sends
 * a sign of life every 10 s.
 */
import { ChatClient } from "../src/client/chat-client.ts";
import type { Cluster } from "../harness/cluster.ts";
import { ascending, cpuSeconds, ms, percentile, residentMb, table, whole } from "./measure.ts";
import type { PartResult, Say } from "./part.ts";
import { linePlot, shareLine, type Line } from "./plot.ts";
import { registerSenders, startProduct } from "./product.ts";
import type { Sender } from "./chat-wires.ts";
import { SignsOfLife } from "./signs-of-life.ts";
import { numberedBody, SseReaders } from "./sse-socket.ts";
import { each } from "../harness/each.ts";
import { loginCookie } from "../harness/login-cookie.ts";

const BODY_BYTES = 200;
/** Streams that are opened at the same time. */
const OPENING = 32;
const SETTLE_MS = 5_000;
const AT_REST_MS = 5_000;
/** How long the last messages may take to arrive. */
const ARRIVE_MS = 15_000;
const POLL_MS = 20;

export interface FanOutOptions {
  readonly streams: number;
  readonly perSecond: number;
  readonly seconds: number;
}

/** The sizes of the full run. */
export const FAN_OUT: readonly FanOutOptions[] = [
  { streams: 1_000, perSecond: 20, seconds: 30 },
  { streams: 5_000, perSecond: 4, seconds: 30 },
];

/** A few seconds. */
export const FAN_OUT_QUICK: readonly FanOutOptions[] = FAN_OUT.map((size) => ({ ...size, seconds: 4 }));

export interface FanOutResult extends FanOutOptions {
  readonly sent: number;
  /** Time from the send to the last stream, ms, ascending, for messages that reached all streams. */
  readonly lastMs: readonly number[];
  /** Copies that did not arrive. */
  readonly missing: number;
  /** Copies that came twice or out of order. */
  readonly wrong: number;
  readonly brokenStreams: number;
  /** An open stream while nobody writes: resident memory in KB (10^3), and share of a core. */
  readonly streamKb: number;
  readonly streamCpu: number;
  /** Cores used while messages flow: by each replica, and by this process. */
  readonly cpu: readonly number[];
  readonly cpuHere: number;
}

/** Counts the messages that arrive. */
class Arrivals {
  readonly sentAt: number[] = [];
  readonly lastMs: number[] = [];
  wrong = 0;
  copies = 0;
  readonly #streams: number;
  readonly #next: Int32Array;
  readonly #count: number[] = [];

  constructor(streams: number) {
    this.#streams = streams;
    this.#next = new Int32Array(streams);
  }

  arrived(stream: number, no: number): void {
    if (this.#next[stream] !== no) this.wrong += 1;
    this.#next[stream] = no + 1;
    this.copies += 1;
    const count = (this.#count[no] ?? 0) + 1;
    this.#count[no] = count;
    if (count === this.#streams) this.lastMs.push(performance.now() - this.sentAt[no]!);
  }
}

async function openAll(
  { readers, signs }: { readonly readers: SseReaders; readonly signs: SignsOfLife },
  cluster: Cluster,
  people: readonly Sender[],
  count: number,
): Promise<void> {
  await each(count, OPENING, async (i) => {
    const replica = cluster.ids[i % cluster.ids.length]!;
    const { token } = people[Math.floor(i / cluster.ids.length) % people.length]!;
    const origin = cluster.web(replica);
    const page = { origin, cookie: `${await loginCookie(origin)}=${token}`, stream: `s${i}` };
    await readers.open(origin, page.cookie, { name: page.stream });
    signs.add(page);
  });
}

/** Sends at a fixed rate. A send that is late does not delay the next one. */
async function sendAll(
  client: ChatClient,
  conversationId: string,
  options: FanOutOptions,
  arrivals: Arrivals,
): Promise<number> {
  const stream = client.sendStream();
  const started = performance.now();
  const pending: Promise<void>[] = [];
  const total = options.perSecond * options.seconds;
  for (let no = 0; no < total; no++) {
    const dueMs = (no * 1000) / options.perSecond - (performance.now() - started);
    if (dueMs > 0) await Bun.sleep(dueMs);
    arrivals.sentAt[no] = performance.now();
    const item = { conversationId, body: numberedBody(no, BODY_BYTES), clientId: Bun.randomUUIDv7() };
    pending.push(
      stream.send(item).then((outcome) => {
        if (!outcome.ok) throw new Error(`a send ended with ${outcome.code}`);
      }),
    );
  }
  await Promise.all(pending);
  return total;
}

/** One size, on a cluster of its own. */
export async function fanOutOnce(options: FanOutOptions): Promise<FanOutResult> {
  await using cluster = await startProduct([`--streams-per-user=${Math.min(options.streams, 10_000)}`]);
  const people = await registerSenders(cluster, 2, 1);
  const client = new ChatClient({ addresses: [cluster.grpc(0)], token: people[0]!.token, deadlineMs: ARRIVE_MS });
  const arrivals = new Arrivals(options.streams);
  const readers = new SseReaders((stream, no) => arrivals.arrived(stream, no));
  const signs = new SignsOfLife();
  const pids = cluster.ids.map((id) => cluster.pid(id));
  const sum = (of: (pid: number) => number): number => pids.reduce((total, pid) => total + of(pid), 0);
  try {
    await Bun.sleep(SETTLE_MS);
    const [mbBefore, idleBefore] = [sum(residentMb), sum(cpuSeconds)];
    await Bun.sleep(AT_REST_MS);
    const idleCpu = sum(cpuSeconds) - idleBefore;
    await openAll({ readers, signs }, cluster, people, options.streams);
    await Bun.sleep(SETTLE_MS);
    const openBefore = sum(cpuSeconds);
    await Bun.sleep(AT_REST_MS);
    const openCpu = sum(cpuSeconds) - openBefore;
    const streamKb = ((sum(residentMb) - mbBefore) * 1000) / options.streams;

    const before = { each: pids.map(cpuSeconds), here: cpuSeconds(process.pid) };
    const sent = await sendAll(client, people[0]!.conversationId, options, arrivals);
    const cpu = pids.map((pid, i) => (cpuSeconds(pid) - before.each[i]!) / options.seconds);
    const cpuHere = (cpuSeconds(process.pid) - before.here) / options.seconds;
    const expected = sent * options.streams;
    for (let waited = 0; waited < ARRIVE_MS && arrivals.copies < expected; waited += POLL_MS) await Bun.sleep(POLL_MS);
    return {
      ...options,
      sent,
      lastMs: ascending(arrivals.lastMs),
      missing: expected - arrivals.copies,
      wrong: arrivals.wrong,
      brokenStreams: readers.broken,
      streamKb,
      streamCpu: (openCpu - idleCpu) / (AT_REST_MS / 1000) / options.streams,
      cpu,
      cpuHere,
    };
  } finally {
    signs.close();
    readers.close();
    client.close();
  }
}

/** The CPU of an open stream as text. The replicas' own load while they warm up can hide it. */
export function cpuOfStream({ streamCpu }: FanOutResult): string {
  return streamCpu <= 0 ? "too little to tell" : `${(streamCpu * 1e6).toFixed(0)} us a second`;
}

/** Runs the part and returns Markdown and a plot. */
export async function fanOut(say: Say, sizes: readonly FanOutOptions[] = FAN_OUT): Promise<PartResult> {
  const rows: string[][] = [];
  const lines: Line[] = [];
  for (const size of sizes) {
    const result = await fanOutOnce(size);
    const cpu = `${result.cpu.map((used) => used.toFixed(2)).join(" ")} + ${result.cpuHere.toFixed(2)}`;
    const row = [
      `${whole(result.streams)} streams, ${result.perSecond} sends a second`,
      `${whole(result.sent * result.streams - result.missing)} of ${whole(result.sent * result.streams)}`,
      ms(percentile(result.lastMs, 0.5)),
      ms(percentile(result.lastMs, 0.99)),
      ms(result.lastMs.at(-1) ?? 0),
      `${result.streamKb.toFixed(1)} KB`,
      cpuOfStream(result),
      cpu,
    ];
    say(`${row.join(", ")}; wrong ${result.wrong}, broken ${result.brokenStreams}`);
    rows.push(row);
    lines.push(shareLine(row[0]!, lines.length, result.lastMs));
  }
  const text = table(
    ["", "copies that arrived", "p50", "p99", "max", "memory of an idle stream", "its CPU", "cores: replicas + reader"],
    rows,
  );
  const plot = linePlot({
    title: "From a send to the last of all open streams",
    x: { label: "ms", from: 0 },
    y: { label: "% of messages that all streams have", from: 0, to: 100 },
    lines,
  });
  return { text, plot };
}
