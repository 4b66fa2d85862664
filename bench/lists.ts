/**
 * B10: the list on the left. People write to each other in pairs, and each has one page open. What do the rows of
 * their lists cost the replicas? The same load is read once by pages, which get rows, and once by programs, which get
 * the same messages without rows. The difference is the cost of the lists.
 */
import { loginCookie } from "../harness/login-cookie.ts";
import { ChatClient } from "../src/client/chat-client.ts";
import { cpuSeconds, share, table, whole } from "./measure.ts";
import type { PartResult, Say } from "./part.ts";
import { registerSenders, startProduct } from "./product.ts";
import { SignsOfLife } from "./signs-of-life.ts";
import { SseReaders } from "./sse-socket.ts";

const SETTLE_MS = 4_000;
const BODY = "y".repeat(200);

export interface ListsOptions {
  readonly pages: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly rounds: number;
}

export const LISTS: ListsOptions = { pages: 60, perSecond: 200, seconds: 10, rounds: 3 };
export const LISTS_QUICK: ListsOptions = { pages: 20, perSecond: 50, seconds: 2, rounds: 1 };

/** Cores used by all replicas together, and rows that a page got per second. */
interface Used {
  readonly cores: number;
  readonly rows: number;
}

async function once(arePages: boolean, { pages, perSecond, seconds }: ListsOptions): Promise<Used> {
  await using cluster = await startProduct();
  const people = await registerSenders(cluster, pages, pages / 2);
  const readers = new SseReaders(() => {});
  const signs = new SignsOfLife();
  const clients = people.map(
    ({ token }, i) => new ChatClient({ addresses: [cluster.grpc(cluster.ids[i % cluster.ids.length]!)], token }),
  );
  try {
    for (const [i, { token, conversationId }] of people.entries()) {
      const origin = cluster.web(cluster.ids[i % cluster.ids.length]!);
      const page = { origin, cookie: `${await loginCookie(origin)}=${token}`, stream: `s${i}` };
      await readers.open(origin, page.cookie, { name: page.stream, ...(arePages ? { show: conversationId } : {}) });
      signs.add(page);
    }
    const streams = clients.map((client) => client.sendStream());
    await Bun.sleep(SETTLE_MS);
    const cpu = (): number => cluster.ids.reduce((sum, id) => sum + cpuSeconds(cluster.pid(id)), 0);
    const [before, rowsBefore, started] = [cpu(), readers.rows, performance.now()];
    for (let no = 0; no < perSecond * seconds; no++) {
      const dueMs = (no * 1000) / perSecond - (performance.now() - started);
      if (dueMs > 0) await Bun.sleep(dueMs);
      const { conversationId } = people[no % pages]!;
      void streams[no % pages]!.send({ conversationId, body: BODY, clientId: Bun.randomUUIDv7() });
    }
    const took = (performance.now() - started) / 1000;
    return { cores: (cpu() - before) / took, rows: (readers.rows - rowsBefore) / took / pages };
  } finally {
    signs.close();
    readers.close();
    for (const client of clients) client.close();
  }
}

/** Runs the part and returns Markdown. */
export async function lists(say: Say, options = LISTS): Promise<PartResult> {
  const rows: string[][] = [];
  for (let round = 0; round < options.rounds; round++) {
    // In turns, so that both meet the same load of the machine.
    const programs = await once(false, options);
    const pages = await once(true, options);
    const row = [
      `${whole(options.pages)} pages, ${whole(options.perSecond)} messages a second`,
      programs.cores.toFixed(2),
      pages.cores.toFixed(2),
      pages.rows.toFixed(1),
      share(pages.cores - programs.cores),
    ];
    say(row.join(", "));
    rows.push(row);
  }
  const head = [
    "",
    "cores of all replicas, without lists",
    "with lists",
    "rows a second and page",
    "the lists, of one core",
  ];
  return { text: table(head, rows) };
}
