/**
 * B8: many pages of many people, as browsers keep them open: each page reads its events and sends a sign of life
 * every 10 s. Meanwhile people come and go, and some write to each other. What does this cost each replica, how
 * long does a message take to the last page, and does the cost of one coming or going grow with the number of
 * people who see it, or with the number of all open pages?
 *
 * Readers, signs of life and senders share one process beside the three replicas. The CPU of each process is
 * taken from /proc, so the load generator does not count as a replica's.
 */
import { each } from "../harness/each.ts";
import { loginCookie } from "../harness/login-cookie.ts";
import type { Cluster } from "../harness/cluster.ts";
import type { ChatClient } from "../src/client/chat-client.ts";
import { Arrivals, atRate } from "./arrivals.ts";
import { ascending, cpuSeconds, ms, percentile, table, whole } from "./measure.ts";
import type { PartResult, Say } from "./part.ts";
import { registerPeople, startProduct, type Person } from "./product.ts";
import { SignsOfLife, type Page } from "./signs-of-life.ts";
import { numberedBody, SseReaders } from "./sse-socket.ts";

/** Pages of one person. There are fewer people than pages, because hashing passwords is slow by design. */
const PAGES_EACH = 10;
/** People who come and go, and with how many people each of them has a conversation. */
const COMERS = 40;
const COMPANIONS = 10;
/** The list shows the first part of a message. The number follows it, so that a page gets the number only once. */
const PREVIEWED = "x".repeat(100);
const NUMBER_BYTES = 100;
const OPENING = 32;
const SETTLE_MS = 5_000;
const ARRIVE_MS = 5_000;
/** Comings and goings per second while their cost is measured: so many that the cost exceeds the noise. */
const MANY_CHANGES = 60;

export interface ManyPagesOptions {
  readonly pages: number;
  readonly messages: number;
  readonly changes: number;
  readonly seconds: number;
}

/** `messages` and `changes` (people who come or go) are per second. */
export const MANY_PAGES: readonly ManyPagesOptions[] = [1_000, 5_000, 15_000].map((pages) => ({
  pages,
  messages: 20,
  changes: 10,
  seconds: 15,
}));
export const MANY_PAGES_QUICK: readonly ManyPagesOptions[] = [{ pages: 600, messages: 20, changes: 10, seconds: 3 }];

export interface ManyPagesResult extends ManyPagesOptions {
  /** Cores used by each replica: while pages are only open, and under the load. */
  readonly idleCpu: readonly number[];
  readonly cpu: readonly number[];
  /** Cores used by this process under the load. */
  readonly cpuHere: number;
  /** Time from the send to the last page that shows the message, ms, ascending. */
  readonly lastMs: readonly number[];
  readonly missing: number;
  readonly brokenStreams: number;
  readonly failedSigns: number;
  /** For one coming or going: the copies that pages got, and the CPU of all replicas, us. */
  readonly changeCopies: number;
  readonly changeMicros: number;
}

async function firstWords(from: Person, to: Person): Promise<string> {
  const sent = await from.client.send({ to: to.name, body: "hello" });
  if (!sent.ok) throw new Error(`${from.name} could not write: ${sent.code}`);
  return sent.value.message!.conversationId;
}

interface OpenPage {
  readonly page: Page;
  /** The number of its stream among the readers. */
  readonly stream: number;
}

/** The people of one run, their pages, and those who come and go. */
class Crowd {
  readonly readers: SseReaders;
  readonly arrivals = new Arrivals(2 * PAGES_EACH);
  readonly signs = new SignsOfLife();
  readonly #cluster: Cluster;
  readonly #writers: { readonly client: ChatClient; readonly conversationId: string }[] = [];
  #people: Person[] = [];
  #comers: { readonly person: Person; open: OpenPage | null; busy: boolean }[] = [];
  #opened = 0;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.readers = new SseReaders((_stream, no) => this.arrivals.arrived(no));
  }

  async gather(pages: number): Promise<void> {
    const count = Math.floor(pages / PAGES_EACH / 2) * 2;
    const all = await registerPeople(this.#cluster, count + COMERS);
    this.#people = all.slice(0, count);
    const shows: string[] = [];
    this.#comers = all.slice(count).map((person) => ({ person, open: null, busy: false }));
    await each(count / 2, OPENING, async (i) => {
      const [one, other] = [all[2 * i]!, all[2 * i + 1]!];
      const conversationId = await firstWords(one, other);
      this.#writers.push({ client: one.client, conversationId });
      shows[2 * i] = shows[2 * i + 1] = conversationId;
    });
    await each(COMERS * COMPANIONS, OPENING, async (i) => {
      const comer = this.#comers[i % COMERS]!.person;
      await firstWords(comer, this.#people[(i * 7 + Math.floor(i / COMERS)) % count]!);
    });
    await each(count * PAGES_EACH, OPENING, async (i) => {
      await this.#open(this.#people[i % count]!, shows[i % count]!);
    });
  }

  /** Opens a page at the next replica; `show` is the conversation on it, or "". */
  async #open({ token }: Person, show: string): Promise<OpenPage> {
    const no = this.#opened++;
    const origin = this.#cluster.web(this.#cluster.ids[no % this.#cluster.ids.length]!);
    const page = { origin, cookie: `${await loginCookie(origin)}=${token}`, stream: `s${no}` };
    const stream = await this.readers.open(origin, page.cookie, { name: page.stream, show });
    this.signs.add(page);
    return { page, stream };
  }

  write(no: number): void {
    const { client, conversationId } = this.#writers[no % this.#writers.length]!;
    this.arrivals.sentAt[no] = performance.now();
    void client.send({ conversationId, body: PREVIEWED + numberedBody(no, NUMBER_BYTES) });
  }

  /** How often somebody came or went so far. */
  changes = 0;

  /** Lets person `no` of those who come and go come or go, unless they are just doing so. */
  async change(no: number): Promise<void> {
    const comer = this.#comers[no % COMERS]!;
    if (comer.busy) return;
    this.changes += 1;
    comer.busy = true;
    if (comer.open === null) comer.open = await this.#open(comer.person, "");
    else {
      this.readers.end(comer.open.stream);
      this.signs.remove(comer.open.page);
      comer.open = null;
    }
    comer.busy = false;
  }

  close(): void {
    this.signs.close();
    this.readers.close();
    for (const { client } of [...this.#people, ...this.#comers.map(({ person }) => person)]) client.close();
  }
}

/** Measures one size, on a cluster of its own. */
async function manyPagesOnce(options: ManyPagesOptions): Promise<ManyPagesResult> {
  await using cluster = await startProduct(["--streams-per-user=100"]);
  const crowd = new Crowd(cluster);
  const pids = cluster.ids.map((id) => cluster.pid(id));
  /** Cores used by each replica, and last by this process, while `work` runs. */
  const during = async (work: () => Promise<unknown>): Promise<number[]> => {
    const processes = [...pids, process.pid];
    const [before, started] = [processes.map(cpuSeconds), performance.now()];
    await work();
    const seconds = (performance.now() - started) / 1000;
    return processes.map((pid, i) => (cpuSeconds(pid) - before[i]!) / seconds);
  };
  const sum = (shares: readonly number[]): number => shares.slice(0, -1).reduce((total, one) => total + one, 0);
  try {
    await crowd.gather(options.pages);
    await Bun.sleep(SETTLE_MS);
    const { seconds } = options;
    const idle = await during(() => Bun.sleep(seconds * 1000));
    const loaded = await during(() =>
      Promise.all([
        atRate(options.messages, seconds, (no) => crowd.write(no)),
        atRate(options.changes, seconds, (no) => void crowd.change(no)),
      ]),
    );
    await Bun.sleep(ARRIVE_MS);
    const before = { copies: crowd.readers.presences, changes: crowd.changes };
    const changing = await during(() => atRate(MANY_CHANGES, seconds, (no) => void crowd.change(no)));
    await Bun.sleep(ARRIVE_MS);
    const changes = crowd.changes - before.changes;
    return {
      ...options,
      idleCpu: idle.slice(0, -1),
      cpu: loaded.slice(0, -1),
      cpuHere: loaded.at(-1)!,
      lastMs: ascending(crowd.arrivals.lastMs),
      missing: options.messages * seconds - crowd.arrivals.lastMs.length,
      brokenStreams: crowd.readers.broken,
      failedSigns: crowd.signs.failed,
      changeCopies: (crowd.readers.presences - before.copies) / changes,
      changeMicros: ((sum(changing) - sum(idle)) * seconds * 1e6) / changes,
    };
  } finally {
    crowd.close();
  }
}

/** Runs the part and returns Markdown. */
export async function manyPages(say: Say, sizes: readonly ManyPagesOptions[] = MANY_PAGES): Promise<PartResult> {
  const rows: string[][] = [];
  const shares = (cpu: readonly number[]): string => cpu.map((used) => used.toFixed(2)).join(" ");
  for (const size of sizes) {
    const result = await manyPagesOnce(size);
    const row = [
      whole(result.pages),
      shares(result.idleCpu),
      `${shares(result.cpu)} + ${result.cpuHere.toFixed(2)}`,
      ms(percentile(result.lastMs, 0.5)),
      ms(percentile(result.lastMs, 0.99)),
      `${whole(result.missing)}, ${whole(result.brokenStreams)}, ${whole(result.failedSigns)}`,
      result.changeCopies.toFixed(1),
      `${whole(result.changeMicros)} us`,
    ];
    say(row.join(", "));
    rows.push(row);
  }
  const text = table(
    [
      "pages",
      "cores: replicas, pages only open",
      "cores under load: replicas + reader",
      "last page p50",
      "p99",
      "messages missing, streams broken, signs failed",
      "copies of one coming or going",
      "its CPU, all replicas",
    ],
    rows,
  );
  return { text };
}
