/** The index of each replica: through the other replicas' messages, a split and its merge, and damage on its disk. */
import { expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Database } from "bun:sqlite";
import { ChatClient } from "../../src/client/chat-client.ts";
import { replicaFolder } from "../../src/host/data-folder.ts";
import { registerAll } from "../../harness/chat-people.ts";
import { Cluster, waitFor } from "../../harness/cluster.ts";

/** The bytes of a page of SQLite's, of which the first says what the file is. */
const PAGE_BYTES = 4096;
/** The event in the log of a replica. */
const DAMAGED = '"search_damaged"';

interface Hit {
  readonly id: string;
  readonly seq: number;
  readonly body: string;
}

/** What one replica answers to one person. */
class Reader {
  readonly #client: ChatClient;
  readonly #with: string;

  constructor(address: string, token: string, partner: string) {
    this.#client = new ChatClient({ addresses: [address], token, deadlineMs: 30_000 });
    this.#with = partner;
  }

  /** The hits, the newest first, once there is an index that has all messages. */
  async hits(query: string): Promise<readonly Hit[]> {
    return await waitFor(`a complete answer about ${query}`, async () => {
      const found = await this.#client.call("Search", { query });
      if (!found.ok || found.value.percent < 100) return null;
      return found.value.hits.map(({ message }) => hitOf(message!));
    });
  }

  async finds(query: string, ...bodies: string[]): Promise<void> {
    await waitFor(`${query} to be found ${bodies.length} times`, async () => {
      const found = await this.hits(query);
      return found.map(({ body }) => body).join() === bodies.join();
    });
  }

  /** The messages of the conversation, the newest first. */
  async history(): Promise<readonly Hit[]> {
    const read = await this.#client.call("GetMessages", { with: this.#with });
    if (!read.ok) throw new Error(read.sentence);
    return read.value.messages.map(hitOf).toReversed();
  }

  close(): void {
    this.#client.close();
  }
}

function hitOf({ id, seq, body }: Hit): Hit {
  return { id, seq, body };
}

async function say(from: string, token: string, to: string, body: string): Promise<void> {
  const client = new ChatClient({ addresses: [from], token, deadlineMs: 30_000 });
  await waitFor(`"${body}" to be acknowledged`, async () => (await client.send({ to, body })).ok);
  client.close();
}

/** Spoils all pages of search.db but the first. */
function damage(path: string): void {
  writeFileSync(path, readFileSync(path).fill(0x5a, PAGE_BYTES));
}

test.concurrent(
  "a message is found at every replica, once after a merge and where it is then, and a damaged index is made anew",
  async () => {
    await using cluster = await Cluster.create({ cuttable: true });
    await cluster.startAll();
    const people = await registerAll(cluster, ["anna", "ben"], "correct horse battery");
    const token = people.get("anna")!.token!;
    const readers = cluster.ids.map((id) => new Reader(cluster.grpc(id), token, "ben"));
    await say(cluster.grpc(0), token, "ben", "granite of both");
    for (const reader of readers) await reader.finds("ranit", "granite of both");

    cluster.split([0], [1, 2]);
    await Promise.all([cluster.inStep([0]), cluster.inStep([1, 2])]);
    await say(cluster.grpc(0), token, "ben", "granite of the one");
    for (const body of ["granite of the two", "slate", "granite again"]) await say(cluster.grpc(1), token, "ben", body);
    // Premise: there are two branches.
    await readers[0]!.finds("granite", "granite of the one", "granite of both");
    await readers[2]!.finds("granite", "granite again", "granite of the two", "granite of both");
    const [alone] = await readers[0]!.hits("one");

    cluster.split([0], [1, 2], "heal");
    await cluster.inStep([0, 1, 2]);
    for (const reader of readers) {
      await waitFor("all four to be found", async () => (await reader.hits("granite")).length === 4);
      const history = await reader.history();
      expect(await reader.hits("granite")).toEqual(history.filter(({ body }) => body.includes("granite")));
      expect(await reader.hits("the one")).toEqual(history.filter(({ id }) => id === alone!.id));
    }
    // Premise: the branch of the one was the loser, whose positions are others now.
    expect((await readers[1]!.hits("the one"))[0]!.seq).not.toBe(alone!.seq);

    // Under the open index: it sees the damage when it reads the pages again, after a commit of somebody else.
    const lines = (id: number): number => cluster.log(id).split(DAMAGED).length - 1;
    const path = (id: number): string => join(replicaFolder(cluster.data, id), "search.db");
    using other = new Database(path(1));
    other.run("PRAGMA busy_timeout = 5000");
    await waitFor("the pages to be in the file", () => {
      const { busy } = other.query<{ busy: number }, []>("PRAGMA wal_checkpoint(TRUNCATE)").get()!;
      return busy === 0;
    });
    damage(path(1));
    other.run("PRAGMA user_version = 1");
    await waitFor("all to be found again", async () => (await readers[1]!.hits("granite")).length === 4);
    expect(lines(1)).toBe(1);
    expect(existsSync(`${path(1)}.damaged`)).toBe(true);

    await cluster.terminate(2);
    damage(path(2));
    await cluster.start(2);
    await cluster.inStep();
    await waitFor("all to be found again", async () => (await readers[2]!.hits("granite")).length === 4);
    expect(lines(2)).toBe(1);
    expect(existsSync(`${path(2)}.damaged`)).toBe(true);
    for (const reader of readers) reader.close();
    for (const client of people.values()) client.close();
  },
  240_000,
);
