/**
 * B11: coming back. Many streams of people with many conversations are open at one replica, which is then killed. Each
 * stream opens again at another replica with its last cursor, and its page fetches its list, as browsers do. How long
 * does it take until the last stream is open, and does each get the message that was sent meanwhile?
 */
import { each } from "../harness/each.ts";
import { loginCookie } from "../harness/login-cookie.ts";
import type { Cluster } from "../harness/cluster.ts";
import { ChatClient } from "../src/client/chat-client.ts";
import { ascending, ms, percentile, table, whole } from "./measure.ts";
import type { PartResult, Say } from "./part.ts";
import { startProduct } from "./product.ts";

/** People whose streams are open; each has the same number of streams. */
const PEOPLE = 10;
const AT_ONCE = 24;
const PASSWORD = "correct horse battery staple";
const KILLED = 0;
const ARRIVE_MS = 20_000;
const RETRY_MS = 20;

export interface ResumeOptions {
  readonly streams: number;
  readonly conversations: number;
}

export const RESUME: readonly ResumeOptions[] = [
  { streams: 200, conversations: 3 },
  { streams: 200, conversations: 300 },
];
export const RESUME_QUICK: readonly ResumeOptions[] = [{ streams: 20, conversations: 12 }];

interface Person {
  readonly name: string;
  readonly client: ChatClient;
}

async function register(cluster: Cluster, name: string): Promise<Person> {
  const client = new ChatClient({ addresses: cluster.ids.map((id) => cluster.grpc(id)), deadlineMs: 60_000 });
  const registered = await client.register(name, PASSWORD);
  if (!registered.ok) throw new Error(`${name} could not register: ${registered.code}`);
  return { name, client };
}

/** One browser: a stream that opens again when it breaks. */
class Browser {
  /** When the stream was open again after the first break, and when it had the message sent meanwhile; monotonic ms. */
  backAt = 0;
  arrivedAt = 0;
  readonly #cluster: Cluster;
  readonly #token: string;
  readonly #no: number;
  #cursor = "";
  #over = false;

  constructor(cluster: Cluster, token: string, no: number) {
    this.#cluster = cluster;
    this.#token = token;
    this.#no = no;
  }

  /** Opens the stream at replica `id`. Resolves when it is open, and keeps reading it. */
  async open(id: number): Promise<void> {
    const origin = this.#cluster.web(id);
    const headers = { cookie: `${await loginCookie(origin)}=${this.#token}`, "last-event-id": this.#cursor };
    const answer = await fetch(`${origin}/events?alive=b${this.#no}&show=`, { headers });
    if (answer.status !== 200) throw new Error(`a stream was answered with ${answer.status}`);
    void this.#read(answer.body!);
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of body) {
        const text = decoder.decode(chunk, { stream: true });
        this.#cursor = [...text.matchAll(/^id: (\S+)$/gm)].at(-1)?.[1] ?? this.#cursor;
        if (this.#cursor !== "" && this.backAt > 0 && text.includes("event: activity"))
          this.arrivedAt = performance.now();
      }
    } catch {
      // The replica is dead.
    }
    if (!this.#over) await this.#comeBack();
  }

  async #comeBack(): Promise<void> {
    const id = 1 + (this.#no % 2);
    for (;;) {
      try {
        await this.open(id);
        break;
      } catch {
        await Bun.sleep(RETRY_MS);
      }
    }
    this.backAt = performance.now();
    const origin = this.#cluster.web(id);
    const headers = { cookie: `${await loginCookie(origin)}=${this.#token}`, "hx-request": "true" };
    await (await fetch(`${origin}/sidebar?current=`, { headers })).text();
  }

  close(): void {
    this.#over = true;
  }
}

interface ResumeResult {
  readonly backMs: readonly number[];
  readonly arrivedMs: readonly number[];
}

async function once({ streams, conversations }: ResumeOptions): Promise<ResumeResult> {
  await using cluster = await startProduct();
  const people: Person[] = [];
  const others: Person[] = [];
  await each(PEOPLE, AT_ONCE, async (i) => void (people[i] = await register(cluster, `somebody${i}`)));
  await each(conversations, AT_ONCE, async (i) => void (others[i] = await register(cluster, `other${i}`)));
  await each(conversations * PEOPLE, AT_ONCE, async (i) => {
    const { client } = others[Math.floor(i / PEOPLE)]!;
    const sent = await client.send({ to: people[i % PEOPLE]!.name, body: "hello" });
    if (!sent.ok) throw new Error(`could not write: ${sent.code}`);
  });
  const browsers = Array.from(
    { length: streams },
    (_, no) => new Browser(cluster, people[no % PEOPLE]!.client.token ?? "", no),
  );
  await each(streams, AT_ONCE, async (i) => await browsers[i]!.open(KILLED));
  // Sends one message to each person, so that all streams have a cursor.
  const tell = async (): Promise<void> => {
    for (const { name } of people) {
      const sent = await others[0]!.client.send({ to: name, body: "news" });
      if (!sent.ok) throw new Error(`could not write: ${sent.code}`);
    }
  };
  await tell();
  await Bun.sleep(3_000);
  const killedAt = performance.now();
  await cluster.kill(KILLED);
  await tell();
  while (browsers.some(({ arrivedAt }) => arrivedAt === 0) && performance.now() - killedAt < ARRIVE_MS)
    await Bun.sleep(RETRY_MS);
  for (const browser of browsers) browser.close();
  for (const { client } of [...people, ...others]) client.close();
  const after = (times: readonly number[]): number[] =>
    ascending(times.filter((at) => at > 0).map((at) => at - killedAt));
  return {
    backMs: after(browsers.map(({ backAt }) => backAt)),
    arrivedMs: after(browsers.map(({ arrivedAt }) => arrivedAt)),
  };
}

/** Runs the part and returns Markdown. */
export async function resume(say: Say, sizes = RESUME): Promise<PartResult> {
  const rows: string[][] = [];
  for (const size of sizes) {
    const { backMs, arrivedMs } = await once(size);
    const row = [
      `${whole(size.streams)} streams, ${whole(size.conversations)} conversations each`,
      `${backMs.length} of ${size.streams}`,
      ms(percentile(backMs, 0.5)),
      ms(backMs.at(-1) ?? 0),
      `${arrivedMs.length} of ${size.streams}`,
      ms(arrivedMs.at(-1) ?? 0),
    ];
    say(row.join(", "));
    rows.push(row);
  }
  const head = ["", "open again", "median", "the last one", "have the message sent meanwhile", "the last one"];
  return { text: table(head, rows) };
}
