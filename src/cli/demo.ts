/**
 * `lastword demo`: three replicas in a temporary folder, with people who write to each other, and a page on which a
 * visitor is logged in at once and may kill replicas. A killed replica stays dead until the visitor starts it; only if
 * all three are dead, and nobody could press the button, they are started again. Ctrl-C ends and removes everything.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { printAddress, type Address } from "../host/address.ts";
import { orderOf } from "../host/demo-channel.ts";
import { EXIT, failure, failureLine, type ExitCode } from "../host/exit.ts";
import { onStopSignals } from "../host/hang-up.ts";
import { readRunFile, type RunFile } from "../host/run-file.ts";
import { pause, until } from "../host/wait.ts";
import type { CommandDeps } from "./command-deps.ts";
import { DemoPeople } from "./demo-people.ts";
import type { Invocation } from "./invocation.ts";
import { childEnvironment, childWords } from "./up.ts";

const REPLICAS = 3;
/** The answer to the button arrives before the replica that sent it is killed. */
const KILL_AFTER_MS = 150;
/** How long the replicas may take to bind the address that they share. */
const FRONT_MS = 2_000;
/** How long nobody answers before all are started again. */
const ALL_DEAD_MS = 3_000;

interface Replica {
  readonly id: number;
  readonly words: readonly string[];
  process: Bun.Subprocess | null;
}

/** Ports that are free now: several at a time, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = servers.map(
    (server) =>
      new Promise<number>((resolve, reject) => {
        server.once("error", reject);
        server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
      }),
  );
  const found = await Promise.all(ports);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return found;
}

/** Whether nobody listens at the address. */
function isFree({ host, port }: Address): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** One run of the command. */
class Demo {
  readonly #deps: CommandDeps;
  readonly #data: string;
  readonly #replicas: readonly Replica[];
  readonly #over = new AbortController();
  readonly #secret = randomBytes(12).toString("base64url");
  #visitor: { readonly token: string; readonly conversationId: string } | null = null;

  constructor(deps: CommandDeps, data: string, children: readonly { id: number; words: readonly string[] }[]) {
    this.#deps = deps;
    this.#data = data;
    this.#replicas = children.map(({ id, words }) => ({ id, words, process: null }));
  }

  async run(grpc: readonly string[]): Promise<ExitCode> {
    const ended = new Promise<void>((resolve) => this.#over.signal.addEventListener("abort", () => resolve()));
    onStopSignals(() => this.#over.abort());
    try {
      for (const replica of this.#replicas) this.#start(replica);
      const people = new DemoPeople(grpc, this.#over.signal);
      const visitor = await Promise.race([people.moveIn(), ended.then(() => null)]);
      if (visitor === null) return EXIT.done;
      this.#visitor = visitor;
      for (const replica of this.#replicas) this.#welcome(replica);
      void people.live();
      this.#deps.out(`Open ${await this.#page()}/demo/${this.#secret}\n`);
      this.#deps.out("You are logged in there as an owner. Click the line at the top to kill replicas.\n");
      this.#deps.out("Ctrl-C ends the demo and removes everything.\n");
      await ended;
      return EXIT.done;
    } catch (error) {
      if (this.#over.signal.aborted) return EXIT.done;
      const said = error instanceof Error ? error.message.replace(/\.$/, "") : "something failed";
      this.#deps.err(failureLine(failure(EXIT.failed, `the demo did not start: ${said}`, "try again")));
      return EXIT.failed;
    } finally {
      this.#over.abort();
      await this.#end();
    }
  }

  /** The address that all replicas share; that of one replica if another program has taken the shared one meanwhile. */
  async #page(): Promise<string> {
    const runs = (): RunFile[] =>
      this.#replicas.flatMap(({ id }) => {
        const run = readRunFile(this.#data, id);
        return run === null ? [] : [run];
      });
    const front = (): string | null => runs().find((run) => run.front !== null)?.front ?? null;
    await until(() => this.#over.signal.aborted || front() !== null, FRONT_MS);
    return front() ?? runs()[0]?.web ?? "";
  }

  #start(replica: Replica): void {
    replica.process = Bun.spawn([...this.#deps.program, ...replica.words], {
      detached: true,
      stdio: ["ignore", "ignore", "inherit"],
      cwd: "/",
      env: childEnvironment(this.#deps.environment, process.pid),
      ipc: (message) => this.#onMessage(replica, message),
      onExit: () => this.#onExit(replica),
    });
  }

  #onMessage(replica: Replica, message: unknown): void {
    const order = orderOf(message);
    if (order?.kind === "hello") return this.#welcome(replica);
    const target = order === null ? undefined : this.#replicas.find(({ id }) => id === order.id);
    if (target === undefined || this.#over.signal.aborted) return;
    if (order?.kind === "start" && target.process === null) this.#start(target);
    if (order?.kind === "kill") setTimeout(() => target.process?.kill("SIGKILL"), KILL_AFTER_MS);
  }

  /** From now on the replica logs the visitor in and has the buttons. */
  #welcome({ process: child }: Replica): void {
    if (this.#visitor !== null) child?.send({ secret: this.#secret, ...this.#visitor });
  }

  #onExit(replica: Replica): void {
    replica.process = null;
    if (this.#over.signal.aborted) return;
    this.#deps.out(`replica ${replica.id} is dead\n`);
    if (this.#replicas.every((one) => one.process === null)) void this.#startAll();
  }

  async #startAll(): Promise<void> {
    this.#deps.out("all three are dead; they are started again, as a supervisor would\n");
    await pause(ALL_DEAD_MS, this.#over.signal);
    if (this.#over.signal.aborted) return;
    for (const replica of this.#replicas) if (replica.process === null) this.#start(replica);
  }

  /** The data is worth nothing, so nobody has to stop gracefully. */
  async #end(): Promise<void> {
    const running = this.#replicas.flatMap(({ process: child }) => (child === null ? [] : [child]));
    for (const child of running) child.kill("SIGKILL");
    await Promise.all(running.map((child) => child.exited));
    rmSync(this.#data, { recursive: true, force: true });
  }
}

/** Runs `lastword demo`. */
export async function runDemo(invocation: Invocation, deps: CommandDeps): Promise<ExitCode> {
  const { front } = invocation.options;
  const ports = await freePorts(2 * REPLICAS + 1);
  const wanted = front === "off" ? null : front;
  const isTaken = wanted !== null && invocation.given.front === undefined && !(await isFree(wanted));
  const page = printAddress(isTaken || wanted === null ? { host: "localhost", port: ports.at(-1)! } : wanted);
  const peers = ports.slice(0, REPLICAS).map((port, id) => ({ id, host: "127.0.0.1", port }));
  const data = mkdtempSync(join(tmpdir(), "lastword-demo-"));
  const given = { data, front: page, "rate-limit": "off", "log-level": "off" };
  const children = childWords({ ...invocation, options: { ...invocation.options, peers }, given });
  if (!children.ok) {
    rmSync(data, { recursive: true, force: true });
    deps.err(failureLine(children));
    return children.exit;
  }
  // Each page has a port of its own, which it keeps when it is killed and started again.
  const withPages = children.value.map(({ id, words }) => ({
    id,
    words: words.map((word) => (word.startsWith("--web=") ? `--web=localhost:${ports[REPLICAS + id]}` : word)),
  }));
  return new Demo(deps, data, withPages).run(peers.map(printAddress));
}
