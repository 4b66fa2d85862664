/**
 * A cluster of the built binary for tests: real processes, a temporary folder, free ports.
 * It ends exactly the processes that it started, even if the test fails:
 *
 *     await using cluster = await Cluster.create();
 *     await cluster.startAll();
 *     const { pid } = await cluster.kill(await cluster.leader());
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { readRunFile, type RunFile } from "../src/host/run-file.ts";
import type { ClusterStatusJson } from "../src/ops/cluster-status.ts";
import { CutProxy } from "./cut-proxy.ts";
import { freePorts } from "./free-ports.ts";

/** The binary under test: the one that `make build` made, or that LASTWORD_BINARY names. */
export const BINARY = resolve(process.env["LASTWORD_BINARY"] ?? join(import.meta.dir, "../dist/lastword"));
/** The same with failpoints and settings (src/base/faults.ts). */
export const FAULTS_BINARY = `${BINARY}-faults`;
/** A newer version with one more kind of op, one more column and one more frame. */
export const NEXT_BINARY = `${BINARY}-next`;

/**
 * Settings of the JavaScript engine that the test runner gives to the replicas of tests (tests/support/run-tests.ts).
 * They belong in every environment in which a test starts replicas.
 */
export const ENGINE: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(process.env).filter((entry): entry is [string, string] => entry[0].startsWith("BUN_JSC_")),
);
/** Bounds of the time between two looks, which is a twentieth of the wait so far, so that long waits use little CPU. */
const POLL_MS = { min: 25, max: 250 } as const;
/** The same for the status of a replica, which costs a millisecond of processor time each time. */
const STATUS_POLL_MS = { min: 50, max: 250 } as const;
/** How long tests wait for anything. It only bounds a hang: all of it takes a second or two on a quiet machine. */
export const PATIENCE_MS = 60_000;

/** How a {@link Cluster} is made. */
export interface ClusterOptions {
  /** Number of replicas, 1 to 7; default 3. */
  readonly replicas?: number;
  /** Further words of the command line of every replica. */
  readonly words?: readonly string[];
  readonly environment?: Record<string, string>;
  /** Whether the replicas serve the front; default false. */
  readonly front?: boolean;
  /** Whether to put a wire that can be cut between every two replicas, one for each direction. */
  readonly cuttable?: boolean;
  /** Default BINARY. */
  readonly binary?: string;
}

/** The exit code and output of a finished process. */
export interface Finished {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Child {
  readonly process: Bun.Subprocess<"ignore", "pipe", "pipe">;
  readonly output: { stdout: string; stderr: string };
  paused: boolean;
}

/**
 * Polls until `condition` returns something other than false, null or undefined, and returns that. Throws on time-out.
 */
export async function waitFor<T>(
  what: string,
  condition: () => T | Promise<T>,
  timeoutMs = PATIENCE_MS,
  pollMs: { readonly min: number; readonly max: number } = POLL_MS,
): Promise<NonNullable<Exclude<T, false>>> {
  const since = performance.now();
  for (;;) {
    const value = await condition();
    if (value !== false && value !== null && value !== undefined) return value as NonNullable<Exclude<T, false>>;
    const waited = performance.now() - since;
    if (waited > timeoutMs) throw new Error(`waited ${timeoutMs} ms for: ${what}`);
    await Bun.sleep(Math.min(pollMs.max, Math.max(pollMs.min, waited / 20)));
  }
}

async function collect(stream: ReadableStream<Uint8Array>, into: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of stream) into(decoder.decode(chunk, { stream: true }));
}

/** True while a process with this id exists and is not a zombie. */
export function processLives(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    if (existsSync("/proc/self/stat")) return false;
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  }
}

/** See the top of this file. */
export class Cluster {
  /** A home folder for this cluster; the data folder is at its default place in it. */
  readonly home: string;
  readonly data: string;
  readonly ids: readonly number[];
  readonly frontPort: number | null;
  readonly #options: ClusterOptions;
  readonly #grpcPorts: readonly number[];
  readonly #webPorts: readonly number[];
  readonly #children = new Map<number, Child>();
  /** The executables of replicas that do not run the default one. */
  readonly #installed = new Map<number, string>();
  /** The wires by `from>to`. */
  readonly #wires = new Map<string, { readonly proxy: CutProxy; readonly port: number }>();

  private constructor(options: ClusterOptions, ports: number[]) {
    const count = options.replicas ?? 3;
    this.#options = options;
    this.ids = Array.from({ length: count }, (_, id) => id);
    this.home = mkdtempSync(join(tmpdir(), "lastword-cluster-"));
    this.data = join(this.home, ".local", "share", "lastword");
    this.#grpcPorts = ports.slice(0, count);
    this.#webPorts = ports.slice(count, 2 * count);
    this.frontPort = options.front === true ? ports[2 * count]! : null;
    mkdirSync(join(this.home, "cwd"));
  }

  /** Makes the folders and chooses the ports; starts nothing yet. */
  static async create(options: ClusterOptions = {}): Promise<Cluster> {
    const binary = options.binary ?? BINARY;
    if (!existsSync(binary)) throw new Error(`${binary} is missing: run make build`);
    const count = options.replicas ?? 3;
    const cluster = new Cluster(options, await freePorts(2 * count + 1));
    if (options.cuttable === true) await cluster.#makeWires();
    return cluster;
  }

  async #makeWires(): Promise<void> {
    for (const from of this.ids) {
      for (const to of this.ids) {
        if (from === to) continue;
        const [port] = await freePorts(1);
        const proxy = new CutProxy();
        await proxy.start(port!, this.#grpcPorts[to]!);
        this.#wires.set(`${from}>${to}`, { proxy, port: port! });
      }
    }
  }

  /** host:port of the gRPC port of replica `id`. */
  grpc(id: number): string {
    return `127.0.0.1:${this.#grpcPorts[id]!}`;
  }

  /** Origin of the page of replica `id`. */
  web(id: number): string {
    return `http://localhost:${this.#webPorts[id]!}`;
  }

  /** Origin of the front. */
  get front(): string {
    if (this.frontPort === null) throw new Error("the cluster was made without a front");
    return `http://localhost:${this.frontPort}`;
  }

  /** The words of the command line of replica `id`. */
  words(id: number): string[] {
    const { words = [] } = this.#options;
    const peerPort = (to: number): number => this.#wires.get(`${id}>${to}`)?.port ?? this.#grpcPorts[to]!;
    return [
      `--replica-id=${id}`,
      `--peers=${this.ids.map((to) => `${to}=127.0.0.1:${peerPort(to)}`).join(",")}`,
      `--grpc=${this.grpc(id)}`,
      `--web=localhost:${this.#webPorts[id]!}`,
      `--front=${this.frontPort === null ? "off" : `localhost:${this.frontPort}`}`,
      // The first replica creates the cluster; a key that exists already is left as it is.
      ...(id === 0 ? ["--bootstrap"] : []),
      // Also where a test makes it reachable from other hosts.
      ...(words.some((word) => word.startsWith("--registration")) ? [] : ["--registration=open"]),
      ...words,
    ];
  }

  /** The environment of every process; it inherits nothing from the test but settings of the JavaScript engine. */
  get environment(): Record<string, string> {
    return { HOME: this.home, PATH: "/usr/bin:/bin", ...ENGINE, ...this.#options.environment };
  }

  /** Starts a replica and waits until its ports are bound. */
  async start(id: number, more: readonly string[] = [], environment: Record<string, string> = {}): Promise<RunFile> {
    const child = this.spawn(id, [...this.words(id), ...more], environment);
    return waitFor(`replica ${id} to have its ports`, () => {
      const { exitCode } = child.process;
      if (exitCode !== null) throw new Error(`replica ${id} ended with ${exitCode}: ${child.output.stderr}`);
      const run = readRunFile(this.data, id);
      return run !== null && run.pid === child.process.pid ? run : null;
    });
  }

  /** Lets replica `id` run this executable from its next start on. */
  install(id: number, binary: string): void {
    this.#installed.set(id, binary);
  }

  /** Starts replica `id` with exactly these words, and waits for nothing. */
  spawn(id: number, words: readonly string[], environment: Record<string, string> = {}): Child {
    const before = this.#children.get(id);
    if (before !== undefined && before.process.exitCode === null && before.process.signalCode === null) {
      throw new Error(`replica ${id} runs already`);
    }
    const process = Bun.spawn([this.#installed.get(id) ?? this.#options.binary ?? BINARY, ...words], {
      cwd: join(this.home, "cwd"),
      env: { ...this.environment, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const child: Child = { process, output: { stdout: "", stderr: "" }, paused: false };
    void collect(process.stdout, (text) => (child.output.stdout += text));
    void collect(process.stderr, (text) => (child.output.stderr += text));
    this.#children.set(id, child);
    return child;
  }

  /** Starts these replicas (default: all) one after the other, and waits until they are in step. */
  async startAll(ids: readonly number[] = this.ids): Promise<void> {
    for (const id of ids) await this.start(id);
    await this.inStep(ids);
  }

  /** Starts the replicas that do not run, and waits until all are in step. */
  async startMissing(): Promise<void> {
    const running = this.running();
    for (const id of this.ids) if (!running.includes(id)) await this.start(id);
    await this.inStep(this.ids);
  }

  /** Ids of the replicas whose process runs or is paused. */
  running(): number[] {
    return this.ids.filter((id) => {
      const child = this.#children.get(id)?.process;
      return child !== undefined && child.exitCode === null && child.signalCode === null;
    });
  }

  pid(id: number): number {
    return this.#child(id).process.pid;
  }

  /** What replica `id` wrote to stderr since its last start. */
  log(id: number): string {
    return this.#child(id).output.stderr;
  }

  /** What replica `id` wrote to stdout since its last start. */
  output(id: number): string {
    return this.#child(id).output.stdout;
  }

  /** Sends SIGKILL, and resolves when no process has the pid any more. */
  async kill(id: number): Promise<{ pid: number }> {
    const { process } = this.#child(id);
    process.kill("SIGKILL");
    await process.exited;
    await waitFor(`pid ${process.pid} to be gone`, () => !processLives(process.pid));
    return { pid: process.pid };
  }

  /** Sends SIGKILL to several replicas at the same instant. */
  async killTogether(ids: readonly number[]): Promise<void> {
    for (const id of ids) this.#child(id).process.kill("SIGKILL");
    await Promise.all(ids.map((id) => this.kill(id)));
  }

  /** SIGSTOP; resolves when the kernel says that it is stopped. */
  async pause(id: number): Promise<void> {
    const child = this.#child(id);
    child.paused = true;
    child.process.kill("SIGSTOP");
    await waitFor(`replica ${id} to be stopped`, () => / T /.test(this.#stat(id)));
  }

  /** SIGCONT. */
  async resume(id: number): Promise<void> {
    const child = this.#child(id);
    child.paused = false;
    child.process.kill("SIGCONT");
    await waitFor(`replica ${id} to go on`, () => !/ T /.test(this.#stat(id)));
  }

  #stat(id: number): string {
    return readFileSync(`/proc/${this.pid(id)}/stat`, "utf8").replace(/^.*\)/s, ")");
  }

  /** Sends SIGINT (Ctrl-C), and resolves when the process has ended. */
  interrupt(id: number): Promise<Finished> {
    return this.#signal(id, "SIGINT");
  }

  /** Sends SIGTERM, and resolves when the process has ended. */
  terminate(id: number): Promise<Finished> {
    return this.#signal(id, "SIGTERM");
  }

  async #signal(id: number, signal: "SIGINT" | "SIGTERM"): Promise<Finished> {
    this.#child(id).process.kill(signal);
    return this.exited(id);
  }

  /** Waits for the process of replica `id` to end by itself. */
  async exited(id: number): Promise<Finished> {
    const { process, output } = this.#child(id);
    await waitFor(`replica ${id} to end`, () => process.exitCode !== null || process.signalCode !== null);
    return { exit: await process.exited, ...output };
  }

  /** Cuts the wire that `from` dials to reach `to`. Needs `cuttable`. */
  cut(from: number, to: number): void {
    this.#wire(from, to).cut();
  }

  /** Changes the bytes on the connections that `from` dials to `to`; null ends that. Needs `cuttable`. */
  alter(from: number, to: number, alter: ((bytes: Buffer) => Buffer) | null): void {
    this.#wire(from, to).alter = alter;
  }

  /** Ends a cut. */
  heal(from: number, to: number): void {
    this.#wire(from, to).heal();
  }

  /** Cuts or heals all wires between two groups. */
  split(some: readonly number[], others: readonly number[], how: "cut" | "heal" = "cut"): void {
    for (const a of some) {
      for (const b of others) {
        this[how](a, b);
        this[how](b, a);
      }
    }
  }

  #wire(from: number, to: number): CutProxy {
    const wire = this.#wires.get(`${from}>${to}`);
    if (wire === undefined) throw new Error("the cluster was made without wires to cut");
    return wire.proxy;
  }

  /** The cluster as replica `id` sees it; null if it does not answer within a second. */
  async status(id: number): Promise<ClusterStatusJson | null> {
    try {
      const answer = await fetch(`${this.web(id)}/cluster.json`, { signal: AbortSignal.timeout(1000) });
      return answer.ok ? ((await answer.json()) as ClusterStatusJson) : null;
    } catch {
      return null;
    }
  }

  /** Waits until `condition` holds for the status of replica `id`, and returns that status. `what` says it in words. */
  async statusThat(
    id: number,
    what: string,
    condition: (status: ClusterStatusJson) => boolean,
    timeoutMs = PATIENCE_MS,
  ): Promise<ClusterStatusJson> {
    let last: ClusterStatusJson | null = null;
    try {
      return await waitFor(
        `replica ${id} to say: ${what}`,
        async () => {
          last = await this.status(id);
          return last !== null && condition(last) ? last : null;
        },
        timeoutMs,
        STATUS_POLL_MS,
      );
    } catch (error) {
      throw new Error(`${(error as Error).message}; it says ${JSON.stringify(last)}`, { cause: error });
    }
  }

  /** Waits until each of these replicas (default: the running ones) sees a writable view with exactly these members. */
  async inStep(ids: readonly number[] = this.running(), timeoutMs = PATIENCE_MS): Promise<ClusterStatusJson> {
    const members = ids.toSorted((a, b) => a - b).join();
    const seen = ids.map((id) =>
      this.statusThat(
        id,
        `a writable view of ${members}`,
        (status) => status.writable && status.view.members.join() === members && status.view.leader !== null,
        timeoutMs,
      ),
    );
    return (await Promise.all(seen))[0]!;
  }

  /** Waits until a running replica names a leader, and returns the leader's id. */
  async leader(): Promise<number> {
    return waitFor("a leader", async () => {
      for (const id of this.running()) {
        const status = this.#child(id).paused ? null : await this.status(id);
        if (status !== null && status.writable && status.view.leader !== null) return { id: status.view.leader };
      }
      return null;
    }).then((found) => found.id);
  }

  /** Runs a command of the binary in this cluster's home, to its end. */
  async command(words: readonly string[], more: Record<string, string> = {}, stdin?: string): Promise<Finished> {
    return runBinary(words, {
      env: { ...this.environment, ...more },
      cwd: join(this.home, "cwd"),
      binary: this.#options.binary ?? BINARY,
      ...(stdin === undefined ? {} : { stdin }),
    });
  }

  #child(id: number): Child {
    const child = this.#children.get(id);
    if (child === undefined) throw new Error(`replica ${id} was never started`);
    return child;
  }

  /** Ends the started processes and removes the folder. */
  async stop(): Promise<void> {
    for (const child of this.#children.values()) {
      if (child.process.exitCode === null) child.process.kill("SIGKILL");
    }
    await Promise.all([...this.#children.values()].map((child) => child.process.exited));
    for (const wire of this.#wires.values()) wire.proxy.stop();
    rmSync(this.home, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** Runs the binary to its end; kills it after `timeoutMs`. */
export async function runBinary(
  words: readonly string[],
  options: { env: Record<string, string>; cwd: string; binary?: string; timeoutMs?: number; stdin?: string },
): Promise<Finished> {
  const process = Bun.spawn([options.binary ?? BINARY, ...words], {
    env: options.env,
    cwd: options.cwd,
    stdio: [options.stdin === undefined ? "ignore" : Buffer.from(options.stdin), "pipe", "pipe"],
    timeout: options.timeoutMs ?? PATIENCE_MS,
    killSignal: "SIGKILL",
  });
  const [stdout, stderr, exit] = await Promise.all([
    new Response(process.stdout).text(),
    new Response(process.stderr).text(),
    process.exited,
  ]);
  return { exit, stdout, stderr };
}
