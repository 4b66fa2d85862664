/** The built binary as a target of the load: three replicas, and people who write to each other in pairs. */
import { ChatClient } from "../src/client/chat-client.ts";
import { childEnvironment } from "../src/cli/up.ts";
import { Cluster } from "../harness/cluster.ts";
import { openHttp, openStream, type Sender, type Way } from "./chat-wires.ts";
import type { Target } from "./load.ts";

/** Options for Bun inside the binary, such as those of its profiler. */
const OPTIONS = process.env["LASTWORD_BUN_OPTIONS"];

const PASSWORD = "correct horse battery staple";

/** The environment that `lastword up` gives to its replicas. */
export function replicaEnvironment(): Record<string, string> {
  const given = Object.entries(childEnvironment({}, null));
  return Object.fromEntries(given.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** A cluster that is not started yet; `words` are further options for each replica. */
export function createProduct(words: readonly string[] = []): Promise<Cluster> {
  const environment = { ...replicaEnvironment(), ...(OPTIONS === undefined ? {} : { BUN_OPTIONS: OPTIONS }) };
  return Cluster.create({ words: ["--rate-limit=off", ...words], environment });
}

/** Starts three replicas and waits until they are in step. */
export async function startProduct(words: readonly string[] = []): Promise<Cluster> {
  const cluster = await createProduct(words);
  try {
    await cluster.startAll();
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

/** Somebody with a login. */
export interface Person {
  readonly name: string;
  readonly client: ChatClient;
  readonly token: string;
}

/** Registers `count` people, two at a time at each replica, because a replica hashes two passwords at a time. */
export async function registerPeople(cluster: Cluster, count: number): Promise<Person[]> {
  const people: Person[] = [];
  let next = 0;
  const registrar = async (id: number): Promise<void> => {
    for (let i = next++; i < count; i = next++) {
      const client = new ChatClient({ addresses: [cluster.grpc(id)], deadlineMs: 60_000 });
      const name = `person${i}`;
      const registered = await client.register(name, PASSWORD);
      if (!registered.ok) throw new Error(`${name} could not register: ${registered.code}`);
      people[i] = { name, client, token: client.token ?? "" };
    }
  };
  await Promise.all([...cluster.ids, ...cluster.ids].map(registrar));
  return people;
}

/**
 * Registers the people of `conversations` pairs and returns `count` senders, each with the
 * conversation that it writes in. If there are more senders than people, some share a person.
 */
export async function registerSenders(cluster: Cluster, count: number, conversations: number): Promise<Sender[]> {
  const people: { name: string; client: ChatClient }[] = [];
  const total = 2 * conversations;
  // One at a time at each replica, because hashing a password is slow by design.
  await Promise.all(
    cluster.ids.map(async (id) => {
      for (let i = id; i < total; i += cluster.ids.length) {
        const client = new ChatClient({ addresses: [cluster.grpc(id)], deadlineMs: 30_000 });
        const name = `bench${i}`;
        const registered = await client.register(name, PASSWORD);
        if (!registered.ok) throw new Error(`${name} could not register: ${registered.code}`);
        people[i] = { name, client };
      }
    }),
  );
  const pairs = await Promise.all(
    people.map(async (self, i) => {
      const other = people[(i + conversations) % total]!;
      const first = await self.client.send({ to: other.name, body: "hello" });
      if (!first.ok) throw new Error(`${self.name} could not write: ${first.code}`);
      self.client.close();
      return { token: self.client.token ?? "", conversationId: first.value.message!.conversationId };
    }),
  );
  return Array.from({ length: count }, (_, i) => pairs[i % total]!);
}

export interface ProductTarget {
  readonly cluster: Cluster;
  readonly senders: readonly Sender[];
  /** The replicas that get sends, in the order of their CPU figures; all if absent. */
  readonly ids?: readonly number[];
  readonly way?: Way;
}

/** The cluster as a target. Sender i uses replica `ids[i % ids.length]`. */
export function targetOf({ cluster, senders, ids = cluster.ids, way = "stream" }: ProductTarget): Target {
  return {
    senders: senders.length,
    connect: (index) => {
      const id = ids[index % ids.length]!;
      const sender = senders[index]!;
      return way === "stream" ? openStream(cluster.grpc(id), sender) : openHttp(cluster.web(id), sender);
    },
    pids: () => ids.map((id) => cluster.pid(id)),
  };
}
