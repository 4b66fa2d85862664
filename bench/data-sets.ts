/**
 * Clusters with many messages, made once by real sends and kept in .bench/ of the checkout:
 * `make bench-data` makes all of them. A set is the three folders of a cluster that was stopped; a
 * bench works on a copy of all three, as of one moment, so no replica meets a past of its own.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ChatClient } from "../src/client/chat-client.ts";
import { runBinary, type Cluster } from "../harness/cluster.ts";
import type { Sender } from "./chat-wires.ts";
import { whole } from "./measure.ts";
import type { Say } from "./part.ts";
import { createProduct, registerSenders } from "./product.ts";

const FOLDER = resolve(import.meta.dir, "../.bench");
const ABOUT = "about.json";
const CONVERSATIONS = 50;
/** Streams that fill, and messages under way on each. */
const FILLERS = 18;
const UNDER_WAY = 64;
const SAY_EVERY = 100_000;
const BODY = "y".repeat(200);
const IN_STEP_MS = 120_000;
/** The replica that was away, in the sets that have one. */
export const ABSENT = 2;

interface SetPlan {
  /** What it goes on from. */
  readonly from: SetName | null;
  /** Sends that are added. */
  readonly sends: number;
  /** They are made while ABSENT is away. */
  readonly behind: boolean;
  /** A minute and more: made by `make bench-data` only. */
  readonly large: boolean;
}

export type SetName = "10k" | "100k" | "1m" | "behind-100k" | "behind-1m";

/** In the order in which they can be made. */
export const SETS: Readonly<Record<SetName, SetPlan>> = {
  "10k": { from: null, sends: 10_000, behind: false, large: false },
  "100k": { from: "10k", sends: 90_000, behind: false, large: false },
  "behind-100k": { from: "100k", sends: 100_000, behind: true, large: false },
  "1m": { from: "100k", sends: 900_000, behind: false, large: true },
  "behind-1m": { from: "1m", sends: 1_000_000, behind: true, large: true },
};

interface About {
  /** Storage format of the binary that made it: one of another format makes it anew. */
  readonly format: string;
  readonly senders: readonly Sender[];
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

/** True if the set is there and of this binary's format. */
async function isReady(name: SetName): Promise<boolean> {
  return aboutOf(name)?.format === (await storageFormat());
}

/** A cluster that is not started, with a copy of the set as its data. */
export interface LoadedCluster {
  readonly cluster: Cluster;
  readonly senders: readonly Sender[];
}

/** Copies a set; null if it is large and not there. */
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
  return { cluster, senders: aboutOf(name)!.senders };
}

/** Node's copy reads and writes every byte through this process; cp shares blocks where it can. */
async function copyFolder(from: string, to: string): Promise<void> {
  const copied = await Bun.spawn(["cp", "-r", "--reflink=auto", from, to]).exited;
  if (copied !== 0) throw new Error(`cp ${from} ${to} ended with ${copied}`);
  // Or the kernel writes it back while something is measured.
  await Bun.spawn(["sync", "-f", to]).exited;
}

/** Every message under a client id of its own, many under way. */
async function fill(cluster: Cluster, senders: readonly Sender[], sends: number, say: Say): Promise<void> {
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
      // Of the conversations of this sender's own person only: others are not hers to write in.
      const { conversationId } = senders[i % senders.length]!;
      const writer = async (): Promise<void> => {
        while (left > 0) {
          left -= 1;
          if (left % SAY_EVERY === 0) say(`  ${whole(left)} to go`);
          const sent = await stream.send({ conversationId, body: BODY, clientId: Bun.randomUUIDv7() });
          if (!sent.ok) throw new Error(`a send ended with ${sent.code}`);
        }
      };
      await Promise.all(Array.from({ length: UNDER_WAY }, writer));
      client.close();
    }),
  );
  say(`  ${whole((sends * 1000) / (performance.now() - started))} sends a second`);
}

async function makeSet(name: SetName, say: Say): Promise<void> {
  const { from, sends, behind } = SETS[name];
  const base = from === null ? null : await loadSet(from, say);
  if (from !== null && base === null) throw new Error(`${name} needs ${from}`);
  say(`making the set ${name}: ${whole(sends)} sends${behind ? ` without replica ${ABSENT}` : ""}`);
  const cluster = base?.cluster ?? (await createProduct());
  try {
    for (const id of cluster.ids) await cluster.start(id);
    await cluster.inStep(cluster.ids, IN_STEP_MS);
    const senders = base?.senders ?? (await registerSenders(cluster, 2 * CONVERSATIONS, CONVERSATIONS));
    if (behind) {
      await cluster.terminate(ABSENT);
      await cluster.inStep(cluster.running(), IN_STEP_MS);
    }
    await fill(cluster, senders, sends, say);
    await cluster.inStep(cluster.running(), IN_STEP_MS);
    for (const id of cluster.running().toReversed()) await cluster.terminate(id);
    const about: About = { format: await storageFormat(), senders };
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

/** Makes every set that is not there. */
export async function makeSets(say: Say): Promise<void> {
  for (const name of Object.keys(SETS) as SetName[]) {
    if (await isReady(name)) say(`the set ${name} is there`);
    else await makeSet(name, say);
  }
}
