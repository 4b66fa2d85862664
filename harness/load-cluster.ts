/**
 * A cluster under load for the tests of faults: starts three replicas and writers at all of
 * them, lets a story happen, and says everything it knows if the story fails. The faults
 * prove themselves: a killed replica comes back under another pid.
 */
import { expect, test } from "bun:test";
import { loadavg } from "node:os";
import { readRunFile, type RunFile } from "../src/host/run-file.ts";
import { BINARY, Cluster, waitFor, type ClusterOptions } from "./cluster.ts";
import {
  compareHistories,
  compareWithLineage,
  compareWithRealTime,
  compareWithSent,
  readAllRows,
  readHistory,
  readLineage,
  readStateFile,
  type History,
} from "./history.ts";
import { Load, type LoadOptions } from "./load.ts";
import { Network, type CutKind } from "./proxy.ts";

/** Longer variants of the tests of faults. */
export const SOAK = process.env["SOAK"] === "1";

const TAIL_LINES = 40;
const CLEAN_UP_MS = 10_000;
/** Then everybody is sent home once more. */
const AT_HOME_MS = 5_000;
/** Generous: other tests may keep both cores busy. */
const IN_STEP_MS = 60_000;

export interface StoryOptions {
  readonly cluster?: ClusterOptions;
  /** The replicas find each other through a network that can be cut. */
  readonly cuttable?: boolean;
  readonly load?: Partial<LoadOptions>;
  /** Bound on the story, s. */
  readonly seconds: number;
  /** It waits for its turn with others. */
  readonly turns?: Turns;
}

/** Stories of one file that are told so many at a time: more clusters than that only wait for the processor. */
export class Turns {
  /** How often the last of them waits for another, and its own turn. */
  readonly rounds: number;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor({ stories, atOnce }: { readonly stories: number; readonly atOnce: number }) {
    this.rounds = Math.ceil(stories / atOnce);
    this.#free = atOnce;
  }

  /** Waits for a turn, and gives it back when the work is over. */
  async run(work: () => Promise<void>): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}

/** How long a fault lasts: part of what is tested, not a wait for something to happen. */
export function lasting(ms: number): Promise<void> {
  return Bun.sleep(ms);
}

/** A test that tells one story about a cluster of its own, beside the other stories of its file: they mostly wait. */
export function story(title: string, options: StoryOptions, tell: (stage: Stage) => Promise<void>): void {
  const { seconds, turns } = options;
  const told = (): Promise<void> => tellOnStage(options, tell);
  test.concurrent(
    title,
    () => (turns === undefined ? told() : turns.run(told)),
    (seconds * 1000 + CLEAN_UP_MS) * (turns?.rounds ?? 1),
  );
}

async function tellOnStage(options: StoryOptions, tell: (stage: Stage) => Promise<void>): Promise<void> {
  const { seconds } = options;
  const stage = await Stage.create(options);
  let timer: ReturnType<typeof setTimeout> | null = null;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the story took ${seconds} s`)), seconds * 1000);
  });
  try {
    await Promise.race([tell(stage), tooLong]);
  } catch (error) {
    process.stderr.write(await stage.tails());
    throw error;
  } finally {
    if (timer !== null) clearTimeout(timer);
    await stage.close();
  }
}

/** Cluster and load of one story. */
export class Stage {
  readonly cluster: Cluster;
  readonly #network: Network | null;
  readonly #options: StoryOptions;
  /** What each replica wrote before its last start. */
  readonly #archive = new Map<number, string>();
  readonly #log: string[] = [];
  readonly #bornAt = performance.now();
  #load: Load | null = null;

  private constructor(cluster: Cluster, network: Network | null, options: StoryOptions) {
    this.cluster = cluster;
    this.#network = network;
    this.#options = options;
  }

  static async create(options: StoryOptions): Promise<Stage> {
    const binary = process.env["LASTWORD_BINARY"] ?? BINARY;
    const cluster = await Cluster.create({ binary, ...options.cluster });
    const ports = new Map(cluster.ids.map((id) => [id, Number(cluster.grpc(id).replace(/^.*:/, ""))]));
    return new Stage(cluster, options.cuttable === true ? await Network.between(ports) : null, options);
  }

  /** Waits for messages of now, acknowledged by each of these replicas. */
  async serve(ids: readonly number[]): Promise<void> {
    const since = performance.now();
    for (const id of ids) {
      const fits = this.load.by(this.address(id));
      await this.load.flows(`by replica ${id}`, { count: 10, fits, since });
    }
  }

  /**
   * Waits until people are served by the replica of their own, each of these; they go home for
   * it, and again if they did not stay: a replica that is slow to answer is left for another.
   */
  async atHome(ids: readonly number[] = this.cluster.ids): Promise<void> {
    const { load } = this;
    await waitFor(
      `everybody to be served at home at ${ids.join()}`,
      async () => {
        load.goHome();
        const since = performance.now();
        const served = ids.map((id) =>
          load.flows(`by replica ${id}`, { count: 10, fits: load.by(this.address(id)), since, timeoutMs: AT_HOME_MS }),
        );
        return (await Promise.allSettled(served)).every(({ status }) => status === "fulfilled");
      },
      IN_STEP_MS,
    );
  }

  /** Cuts both directions between these and those. */
  split(some: readonly number[], others: readonly number[], kind: CutKind): void {
    this.note(`cut ${some.join()} | ${others.join()} (${kind})`);
    this.network.split(some, others, kind);
  }

  heal(): void {
    this.note("heal");
    this.network.heal();
  }

  /** What can be cut. */
  get network(): Network {
    if (this.#network === null) throw new Error("the story was not told as cuttable");
    return this.#network;
  }

  get load(): Load {
    if (this.#load === null) throw new Error("nobody writes yet");
    return this.#load;
  }

  address(id: number): string {
    return this.cluster.grpc(id);
  }

  /** Three in step; people registered, nothing written yet. */
  async open(): Promise<Load> {
    for (const id of this.cluster.ids) await this.#start(id);
    await this.cluster.inStep(this.cluster.ids, IN_STEP_MS);
    return this.populate();
  }

  /** Registers the writers at whoever runs. */
  async populate(): Promise<Load> {
    const addresses = this.cluster.ids.map((id) => this.address(id));
    this.#load = await Load.create({ addresses, ...this.#options.load });
    return this.#load;
  }

  /** A line for the one who reads about the failure. */
  note(text: string): void {
    const line = `${((performance.now() - this.#bornAt) / 1000).toFixed(2)} s: ${text}`;
    this.#log.push(line);
    if (process.env["STORY"] === "1") process.stderr.write(`${line}\n`);
  }

  /** SIGKILL at the same instant; all of them are gone when it resolves. */
  async kill(ids: readonly number[]): Promise<void> {
    this.note(`kill ${ids.join()}`);
    await this.cluster.killTogether(ids);
  }

  /** Starts those that do not run, together; each has another pid than before. */
  async restart(ids: readonly number[], words: (id: number) => string[] = () => []): Promise<void> {
    this.note(`start ${ids.join()}`);
    await Promise.all(
      ids.map(async (id) => {
        const before = this.cluster.pid(id);
        this.keepLog(id);
        const { pid } = await this.#start(id, words(id));
        this.note(`${id} has its ports`);
        expect(pid).not.toBe(before);
      }),
    );
  }

  #start(id: number, more: readonly string[] = []): Promise<RunFile> {
    const network = this.#network;
    if (network === null) return this.cluster.start(id, more);
    const { ids } = this.cluster;
    const address = (to: number): string => (to === id ? this.cluster.grpc(id) : `127.0.0.1:${network.port(id, to)}`);
    const peers = `--peers=${ids.map((to) => `${to}=${address(to)}`).join(",")}`;
    const words = this.cluster.words(id).filter((word) => !word.startsWith("--peers="));
    const child = this.cluster.spawn(id, [...words, peers, ...more]);
    return waitFor(`replica ${id} to have its ports`, () => {
      const run = readRunFile(this.cluster.data, id);
      return run?.pid === child.process.pid ? run : null;
    });
  }

  /** Before a replica is started again by other means: keeps what it wrote so far. */
  keepLog(id: number): void {
    this.#archive.set(id, `${this.#archive.get(id) ?? ""}${this.cluster.log(id)}--- started again\n`);
  }

  async pause(ids: readonly number[]): Promise<void> {
    this.note(`SIGSTOP ${ids.join()}`);
    await Promise.all(ids.map((id) => this.cluster.pause(id)));
  }

  async resume(ids: readonly number[]): Promise<void> {
    this.note(`SIGCONT ${ids.join()}`);
    await Promise.all(ids.map((id) => this.cluster.resume(id)));
  }

  /**
   * The end of every story: writing stops, all are in step, every replica has every
   * acknowledged message exactly once, all in the same order, and all rows are equal.
   */
  async settle(): Promise<void> {
    await this.load.stop();
    await this.inStep();
    const { ids } = this.cluster;
    expect(this.cluster.running()).toEqual([...ids]);
    await this.equalHashes();
    const histories: History[] = [];
    for (const id of ids) histories.push(await readHistory(this.load, this.address(id)));
    const wrong = histories.flatMap((history, i) => [
      ...compareWithSent(this.load, history, `replica ${ids[i]}`),
      ...(i === 0 ? [] : compareHistories(histories[0]!, history, `replicas ${ids[0]} and ${ids[i]}`)),
    ]);
    expect(wrong).toEqual([]);
    expect(this.load.acknowledged().length).toBeGreaterThan(0);
  }

  /** Ids of all messages that replica `id` has. */
  async historyAt(id: number): Promise<Set<string>> {
    const history = await readHistory(this.load, this.address(id));
    return new Set([...history.values()].flat().map((held) => held.id));
  }

  /** Waits until replica `id` has this message: one of another branch takes its way through the log again. */
  async appears(messageId: string, id: number): Promise<void> {
    await waitFor(`message ${messageId} to appear at replica ${id}`, async () =>
      (await this.historyAt(id)).has(messageId),
    );
  }

  /** Id of the leader, waited for as long as a busy machine may need. */
  leader(): Promise<number> {
    return waitFor("a leader", () => this.cluster.leader().catch(() => null), IN_STEP_MS);
  }

  /** Waits until all that run are in step. */
  async inStep(): Promise<void> {
    const since = performance.now();
    const { seq } = await this.cluster.inStep(this.cluster.running(), IN_STEP_MS);
    this.note(`in step at seq ${seq.committed}, ${this.#load?.counts() ?? ""}`);
    if (performance.now() - since > 3000 && process.env["STORY"] === "1") process.stderr.write(await this.tails());
  }

  /** `status --hash` says that all rows of the running replicas are equal. */
  async equalHashes(): Promise<void> {
    const said = await this.cluster.command(["status", "--hash", "--json"]);
    expect(said).toMatchObject({ exit: 0, stderr: "" });
    const { equal, replicas } = JSON.parse(said.stdout) as { equal: boolean; replicas: unknown[] };
    expect([equal, replicas.length]).toEqual([true, this.cluster.running().length]);
  }

  /** Faults without a fork: real time orders what was acknowledged, and the final log has it where it was promised. */
  async oneOrder(): Promise<void> {
    expect(compareWithRealTime(this.load.acknowledged())).toEqual([]);
    await Promise.all(this.cluster.ids.map((id) => this.cluster.terminate(id)));
    for (const id of this.cluster.ids) {
      expect(compareWithLineage(this.load.acknowledged(), readLineage(this.cluster.data, id))).toEqual([]);
    }
  }

  /** The same promises, read from the three state files themselves after all are stopped. */
  async compareFiles(): Promise<void> {
    await Promise.all(this.cluster.ids.map((id) => this.cluster.terminate(id)));
    const { data, ids } = this.cluster;
    const rows = ids.map((id) => readAllRows(data, id));
    for (const id of ids) {
      expect(compareWithSent(this.load, readStateFile(this.load, data, id), `state file of replica ${id}`)).toEqual([]);
      const tables = Object.entries(rows[ids.indexOf(id)]!);
      expect(tables.map(([table]) => table)).toContain("messages");
      for (const [table, list] of tables) {
        const first = rows[0]![table]!;
        // Not toEqual on the rows: thousands of them as a difference help nobody.
        const differ = list.filter((row, i) => row !== first[i]);
        expect([table, list.length, differ.slice(0, 3)]).toEqual([table, first.length, []]);
      }
    }
  }

  /** What happened, and the end of every replica's log. */
  async tails(): Promise<string> {
    const parts = [
      `\n=== the story (load of the machine: ${loadavg()
        .map((x) => x.toFixed(1))
        .join(", ")})\n`,
    ];
    parts.push(`${this.#log.join("\n")}\n`);
    if (this.#load !== null) parts.push(`${this.#load.counts()}\n`);
    for (const id of this.cluster.ids) {
      let log = this.#archive.get(id) ?? "";
      try {
        log += this.cluster.log(id);
      } catch {
        // It was never started.
      }
      const running = this.cluster.running().includes(id) ? "running" : "not running";
      parts.push(`=== replica ${id}, ${running}\n${log.split("\n").slice(-TAIL_LINES).join("\n")}\n`);
      const status = await this.cluster.status(id);
      if (status !== null) parts.push(`${JSON.stringify({ ...status, replicas: undefined })}\n`);
    }
    return parts.join("");
  }

  async close(): Promise<void> {
    this.#load?.close();
    await this.cluster.stop();
    this.#network?.close();
  }
}
