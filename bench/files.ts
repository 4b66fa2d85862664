/**
 * B16: files. People write while others upload as fast as they can: how much later do their messages come, does an event
 * loop stall, and what memory does it take? Then a replica comes back that lacks many files: how soon does it count for
 * messages, and how fast does it fetch the files, while people write at the other two?
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { each } from "../harness/each.ts";
import { waitFor, type Cluster } from "../harness/cluster.ts";
import { WebPerson } from "../harness/web-person.ts";
import { replicaFolder } from "../src/host/data-folder.ts";
import type { Sender } from "./chat-wires.ts";
import { runLoad, type LoadResult } from "./load.ts";
import { ms, residentMb, share, table, whole } from "./measure.ts";
import type { PartResult, Say } from "./part.ts";
import { registerSenders, startProduct, targetOf } from "./product.ts";
import { watchStalls } from "./stalls.ts";

const MIB = 1024 * 1024;
const WRITERS = 8;
const PAUSE_MS = 50;
const WARM_UP_MS = 3_000;
const SAMPLE_MS = 100;
const REJOIN_MS = 600_000;
const UPLOADERS = 4;

export interface FilesOptions {
  readonly calmMs: number;
  readonly uploadMs: number;
  /** Bytes of each file that is uploaded while people write. */
  readonly fileBytes: number;
  /** Files that the replica lacks, and their size. */
  readonly lacking: number;
  readonly lackingBytes: number;
}

export const FILES: FilesOptions = {
  calmMs: 15_000,
  uploadMs: 20_000,
  fileBytes: 100 * MIB,
  lacking: 10_000,
  lackingBytes: MIB / 2,
};
export const FILES_QUICK: FilesOptions = {
  calmMs: 2_000,
  uploadMs: 3_000,
  fileBytes: 10 * MIB,
  lacking: 40,
  lackingBytes: MIB / 2,
};

/** Somebody who uploads files and sends each of them to herself. */
class Uploader {
  readonly #person: WebPerson;
  readonly #origin: string;
  readonly #part = new Uint8Array(MIB);
  /** Bytes in messages that were acknowledged. */
  bytes = 0;

  constructor(person: WebPerson, origin: string) {
    this.#person = person;
    this.#origin = origin;
    for (let at = 0; at < MIB; at += 65_536) crypto.getRandomValues(this.#part.subarray(at, at + 65_536));
  }

  async send(size: number): Promise<void> {
    const id = crypto.randomUUID();
    for (let offset = 0; offset < size; offset += MIB) {
      // No two files are the same.
      crypto.getRandomValues(this.#part.subarray(0, 16));
      const body = this.#part.subarray(0, Math.min(MIB, size - offset));
      await this.#person.json(this.#origin, `/uploads/${id}?offset=${offset}`, { body });
    }
    const form = { name: "data.bin", size: String(size) };
    const { ticket } = await this.#person.json<{ ticket: string }>(this.#origin, `/uploads/${id}/done`, {
      form,
      timeoutMs: REJOIN_MS,
    });
    const { user } = await this.#person.json<{ user: { id: string } }>(this.#origin, "/");
    const message = { body: "", id: crypto.randomUUID(), files: ticket };
    await this.#person.json(this.#origin, `/c/${user.id}_${user.id}/messages`, { form: message, timeoutMs: REJOIN_MS });
    this.bytes += size;
  }
}

async function uploadersOf(cluster: Cluster, count: number, ids: readonly number[]): Promise<Uploader[]> {
  return await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const person = new WebPerson(`uploader${i}`);
      const origin = cluster.web(ids[i % ids.length]!);
      await person.register(origin);
      return new Uploader(person, origin);
    }),
  );
}

/** Samples the memory of each replica until the returned function is called, which returns the largest of each, MB. */
function watchMemory(cluster: Cluster): () => number[] {
  const largest = cluster.ids.map(() => 0);
  const look = (): void => {
    for (const [i, id] of cluster.ids.entries()) largest[i] = Math.max(largest[i]!, residentMb(cluster.pid(id)));
  };
  const timer = setInterval(look, SAMPLE_MS);
  return () => {
    clearInterval(timer);
    look();
    return largest;
  };
}

const viewOf = async (cluster: Cluster): Promise<string> => JSON.stringify((await cluster.status(0))?.view ?? null);

async function besideUploads(say: Say, { calmMs, uploadMs, fileBytes }: FilesOptions): Promise<string> {
  await using cluster = await startProduct();
  const senders = await registerSenders(cluster, WRITERS, WRITERS);
  const uploaders = await uploadersOf(cluster, 2, cluster.ids);
  const target = targetOf({ cluster, senders });
  const rows: string[][] = [];
  const measure = async (name: string, countedMs: number, sent: () => number): Promise<LoadResult> => {
    const [memory, before, from] = [watchMemory(cluster), sent(), performance.now()];
    const stalls = await Promise.all(cluster.ids.map((id) => watchStalls(cluster.web(id))));
    const load = await runLoad(target, { warmUpMs: WARM_UP_MS, countedMs, pauseMs: PAUSE_MS });
    const perSecond = ((sent() - before) * 1000) / (performance.now() - from) / 1e6;
    const longest = Math.max(...(await Promise.all(stalls.map((stop) => stop()))));
    rows.push([
      name,
      ms(load.p50Ms),
      ms(load.p99Ms),
      ms(longest),
      memory().map(whole).join(", "),
      `${perSecond.toFixed(0)} MB/s`,
    ]);
    say(rows.at(-1)!.join(", "));
    return load;
  };
  const view = await viewOf(cluster);
  const calm = await measure("people write", calmMs, () => 0);
  let over = false;
  const uploading = uploaders.map(async (one) => {
    while (!over) await one.send(fileBytes);
  });
  const busy = await measure(`and two upload files of ${fileBytes / MIB} MiB`, uploadMs, () =>
    uploaders.reduce((sum, { bytes }) => sum + bytes, 0),
  );
  over = true;
  await Promise.all(uploading);
  const changed = (await viewOf(cluster)) === view ? "The view did not change" : "The view changed";
  const about = `${WRITERS} people write ${1000 / PAUSE_MS} messages a second each. ${changed}. p99 beside uploads: ${(busy.p99Ms / calm.p99Ms).toFixed(1)} times that before.`;
  say(about);
  const head = ["", "p50", "p99", "longest stall of any replica", "largest memory of each, MB", "files"];
  return `${about}\n\n${table(head, rows)}`;
}

/** Files on the disk of a replica. */
function filesOn(cluster: Cluster, id: number): number {
  const folder = join(replicaFolder(cluster.data, id), "files");
  const parts = readdirSync(folder).filter((name) => /^[0-9a-f]{2}$/.test(name));
  return parts.reduce((sum, part) => sum + readdirSync(join(folder, part)).length, 0);
}

async function rejoining(say: Say, { calmMs, lacking, lackingBytes }: FilesOptions): Promise<string> {
  await using cluster = await startProduct();
  const senders: readonly Sender[] = await registerSenders(cluster, WRITERS, WRITERS);
  const away = cluster.ids.find((id) => id !== 0)!;
  const present = cluster.ids.filter((id) => id !== away);
  const uploaders = await uploadersOf(cluster, UPLOADERS, present);
  await cluster.kill(away);
  await cluster.inStep(present);
  await each(lacking, UPLOADERS, (i) => uploaders[i % UPLOADERS]!.send(lackingBytes));
  say(`  ${whole(lacking)} files are sent`);
  const target = targetOf({ cluster, senders, ids: present });
  const pace = { pauseMs: PAUSE_MS };
  const calm = await runLoad(target, { warmUpMs: WARM_UP_MS, countedMs: calmMs, ...pace });
  let [inStepMs, wholeMs] = [0, 0];
  const back = async (): Promise<void> => {
    const from = performance.now();
    await cluster.start(away);
    await cluster.inStep(cluster.ids, REJOIN_MS);
    inStepMs = performance.now() - from;
    await waitFor("the files", () => filesOn(cluster, away) >= lacking, REJOIN_MS);
    wholeMs = performance.now() - from;
  };
  const busy = await runLoad(target, { warmUpMs: 0, countedMs: back, ...pace });
  const row = [
    `${whole(lacking)} files, ${((lacking * lackingBytes) / 1e9).toFixed(1)} GB`,
    `${(inStepMs / 1000).toFixed(1)} s`,
    `${(wholeMs / 1000).toFixed(1)} s`,
    `${((lacking * lackingBytes) / 1e6 / (wholeMs / 1000)).toFixed(0)} MB/s`,
    `${whole(calm.perSecond)}/s, ${ms(calm.p99Ms)}`,
    `${whole(busy.perSecond)}/s (${share(busy.perSecond / calm.perSecond)}), ${ms(busy.p99Ms)}`,
  ];
  say(row.join(", "));
  return table(
    ["lacking", "counts for messages after", "has all files after", "", "sends before, p99", "sends meanwhile, p99"],
    [row],
  );
}

/** Runs the part and returns Markdown. */
export async function files(say: Say, options: FilesOptions = FILES): Promise<PartResult> {
  const beside = await besideUploads(say, options);
  return { text: `${beside}\n\n${await rejoining(say, options)}` };
}
