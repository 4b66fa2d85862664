/**
 * B15: the search. A million messages in 200 rooms, as people write them (prose.ts), and three people who search: one is
 * in all rooms, one in 60, one in 20. How long do answers take at rest, how large is the index, how soon is a message
 * found, and how long does a new index take beside traffic? Then two clusters without messages, one of them without an
 * index, take turns: what does the index cost the senders?
 */
import { Database } from "bun:sqlite";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Cluster } from "../harness/cluster.ts";
import { ChatClient } from "../src/client/chat-client.ts";
import { replicaFolder } from "../src/host/data-folder.ts";
import { atRate } from "./arrivals.ts";
import type { Sender } from "./chat-wires.ts";
import { loadSet, type LoadedCluster, type SetName } from "./data-sets.ts";
import { runLoad } from "./load.ts";
import { ascending, median, ms, percentile, share, table, whole } from "./measure.ts";
import type { PartResult, Say } from "./part.ts";
import { createProduct, registerSenders, targetOf } from "./product.ts";
import { Prose } from "./prose.ts";
import type { Reader } from "./room-set.ts";

/** What is asked, by kind. Words that are in no message are the last. */
const QUESTIONS: Readonly<Record<string, readonly string[]>> = {
  "two characters of Chinese or Japanese": ["会議", "部署", "資料", "问题", "件", "データ"],
  "common fragments": ["mess", "ing", "the", "repli", "state leader", "an index of", '"of the"', "th se"],
  "identifiers and code": ["E12", "E4711", "ci.example/builds/12", "read_", "=> {", "readonly #", "appliedSeq"],
  filters: ["message from:person0", "replica in:#room0", "has:link leader", "state after:2026-01", "is:unread the"],
  "nothing found": ["zyzzyva", "会饮", "qqx leader", "message before:2020"],
};
const LIMIT = 50;
const NOTHING = "zyzzyva";

const SENDERS = 64;
const PAIRS = 50;
const BODIES = 10_000;
/** Time that a page of results may take while the index is being built. */
const ASK_MS = 30_000;
const LOOK_EVERY_MS = 500;
const BUILT_MS = 30 * 60_000;
const WRITERS = 8;
const REST_MS = 5_000;

export interface SearchOptions {
  readonly set: SetName;
  /** How often each question is asked, by each of the three. */
  readonly asks: number;
  /** Messages that are looked for as soon as they are sent. */
  readonly found: number;
  readonly perSecond: number;
  /** Traffic before the index is removed. */
  readonly beforeSeconds: number;
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly countedMs: number;
}

export const SEARCH: SearchOptions = {
  set: "prose-1m",
  asks: 10,
  found: 50,
  perSecond: 160,
  beforeSeconds: 60,
  rounds: 5,
  warmUpMs: 3_000,
  countedMs: 10_000,
};
export const SEARCH_QUICK: SearchOptions = {
  set: "prose-20k",
  asks: 1,
  found: 5,
  perSecond: 40,
  beforeSeconds: 3,
  rounds: 1,
  warmUpMs: 500,
  countedMs: 2_000,
};

function clientAt(cluster: Cluster, id: number, token: string): ChatClient {
  return new ChatClient({ addresses: [cluster.grpc(id)], token, deadlineMs: ASK_MS });
}

async function ask(client: ChatClient, query: string) {
  const found = await client.call("Search", { query, limit: LIMIT });
  if (!found.ok) throw new Error(`the search for ${query} ended with ${found.code}: ${found.sentence}`);
  return found.value;
}

/** Waits until the index of replica `id` has all messages. Its first question starts the index. */
async function built(cluster: Cluster, id: number, token: string): Promise<void> {
  const client = clientAt(cluster, id, token);
  const until = performance.now() + BUILT_MS;
  for (;;) {
    const answer = await client.call("Search", { query: NOTHING, limit: 1 });
    if (answer.ok && answer.value.percent === 100) break;
    if (performance.now() > until) throw new Error(`the index of replica ${id} is not complete after 30 minutes`);
    await Bun.sleep(LOOK_EVERY_MS);
  }
  client.close();
}

/** Removes the index of a stopped replica. */
function removeIndex(cluster: Cluster, id: number): void {
  const folder = replicaFolder(cluster.data, id);
  for (const name of readdirSync(folder))
    if (name.startsWith("search.db")) rmSync(join(folder, name), { recursive: true });
}

/** A folder in the place of search.db: the replica has no index, and says so in its log. */
function forbidIndex(cluster: Cluster): void {
  for (const id of cluster.ids) mkdirSync(join(replicaFolder(cluster.data, id), "search.db"), { recursive: true });
}

async function answers(say: Say, { cluster, readers }: LoadedCluster, { asks }: SearchOptions): Promise<string> {
  const [at] = cluster.running();
  const all: number[] = [];
  const rows: string[][] = [];
  for (const [kind, queries] of Object.entries(QUESTIONS)) {
    for (const { token, rooms } of readers) {
      const client = clientAt(cluster, at!, token);
      const took: number[] = [];
      let [hits, cut] = [0, 0];
      for (const query of Array.from({ length: asks }, () => queries).flat()) {
        const started = performance.now();
        const found = await ask(client, query);
        took.push(performance.now() - started);
        hits += found.hits.length;
        if (found.cut) cut += 1;
      }
      client.close();
      all.push(...took);
      rows.push([kind, whole(rooms), ...times(took), (hits / took.length).toFixed(1), share(cut / took.length)]);
      say(rows.at(-1)!.join(", "));
    }
  }
  rows.push(["all", "", ...times(all), "", ""]);
  say(rows.at(-1)!.join(", "));
  const count = Object.values(QUESTIONS).flat().length;
  const head = [`${count} questions`, "of 200 rooms", "median", "p95", "longest", "hits on a page", "cut short"];
  return table(head, rows);
}

function times(took: readonly number[]): string[] {
  const sorted = ascending(took);
  return [ms(percentile(sorted, 0.5)), ms(percentile(sorted, 0.95)), ms(sorted.at(-1) ?? 0)];
}

/** Bytes of the index, and of the texts of all messages. */
function sizes(
  cluster: Cluster,
  id: number,
): { readonly index: number; readonly text: number; readonly count: number } {
  const folder = replicaFolder(cluster.data, id);
  const names = readdirSync(folder);
  const bytes = names
    .filter((name) => name.startsWith("search.db"))
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  const state = names.find((name) => /^state.*\.db$/.test(name))!;
  using db = new Database(join(folder, state), { readonly: true });
  const sql = "SELECT sum(octet_length(body)) AS text, count(*) AS count FROM messages";
  return { index: bytes, ...db.query<{ text: number; count: number }, []>(sql).get()! };
}

/** From the start of a send at one replica until another finds it. */
async function untilFound(cluster: Cluster, options: SearchOptions, sender: Sender, reader: Reader): Promise<number[]> {
  const [here, there] = cluster.ids;
  const [writing, reading] = [clientAt(cluster, here!, sender.token), clientAt(cluster, there!, reader.token)];
  const took: number[] = [];
  for (let no = 0; no < options.found; no++) {
    const word = `w${crypto.randomUUID().slice(0, 8)}`;
    const started = performance.now();
    const sent = await writing.send({ conversationId: sender.conversationId, body: `look for ${word}, please` });
    if (!sent.ok) throw new Error(`a send ended with ${sent.code}`);
    for (let hits = 0; hits === 0;) hits = (await ask(reading, word)).hits.length;
    took.push(performance.now() - started);
  }
  writing.close();
  reading.close();
  return took;
}

/** Sends at a fixed rate to all running replicas until `over`, and returns how long each took. */
async function traffic(
  cluster: Cluster,
  { senders, perSecond, prose }: { senders: readonly Sender[]; perSecond: number; prose: Prose },
  over: Promise<unknown>,
): Promise<number[]> {
  const running = cluster.running();
  const writers = senders.slice(0, WRITERS).map(({ token, conversationId }, i) => {
    const client = clientAt(cluster, running[i % running.length]!, token);
    return { client, conversationId, stream: client.sendStream() };
  });
  const took: number[] = [];
  let [isOver, failed] = [false, 0];
  void over.finally(() => (isOver = true));
  while (!isOver) {
    await atRate(perSecond, 1, (no) => {
      const { stream, conversationId } = writers[no % WRITERS]!;
      const started = performance.now();
      void stream.send({ conversationId, body: prose.message(), clientId: Bun.randomUUIDv7() }).then((sent) => {
        if (sent.ok) took.push(performance.now() - started);
        else failed += 1;
      });
    });
  }
  await over;
  for (const { client } of writers) client.close();
  if (failed > 0) throw new Error(`${failed} sends failed`);
  return took;
}

/** Makes the index anew at some replicas, beside traffic. */
async function rebuild(
  say: Say,
  { cluster, senders, readers }: LoadedCluster,
  { what, ids, options }: { readonly what: string; readonly ids: readonly number[]; readonly options: SearchOptions },
): Promise<string[]> {
  const { perSecond, beforeSeconds } = options;
  const load = { senders, perSecond, prose: new Prose(perSecond) };
  const before = ascending(await traffic(cluster, load, Bun.sleep(beforeSeconds * 1_000)));
  for (const id of ids) {
    await cluster.terminate(id);
    removeIndex(cluster, id);
    await cluster.start(id);
  }
  await cluster.inStep(cluster.ids);
  await Bun.sleep(REST_MS);
  const started = performance.now();
  const all = Promise.all(ids.map((id) => built(cluster, id, readers[0]!.token)));
  const meanwhile = ascending(await traffic(cluster, load, all));
  const minutes = (performance.now() - started) / 60_000;
  const [p99, p99Meanwhile] = [percentile(before, 0.99), percentile(meanwhile, 0.99)];
  const row = [what, minutes.toFixed(1), ms(p99), ms(p99Meanwhile), `${(p99Meanwhile / p99).toFixed(2)}x`];
  say(row.join(", "));
  return row;
}

/** Sends with an index and without, in turns. */
async function sends(say: Say, { rounds, warmUpMs, countedMs }: SearchOptions): Promise<string> {
  const prose = new Prose(rounds);
  const bodies = Array.from({ length: BODIES }, () => prose.message());
  await using on = await createProduct();
  await using off = await createProduct();
  forbidIndex(off);
  await on.startAll();
  await off.startAll();
  const people = { on: await registerSenders(on, SENDERS, PAIRS), off: await registerSenders(off, SENDERS, PAIRS) };
  const clusters = { on, off };
  const rows: string[][] = [];
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const rate = { on: 0, off: 0 };
    for (const which of round % 2 === 0 ? (["on", "off"] as const) : (["off", "on"] as const)) {
      // An index that was started, and has what was sent before.
      for (const id of on.ids) await built(on, id, people.on[0]!.token);
      let no = 0;
      const body = (): string => bodies[no++ % BODIES]!;
      const target = targetOf({ cluster: clusters[which], senders: people[which] });
      rate[which] = (await runLoad(target, { warmUpMs, countedMs, body })).perSecond;
    }
    ratios.push(rate.on / rate.off);
    rows.push([String(round + 1), whole(rate.on), whole(rate.off), `${ratios.at(-1)!.toFixed(2)}x`]);
    say(rows.at(-1)!.join(", "));
  }
  rows.push(["median", "", "", `${median(ratios).toFixed(2)}x`]);
  return table(["round", "with the index", "without", "ratio"], rows);
}

/** Runs the part and returns Markdown. */
export async function search(say: Say, options: SearchOptions = SEARCH): Promise<PartResult> {
  const loaded = await loadSet(options.set, say);
  const parts: string[] = [];
  if (loaded !== null) {
    await using cluster = loaded.cluster;
    await cluster.startAll();
    for (const id of cluster.ids) await built(cluster, id, loaded.readers[0]!.token);
    await Bun.sleep(REST_MS);
    parts.push(await answers(say, loaded, options));
    const found = await untilFound(cluster, options, loaded.senders[0]!, loaded.readers[0]!);
    const { index, text, count } = sizes(cluster, cluster.ids[0]!);
    const about = `${whole(count)} messages, ${whole(text / count)} bytes each. search.db is ${(index / text).toFixed(2)} times as large as their text. From the start of a send until another replica finds it: median ${ms(median(found))}, longest ${ms(Math.max(...found))}, of ${found.length}.`;
    say(about);
    const leader = await cluster.leader();
    const other = cluster.ids.find((id) => id !== leader)!;
    const rows = [
      await rebuild(say, loaded, { what: "one of the three", ids: [other], options }),
      await rebuild(say, loaded, { what: "all three at once", ids: cluster.ids, options }),
    ];
    const head = ["the index is made anew at", "minutes", "p99 of the sends before", "meanwhile", "ratio"];
    parts.push(about, `${options.perSecond} messages a second meanwhile:`, table(head, rows));
  }
  parts.push(`${SENDERS} senders by streams; sends a second:`, await sends(say, options));
  return { text: parts.join("\n\n") };
}
