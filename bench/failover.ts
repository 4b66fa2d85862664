/**
 * B2: the time from a fault of the leader to the next acknowledged send. A send begins every 10 ms
 * at each of the other nodes, before and after the fault, and no send is retried. The first
 * acknowledged send that began after the fault ends the time. This measures only the cluster, and
 * in the same way for every system.
 */
import { ChatClient } from "../src/client/chat-client.ts";
import type { Cluster } from "../harness/cluster.ts";
import type { Connection } from "./load.ts";
import { ascending, median, ms, percentile, table } from "./measure.ts";
import type { PartResult, Say } from "./part.ts";
import { linePlot, shareLine } from "./plot.ts";
import { registerSenders, startProduct } from "./product.ts";
import { Etcd } from "./rivals/etcd.ts";
import { Nats } from "./rivals/nats.ts";

/** The time between two sends at one node. */
const EVERY_MS = 10;
/** The time before each fault, in which streams, caches and compiled code settle. */
const CALM_MS = 500;
const GIVE_UP_MS = 30_000;
const BODY = "x".repeat(200);

export interface FailoverOptions {
  readonly kills: number;
  readonly freezes: number;
  /** Freezes of the leader while another replica is dead. */
  readonly lonelyFreezes: number;
}

/** Enough rounds for a median and a worst case. NATS takes longest, about 10 s a round. */
export const FAILOVER: FailoverOptions = { kills: 40, freezes: 10, lonelyFreezes: 6 };
/** Takes one minute. */
export const FAILOVER_QUICK: FailoverOptions = { kills: 3, freezes: 2, lonelyFreezes: 1 };

/** A cluster of three whose leader can be killed. */
interface Failing {
  leader(): Promise<number>;
  /** The connection allows any number of outstanding sends. */
  connect(node: number): Promise<Connection>;
  kill(node: number): Promise<void>;
  restart(node: number): Promise<void> | void;
  inStep(): Promise<unknown>;
}

const NODES = [0, 1, 2];

/** Sends on the given connections until it is stopped. */
class Probes {
  readonly #connections: readonly Connection[];
  readonly #timer: ReturnType<typeof setInterval>;
  #faultAt = Infinity;
  readonly #first = Promise.withResolvers<number>();
  readonly #before = Promise.withResolvers<void>();

  constructor(connections: readonly Connection[]) {
    this.#connections = connections;
    this.#timer = setInterval(() => this.#sendAll(), EVERY_MS);
  }

  #sendAll(): void {
    for (const connection of this.#connections) {
      const began = performance.now();
      connection.send(Bun.randomUUIDv7(), BODY).then(
        () => {
          this.#before.resolve();
          if (began >= this.#faultAt) this.#first.resolve(performance.now() - this.#faultAt);
        },
        () => undefined,
      );
    }
  }

  /** Resolves with the first acknowledgement. */
  flowing(): Promise<void> {
    return inTime(this.#before.promise, "sends to flow");
  }

  /** Call at the fault. Resolves with the ms until the first acknowledgement of a send that began after it. */
  fault(): Promise<number> {
    this.#faultAt = performance.now();
    this.#sendAll();
    return inTime(this.#first.promise, "a send to be acknowledged again");
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const connection of this.#connections) connection.close();
  }
}

async function inTime<T>(promise: Promise<T>, what: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`waited ${GIVE_UP_MS} ms for ${what}`)), GIVE_UP_MS);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs `fault` on the leader and returns the ms until the others acknowledge again. */
async function oneRound(living: readonly Connection[], fault: () => void): Promise<number> {
  const probes = new Probes(living);
  try {
    await probes.flowing();
    await Bun.sleep(CALM_MS);
    fault();
    return await probes.fault();
  } finally {
    probes.stop();
  }
}

const connectAll = (cluster: Failing, nodes: readonly number[]): Promise<Connection[]> =>
  Promise.all(nodes.map((node) => cluster.connect(node)));

async function killLeaders(cluster: Failing, rounds: number, say: (took: number) => void): Promise<number[]> {
  const all: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await cluster.inStep();
    const leader = await cluster.leader();
    const living = await connectAll(
      cluster,
      NODES.filter((node) => node !== leader),
    );
    let killed: Promise<void> = Promise.resolve();
    const took = await oneRound(living, () => {
      killed = cluster.kill(leader);
    });
    all.push(took);
    say(took);
    await killed;
    await cluster.restart(leader);
  }
  return all;
}

/** The product, through its own client; each connection is to one replica. */
class FailingProduct implements Failing {
  readonly cluster: Cluster;
  readonly #senders: Awaited<ReturnType<typeof registerSenders>>;

  constructor(cluster: Cluster, senders: Awaited<ReturnType<typeof registerSenders>>) {
    this.cluster = cluster;
    this.#senders = senders;
  }

  leader(): Promise<number> {
    return this.cluster.leader();
  }

  async connect(node: number): Promise<Connection> {
    const { token, conversationId } = this.#senders[node]!;
    const addresses = [this.cluster.grpc(node)];
    const client = new ChatClient({ addresses, token, deadlineMs: GIVE_UP_MS, ownConnections: true });
    const stream = client.sendStream();
    return {
      send: async (clientId, body) => {
        const sent = await stream.send({ conversationId, body, clientId });
        if (!sent.ok) throw new Error(sent.code);
      },
      close: () => client.close(),
    };
  }

  async kill(node: number): Promise<void> {
    process.kill(this.cluster.pid(node), "SIGKILL");
    await this.cluster.kill(node);
  }

  async restart(node: number): Promise<void> {
    await this.cluster.start(node);
  }

  async inStep(): Promise<void> {
    await this.cluster.inStep(this.cluster.ids, GIVE_UP_MS);
  }

  /** Freezes the leader's process; with `alone`, another replica is killed before. */
  async freezeLeader(alone: boolean): Promise<number> {
    await this.inStep();
    const leader = await this.leader();
    const others = NODES.filter((node) => node !== leader);
    const dead = alone ? others.pop()! : null;
    if (dead !== null) {
      await this.cluster.kill(dead);
      await this.cluster.inStep([leader, ...others], GIVE_UP_MS);
    }
    const took = await oneRound(await connectAll(this, others), () =>
      process.kill(this.cluster.pid(leader), "SIGSTOP"),
    );
    process.kill(this.cluster.pid(leader), "SIGCONT");
    if (dead !== null) await this.cluster.start(dead);
    return took;
  }
}

interface Measured {
  readonly name: string;
  readonly took: readonly number[];
}

async function ofProduct(options: FailoverOptions, say: Say): Promise<Measured[]> {
  await using cluster = await startProduct();
  const product = new FailingProduct(cluster, await registerSenders(cluster, cluster.ids.length, cluster.ids.length));
  const told = (name: string) => (took: number) => say(`  ${name}: ${ms(took)}`);
  const killed = await killLeaders(product, options.kills, told("lastword, leader killed"));
  const frozen: number[] = [];
  const alone: number[] = [];
  for (let round = 0; round < options.freezes; round++) frozen.push(await product.freezeLeader(false));
  say(`  lastword, leader frozen: ${frozen.map(ms).join(", ")}`);
  for (let round = 0; round < options.lonelyFreezes; round++) alone.push(await product.freezeLeader(true));
  say(`  lastword, leader frozen, another one dead: ${alone.map(ms).join(", ")}`);
  return [
    { name: "lastword, leader killed", took: killed },
    { name: "lastword, leader frozen", took: frozen },
    { name: "lastword, frozen, another one dead", took: alone },
  ];
}

async function ofRival(name: string, start: () => Promise<Etcd | Nats>, kills: number, say: Say): Promise<Measured> {
  const rival = await start();
  try {
    return { name, took: await killLeaders(rival, kills, (took) => say(`  ${name}: ${ms(took)}`)) };
  } finally {
    await rival.stop();
  }
}

function rowOf({ name, took }: Measured, own: number): string[] {
  const sorted = ascending(took);
  const at = (value: number): string => ms(value);
  return [
    name,
    String(took.length),
    at(sorted[0] ?? 0),
    at(median(sorted)),
    at(percentile(sorted, 0.95)),
    at(percentile(sorted, 0.99)),
    at(sorted.at(-1) ?? 0),
    `${(median(sorted) / own).toFixed(1)}x`,
  ];
}

/** Runs the part and returns Markdown and a plot. */
export async function failover(say: Say, options = FAILOVER): Promise<PartResult> {
  const measured = await ofProduct(options, say);
  const rivals = [
    { name: "etcd, leader killed", missing: () => Etcd.missing(), start: () => Etcd.start() },
    { name: "NATS R3, leader of the stream killed", missing: () => Nats.missing(), start: () => Nats.start() },
  ];
  for (const { name, missing, start } of rivals) {
    const why = missing();
    if (why === null) measured.push(await ofRival(name, start, options.kills, say));
    else say(`without ${name}: ${why}`);
  }
  const own = median(measured[0]!.took);
  const text = table(
    ["to the next acknowledged send", "rounds", "min", "median", "p95", "p99", "max", "median, of lastword's"],
    measured.map((one) => rowOf(one, own)),
  );
  const plot = linePlot({
    title: "From the fault of the leader to the next acknowledged send",
    x: { label: "ms", log: true },
    y: { label: "% of rounds", from: 0, to: 100 },
    lines: measured.map(({ name, took }, i) => shareLine(name, i, took)),
  });
  return { text, plot };
}
