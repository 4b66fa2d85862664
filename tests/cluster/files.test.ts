/**
 * Files of messages between real processes: whichever two replicas die at the instant at which a message is acknowledged,
 * the third one has its files, byte for byte.
 */
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Cluster, FAULTS_BINARY, waitFor } from "../../harness/cluster.ts";
import { SOAK } from "../../harness/load-cluster.ts";
import { WebPerson } from "../../harness/web-person.ts";

const ROUNDS = SOAK ? 300 : 6;
const PART = 1024 * 1024;
const PAIRS = [
  [0, 1],
  [1, 2],
  [0, 2],
] as const;

function randomBytes(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, Math.min(at + 65_536, size)));
  return bytes;
}

/** Somebody who uploads as the page does, at any replica. */
class Uploader {
  readonly person = new WebPerson("ann");
  readonly cluster: Cluster;
  /** Bytes that were sent. */
  sent = 0;

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  /** Sends the parts from `from` up to `to`. */
  async parts(at: number, id: string, data: Uint8Array<ArrayBuffer>, from = 0, to = data.length): Promise<void> {
    for (let offset = from; offset < to; offset += PART) {
      const part = data.subarray(offset, Math.min(offset + PART, to));
      const answer = await this.person.ask(this.cluster.web(at), `/uploads/${id}?offset=${offset}`, { body: part });
      expect([answer.status, await answer.json()]).toEqual([200, { size: offset + part.length }]);
      this.sent += part.length;
    }
  }

  async ticket(at: number, id: string, data: Uint8Array<ArrayBuffer>, name = "plan.bin"): Promise<string> {
    const form = { name, size: String(data.length) };
    const answer = await this.person.ask(this.cluster.web(at), `/uploads/${id}/done`, { form });
    expect(answer.status).toBe(200);
    return ((await answer.json()) as { ticket: string }).ticket;
  }

  /** Sends the file to herself, and returns the address of the file, as soon as that is acknowledged. */
  async send(at: number, ticket: string, id = crypto.randomUUID()): Promise<string> {
    const me = (await this.person.json<{ user: { id: string } }>(this.cluster.web(at), "/")).user.id;
    const path = `/c/${me}_${me}/messages`;
    return await waitFor("the message", async () => {
      const answer = await this.person.ask(this.cluster.web(at), path, { form: { body: "", id, files: ticket } });
      if (answer.status >= 500) return null;
      expect(answer.status).toBe(201);
      const { message } = (await answer.json()) as { message: { id: string } };
      return `/files/${message.id}/0/plan.bin`;
    });
  }

  /** The file as this replica serves it. */
  async read(at: number, address: string): Promise<Uint8Array> {
    return await waitFor(`the file at replica ${at}`, async () => {
      const answer = await this.person.ask(this.cluster.web(at), address).catch(() => null);
      return answer?.status === 200 ? new Uint8Array(await answer.arrayBuffer()) : null;
    });
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** The files on the disk of a replica, by hash. */
function filesOn(cluster: Cluster, id: number): string[] {
  const folder = join(cluster.data, `replica-${id}`, "files");
  return readdirSync(folder)
    .filter((name) => /^[0-9a-f]{2}$/.test(name))
    .flatMap((name) => readdirSync(join(folder, name)))
    .toSorted();
}

async function onAll(cluster: Cluster, count: number): Promise<void> {
  await waitFor("the files on all disks", () => cluster.ids.every((id) => filesOn(cluster, id).length === count));
}

async function open(): Promise<{ cluster: Cluster; ann: Uploader }> {
  const cluster = await Cluster.create();
  await cluster.startAll();
  await cluster.inStep();
  const ann = new Uploader(cluster);
  await ann.person.register(cluster.web(0));
  return { cluster, ann };
}

test(
  `any two killed the instant a message with a file is acknowledged, ${ROUNDS} rounds: the survivor serves the same bytes`,
  async () => {
    const { cluster: made, ann } = await open();
    await using cluster = made;
    const known: { address: string; data: Uint8Array<ArrayBuffer> }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const pair = PAIRS[round % 3]!;
      const survivor = cluster.ids.find((id) => !(pair as readonly number[]).includes(id))!;
      // Sent at each of the three in turn: at one that dies, or at the survivor.
      const at = Math.floor(round / 3) % 3;
      const data = randomBytes(1_000 + Math.floor(Math.random() * 700_000));
      const id = crypto.randomUUID();
      await ann.parts(at, id, data);
      const address = await ann.send(at, await ann.ticket(at, id, data));
      await cluster.killTogether(pair);
      expect(sameBytes(await ann.read(survivor, address), data)).toBeTrue();
      known.push({ address, data });
      await cluster.startMissing();
      await cluster.inStep();
      await onAll(cluster, known.length);
    }
    for (const id of cluster.ids) {
      for (const { address, data } of known) expect(sameBytes(await ann.read(id, address), data)).toBeTrue();
    }
  },
  SOAK ? 1_800_000 : 180_000,
);

test("killed at 60 %, an upload goes on at another replica; at most 8 MiB are sent again", async () => {
  const { cluster: made, ann } = await open();
  await using cluster = made;
  const data = randomBytes(20 * PART);
  const id = crypto.randomUUID();
  await ann.parts(0, id, data, 0, 12 * PART);
  await cluster.kill(0);
  const { size } = await ann.person.json<{ size: number }>(cluster.web(1), `/uploads/${id}`);
  expect(size).toBe(12 * PART);
  await ann.parts(1, id, data, size);
  expect(ann.sent - data.length).toBeLessThanOrEqual(8 * PART);
  const address = await ann.send(1, await ann.ticket(1, id, data));
  await cluster.kill(1);
  expect(sameBytes(await ann.read(2, address), data)).toBeTrue();

  // Those that were away fetch it behind.
  await cluster.startMissing();
  await cluster.inStep();
  await onAll(cluster, 1);

  // Bytes that changed on a disk while the replica was down are found, and fetched again.
  await cluster.kill(2);
  const [hash] = filesOn(cluster, 2) as [string];
  const path = join(cluster.data, "replica-2", "files", hash.slice(0, 2), hash);
  const changed = readFileSync(path);
  changed[5_000_000]! ^= 1;
  writeFileSync(path, changed);
  cluster.install(2, FAULTS_BINARY);
  await cluster.start(2, [], { LASTWORD_FAULTS: "scrub=200" });
  await waitFor("the file as it was", () => existsSync(path) && sameBytes(readFileSync(path), data));
});
