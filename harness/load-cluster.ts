/**
 * A cluster under load for the tests of faults. It starts three replicas and writers at each of them,
 * runs a test's story, and prints everything it knows if the story fails. It also checks that faults
 * really happened: a killed replica must return with another pid.
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

/** True if SOAK=1 asks for the longer variants of the tests of faults. */
export const SOAK = process.env["SOAK"] === "1";

/**
 * Messages a second of all writers: enough for a message to be under way at many moments. A higher rate mostly takes
 * the processor away from what a story waits for, so only soak has it.
 */
export const RATE = SOAK ? 150 : 40;

const TAIL_LINES = 40;
/** After this long, `atHome` sends all writers home once more. */
const AT_HOME_MS = 5_000;
/** Generous, because other tests may keep both cores busy. */
const IN_STEP_MS = 120_000;
/** On a machine that is busy with other tests, a story may take this many times as long as on a quiet one. */
const BUSY = 3;

/** What a story needs. */
export interface StoryOptions {
  readonly cluster?: ClusterOptions;
  /** True if the replicas reach each other through a network that can be cut. */
  readonly cuttable?: boolean;
  readonly load?: Partial<LoadOptions>;
  /** Time limit of the story on a quiet machine, s. */
  readonly seconds: number;
}

/**
 * Runs this many of a file's stories at a time. They mostly wait; but with more clusters, on a machine that also runs
 * other tests, replicas wait so long for the processor that they rightly take each other for dead.
 */
const STORIES_AT_ONCE = 3;
/** The bound of a story with its turn, ms, long after its own: a story that takes too long says what happened. */
const TURN_MS = 3_600_000;

class Turns {
  readonly #waiting: (() => void)[] = [];
  #free = STORIES_AT_ONCE;

  /** Waits for a turn, and runs `work` in it. */
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

/** Lets a fault last for this long. Not for waiting until something happens. */
export function lasting(ms: number): Promise<void> {
  return Bun.sleep(ms);
}

const turns = new Turns();

/** A test with a cluster of its own. It runs beside other stories of its file, because they mostly wait. */
export function story(title: string, options: StoryOptions, tell: (stage: Stage) => Promise<void>): void {
  test.concurrent(title, () => turns.run(() => tellOnStage(options, tell)), TURN_MS);
}

async function tellOnStage(options: StoryOptions, tell: (stage: Stage) => Promise<void>): Promise<void> {
  const seconds = options.seconds * BUSY;
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

/** The cluster and the load of one story. */
export class Stage {
  readonly cluster: Cluster;
  readonly #network: Network | null;
  readonly #options: StoryOptions;
  /** What each replica wrote to stderr before its last start. */
  readonly #archive = new Map<number, string>();
  readonly #log: string[] = [];
  readonly #bornAt = performance.now();
  #load: Load | null = null;

  private constructor(cluster: Cluster, network: Network | null, options: StoryOptions) {
    this.cluster = cluster;
    this.#network = network;
    this.#options = options;
  }

  /** Makes cluster and network; starts nothing yet. */
  static async create(options: StoryOptions): Promise<Stage> {
    const binary = process.env["LASTWORD_BINARY"] ?? BINARY;
    const cluster = await Cluster.create({ binary, ...options.cluster });
    const ports = new Map(cluster.ids.map((id) => [id, Number(cluster.grpc(id).replace(/^.*:/, ""))]));
    return new Stage(cluster, options.cuttable === true ? await Network.between(ports) : null, options);
  }

  /** Waits until each of these replicas has acknowledged messages that were written from now on. */
  async serve(ids: readonly number[]): Promise<void> {
    const since = performance.now();
    for (const id of ids) {
      const fits = this.load.by(this.address(id));
      await this.load.flows(`by replica ${id}`, { count: 10, fits, since });
    }
  }

  /**
   * Waits until each of these replicas (default: all) serves the writers whose home it is. Writers are sent
   * home for this, repeatedly, because they leave a replica that is slow to answer.
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

  /** Cuts both directions between two groups. */
  split(some: readonly number[], others: readonly number[], kind: CutKind): void {
    this.note(`cut ${some.join()} | ${others.join()} (${kind})`);
    this.network.split(some, others, kind);
  }

  heal(): void {
    this.note("heal");
    this.network.heal();
  }

  /** The network between the replicas; needs `cuttable`. */
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

  /** Starts all replicas, waits until they are in step, and registers the writers; nothing is written yet. */
  async open(): Promise<Load> {
    for (const id of this.cluster.ids) await this.#start(id);
    await this.cluster.inStep(this.cluster.ids, IN_STEP_MS);
    return this.populate();
  }

  /** Registers the writers at the replicas that run. */
  async populate(): Promise<Load> {
    const addresses = this.cluster.ids.map((id) => this.address(id));
    this.#load = await Load.create({ addresses, ...this.#options.load });
    return this.#load;
  }

  /** Adds a line to the report of a failure. With STORY=1 it is printed at once. */
  note(text: string): void {
    const line = `${((performance.now() - this.#bornAt) / 1000).toFixed(2)} s: ${text}`;
    this.#log.push(line);
    if (process.env["STORY"] === "1") process.stderr.write(`${line}\n`);
  }

  /** Sends SIGKILL to these replicas at the same instant; their processes are gone when it resolves. */
  async kill(ids: readonly number[]): Promise<void> {
    this.note(`kill ${ids.join()}`);
    await this.cluster.killTogether(ids);
  }

  /** Starts these replicas together, and checks that each has another pid than before. */
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

  /** Keeps the log of a replica. Call it before starting the replica by other means than `restart`. */
  keepLog(id: number): void {
    this.#archive.set(id, `${this.#archive.get(id) ?? ""}${this.cluster.log(id)}--- started again\n`);
  }

  /** Sends SIGSTOP. */
  async pause(ids: readonly number[]): Promise<void> {
    this.note(`SIGSTOP ${ids.join()}`);
    await Promise.all(ids.map((id) => this.cluster.pause(id)));
  }

  /** Sends SIGCONT. */
  async resume(ids: readonly number[]): Promise<void> {
    this.note(`SIGCONT ${ids.join()}`);
    await Promise.all(ids.map((id) => this.cluster.resume(id)));
  }

  /**
   * Ends a story: stops the writers, waits until all replicas are in step, and checks that every replica has
   * every acknowledged message exactly once, all in the same order, and that all rows are equal.
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

  /** Ids of all messages that replica `id` shows. */
  async historyAt(id: number): Promise<Set<string>> {
    const history = await readHistory(this.load, this.address(id));
    return new Set([...history.values()].flat().map((held) => held.id));
  }

  /** Waits until replica `id` shows this message; after a merge, one of another branch is proposed again first. */
  async appears(messageId: string, id: number): Promise<void> {
    await waitFor(`message ${messageId} to appear at replica ${id}`, async () =>
      (await this.historyAt(id)).has(messageId),
    );
  }

  /** Id of the leader; waits as long as a busy machine may need. */
  leader(): Promise<number> {
    return waitFor("a leader", () => this.cluster.leader().catch(() => null), IN_STEP_MS);
  }

  /** Waits until all running replicas are in step. */
  async inStep(): Promise<void> {
    const since = performance.now();
    const { seq } = await this.cluster.inStep(this.cluster.running(), IN_STEP_MS);
    this.note(`in step at seq ${seq.committed}, ${this.#load?.counts() ?? ""}`);
    if (performance.now() - since > 3000 && process.env["STORY"] === "1") process.stderr.write(await this.tails());
  }

  /** Checks with `status --hash` that the rows of all running replicas are equal. */
  async equalHashes(): Promise<void> {
    const said = await this.cluster.command(["status", "--hash", "--json"]);
    expect(said).toMatchObject({ exit: 0, stderr: "" });
    const { equal, replicas } = JSON.parse(said.stdout) as { equal: boolean; replicas: unknown[] };
    expect([equal, replicas.length]).toEqual([true, this.cluster.running().length]);
  }

  /**
   * For faults without a fork: checks that acknowledgements follow real time, and that the final log has the
   * acknowledged messages where their cursors say. Stops the replicas.
   */
  async oneOrder(): Promise<void> {
    expect(compareWithRealTime(this.load.acknowledged())).toEqual([]);
    await Promise.all(this.cluster.ids.map((id) => this.cluster.terminate(id)));
    for (const id of this.cluster.ids) {
      expect(compareWithLineage(this.load.acknowledged(), readLineage(this.cluster.data, id))).toEqual([]);
    }
  }

  /** Stops the replicas, and checks messages and rows again in their state files. */
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
        // Not toEqual on all rows, because a difference of thousands of rows is unreadable.
        const differ = list.filter((row, i) => row !== first[i]);
        expect([table, list.length, differ.slice(0, 3)]).toEqual([table, first.length, []]);
      }
    }
  }

  /** The report of a failure: the notes, and the end of every replica's log. */
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
        // The replica was never started.
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
