/**
 * Clusters with many messages, made once by real sends and kept in .bench/ of the checkout. `make
 * bench-data` makes all of them. A set consists of the three folders of a stopped cluster. A
 * benchmark uses a copy of all three as of one moment, so that no replica meets another history.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ChatClient } from "../src/client/chat-client.ts";
import { runBinary, type Cluster } from "../harness/cluster.ts";
import type { Sender } from "./chat-wires.ts";
import { whole } from "./measure.ts";
import type { Say } from "./part.ts";
import { createProduct, registerSenders } from "./product.ts";
import { Prose } from "./prose.ts";
import { makeRooms, type Reader } from "./room-set.ts";

const FOLDER = resolve(import.meta.dir, "../.bench");
const ABOUT = "about.json";
const CONVERSATIONS = 50;
/** Streams that fill a set, and messages under way on each of them. */
const FILLERS = 20;
const UNDER_WAY = 64;
const SAY_EVERY = 100_000;
const BODY = "y".repeat(200);
const IN_STEP_MS = 120_000;
/** The replica that was away while a set "behind-..." was made. */
export const ABSENT = 2;

interface SetPlan {
  /** The set that this one extends. */
  readonly from: SetName | null;
  /** Sends that are added. */
  readonly sends: number;
  /** The sends are made while ABSENT is away. */
  readonly behind: boolean;
  /** Takes a minute or more, so only `make bench-data` makes it. */
  readonly large: boolean;
  /** Text as people write it, in 200 rooms (room-set.ts). Otherwise people write to each other in pairs, always the same. */
  readonly isProse?: true;
}

export type SetName = "10k" | "100k" | "1m" | "behind-100k" | "behind-1m" | "prose-20k" | "prose-1m";

/** All sets, in an order in which they can be made. */
export const SETS: Readonly<Record<SetName, SetPlan>> = {
  "10k": { from: null, sends: 10_000, behind: false, large: false },
  "100k": { from: "10k", sends: 90_000, behind: false, large: false },
  "behind-100k": { from: "100k", sends: 100_000, behind: true, large: false },
  "1m": { from: "100k", sends: 900_000, behind: false, large: true },
  "behind-1m": { from: "1m", sends: 1_000_000, behind: true, large: true },
  "prose-20k": { from: null, sends: 20_000, behind: false, large: false, isProse: true },
  "prose-1m": { from: "prose-20k", sends: 980_000, behind: false, large: true, isProse: true },
};

interface About {
  /** Storage format of the binary that made the set. A binary with another format makes it again. */
  readonly format: string;
  readonly senders: readonly Sender[];
  readonly readers?: readonly Reader[];
}

async function storageFormat(): Promise<string> {
  const { stdout } = await runBinary(["--version"], { env: {}, cwd: "/" });
  const found = /storage format (\d+)/.exec(stdout);
  if (found === null) throw new Error(`the binary does not say its storage format: ${stdout}`);
  return found[1]!;
}

function aboutOf(name: SetName): About | null {
  const path = join(FOLDER, name, ABOUT);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as About) : null;
}

/** Whether the set exists and has the storage format of this binary. */
async function isReady(name: SetName): Promise<boolean> {
  return aboutOf(name)?.format === (await storageFormat());
}

/** A cluster that is not started, with a copy of the set as its data. */
export interface LoadedCluster {
  readonly cluster: Cluster;
  readonly senders: readonly Sender[];
  /** Of a set in rooms. */
  readonly readers: readonly Reader[];
}

/** Copies a set, and makes it first if necessary. Null if it is large and does not exist. */
export async function loadSet(name: SetName, say: Say): Promise<LoadedCluster | null> {
  if (!(await isReady(name))) {
    if (SETS[name].large) {
      say(`without the set ${name}: make bench-data`);
      return null;
    }
    await makeSet(name, say);
  }
  const cluster = await createProduct();
  mkdirSync(join(cluster.data, ".."), { recursive: true });
  await copyFolder(join(FOLDER, name), cluster.data);
  const { senders, readers = [] } = aboutOf(name)!;
  return { cluster, senders, readers };
}

/** Copies with cp, which shares blocks where it can. Node's copy would pass every byte through this process. */
async function copyFolder(from: string, to: string): Promise<void> {
  const copied = await Bun.spawn(["cp", "-r", "--reflink=auto", from, to]).exited;
  if (copied !== 0) throw new Error(`cp ${from} ${to} ended with ${copied}`);
  // Otherwise the kernel would write the copy back during a measurement.
  await Bun.spawn(["sync", "-f", to]).exited;
}

interface Filling {
  readonly senders: readonly Sender[];
  readonly sends: number;
  readonly body: () => string;
}

/** Sends messages, each under a client id of its own, with many under way at a time. */
async function fill(cluster: Cluster, { senders, sends, body }: Filling, say: Say): Promise<void> {
  const running = cluster.running();
  const clients = Array.from({ length: FILLERS }, (_, i) => {
    const { token } = senders[i % senders.length]!;
    const addresses = [cluster.grpc(running[i % running.length]!)];
    return new ChatClient({ addresses, token, deadlineMs: 60_000, ownConnections: true });
  });
  let left = sends;
  const started = performance.now();
  await Promise.all(
    clients.map(async (client, i) => {
      const stream = client.sendStream();
      // A sender may write only in the conversations of its own person; some of them are busier than others.
      const own = senders.filter(({ token }) => token === senders[i % senders.length]!.token);
      const writer = async (): Promise<void> => {
        while (left > 0) {
          left -= 1;
          if (left % SAY_EVERY === 0) say(`  ${whole(left)} to go`);
          const { conversationId } = own[Math.floor(own.length * Math.random() ** 2)]!;
          const sent = await stream.send({ conversationId, body: body(), clientId: Bun.randomUUIDv7() });
          if (!sent.ok) throw new Error(`a send ended with ${sent.code}`);
        }
      };
      await Promise.all(Array.from({ length: UNDER_WAY }, writer));
      client.close();
    }),
  );
  say(`  ${whole((sends * 1000) / (performance.now() - started))} sends a second`);
}

async function peopleOf(cluster: Cluster, isProse: boolean): Promise<Omit<About, "format">> {
  return isProse
    ? await makeRooms(cluster)
    : { senders: await registerSenders(cluster, 2 * CONVERSATIONS, CONVERSATIONS) };
}

async function makeSet(name: SetName, say: Say): Promise<void> {
  const { from, sends, behind, isProse = false } = SETS[name];
  const base = from === null ? null : await loadSet(from, say);
  if (from !== null && base === null) throw new Error(`${name} needs ${from}`);
  say(`making the set ${name}: ${whole(sends)} sends${behind ? ` without replica ${ABSENT}` : ""}`);
  const cluster = base?.cluster ?? (await createProduct());
  try {
    for (const id of cluster.ids) await cluster.start(id);
    await cluster.inStep(cluster.ids, IN_STEP_MS);
    const { senders, readers = [] } = base ?? (await peopleOf(cluster, isProse));
    if (behind) {
      await cluster.terminate(ABSENT);
      await cluster.inStep(cluster.running(), IN_STEP_MS);
    }
    const prose = isProse ? new Prose(sends) : null;
    await fill(cluster, { senders, sends, body: () => prose?.message() ?? BODY }, say);
    await cluster.inStep(cluster.running(), IN_STEP_MS);
    for (const id of cluster.running().toReversed()) await cluster.terminate(id);
    const about: About = { format: await storageFormat(), senders, readers };
    const target = join(FOLDER, name);
    rmSync(target, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
    await copyFolder(cluster.data, `${target}.new`);
    writeFileSync(join(`${target}.new`, ABOUT), JSON.stringify(about));
    renameSync(`${target}.new`, target);
  } finally {
    await cluster.stop();
  }
}

/** Makes those of these sets (default: all) that do not exist yet. */
export async function makeSets(say: Say, names = Object.keys(SETS) as SetName[]): Promise<void> {
  for (const name of names) {
    if (await isReady(name)) say(`the set ${name} is there`);
    else await makeSet(name, say);
  }
}
