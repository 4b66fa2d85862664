/**
 * `lastword up`: runs all local replicas as child processes in one terminal. The first Ctrl-C
 * stops them gracefully, followers first, within 10 s; a second one kills them.
 */
import { statSync } from "node:fs";
import { readClusterKey, defaultKeyPath } from "../host/cluster-key.ts";
import { commandText, type CommandDeps } from "./command-deps.ts";
import { replicasText } from "../host/log-sentences.ts";
import { until } from "../host/wait.ts";
import { dataFolder, lockPath } from "../host/data-folder.ts";
import { done, EXIT, failure, failureLine, type ExitCode, type Failure, type Outcome } from "../host/exit.ts";
import { onStopSignals, STOP_SIGNALS, SUPERVISOR_VARIABLE } from "../host/hang-up.ts";
import { askAll, bestStatus, lookAround, type LocalCluster, type LocalReplica } from "./local-cluster.ts";
import { isLoopback } from "../base/loopback.ts";
import type { Registration } from "../base/modes.ts";
import { printAddress, type Address } from "../host/address.ts";
import { ownerLink } from "./invite.ts";
import { ownerLine } from "../host/owner-line.ts";
import { OPTION_NAMES } from "./options.ts";
import { variableOf, wordsOf, type Invocation } from "./invocation.ts";
import { readRunFile, writeRunFile } from "../host/run-file.ts";
import { checkFront, localPeers, settingsOf, webAddress } from "./settings.ts";
import { isSupervisor, stopReplicas } from "./stop-replicas.ts";
import { Supervisor } from "./supervisor.ts";
import { systemFailure } from "../host/system-errors.ts";

const ALL_TIMEOUT_MS = 10_000;
const READY_TIMEOUT_MS = 15_000;
/** How long to wait for the front. Replicas find out within 1 s whether another program has its port. */
const FRONT_TIMEOUT_MS = 2000;
const STEP_TIMEOUT_MS = 120_000;
/** The longest wait after a second Ctrl-C. */
const KILLED_MS = 2000;

/** The arguments of each child: the options of `up`, with the child's own addresses. */
export function childWords(invocation: Invocation): Outcome<{ id: number; words: string[] }[]> {
  const { options } = invocation;
  const peers = options.peers ?? localPeers(options.grpc ?? undefined);
  const away = peers.find((peer) => !isLoopback(peer.host));
  if (away !== undefined) {
    return failure(
      EXIT.usage,
      `replica ${away.id} of --peers is on another host`,
      "up starts replicas of this host only; start one there with lastword --replica-id",
    );
  }
  if (peers.some((peer) => peer.port > 65_535)) {
    return failure(EXIT.usage, "--grpc leaves no room for the ports of all replicas", "give a lower port");
  }
  const pages = peers.map(({ id }) => webAddress(id, options.web ?? undefined));
  const clash = checkFront(options, pages);
  if (clash !== null) return clash;
  const addressGiven = options.peers !== null || options.grpc !== null;
  // Three replicas share a terminal, so they log only what a person should know.
  const { grpc: _grpc, web: _web, peers: _peers, ...shared } = { "log-level": "warn", ...invocation.given };
  const common = wordsOf(shared, "replica");
  return done(
    peers.map(({ id }) => {
      const web: Address = webAddress(id, options.web ?? undefined);
      const words = [`--replica-id=${id}`, `--web=${printAddress(web)}`, ...common];
      if (addressGiven) {
        words.push(`--peers=${peers.map((peer) => `${peer.id}=${printAddress(peer)}`).join(",")}`);
        // All replicas are on this host and share the folder, so the first one creates the key.
        words.push("--bootstrap");
      }
      return { id, words };
    }),
  );
}

/**
 * Variables that Bun reads only when a process starts.
 *
 * MIMALLOC_PURGE_HOLES: by default the allocator returns memory within pages that are still in use, and the next
 * messages fault it in again. That costs a busy replica a twentieth of its time, to save 20 MB at rest.
 */
const RUNTIME = { MIMALLOC_PURGE_HOLES: "0" };

/** The environment of a child, without the LASTWORD_* options of `up`, which the child gets as arguments. */
export function childEnvironment(
  environment: CommandDeps["environment"],
  supervisor: number | null,
): Record<string, string | undefined> {
  const variables = new Set<string>(OPTION_NAMES.map((name) => variableOf(name)));
  const rest = Object.fromEntries(Object.entries(environment).filter(([name]) => !variables.has(name)));
  return { ...RUNTIME, ...rest, [SUPERVISOR_VARIABLE]: supervisor === null ? undefined : String(supervisor) };
}

/** One run of the command. */
class Up {
  readonly #invocation: Invocation;
  readonly #deps: CommandDeps;
  readonly #children: readonly { id: number; words: string[] }[];
  readonly #data: string;
  readonly #supervisor: Supervisor;
  readonly #registration: Registration;
  #asked = 0;

  constructor(
    { invocation, registration }: { readonly invocation: Invocation; readonly registration: Registration },
    deps: CommandDeps,
    children: readonly { id: number; words: string[] }[],
  ) {
    this.#invocation = invocation;
    this.#registration = registration;
    this.#deps = deps;
    this.#children = children;
    this.#data = dataFolder(invocation.options.data, deps.environment);
    this.#supervisor = new Supervisor(
      children.map(({ id }) => id),
      {
        restart: !invocation.options["no-restart"],
        say: (sentence) => this.#say(sentence),
        running: (id) => deps.lockIsHeld(lockPath(this.#data, id)),
        start: (id) => this.#start(id),
        executable: () => this.#executable(),
        why: (error) => this.#whyNotStarted(error),
        found: (id) => this.#found(id),
        onRestarted: (id) => void this.#sayInStep(id).catch(() => {}),
      },
    );
  }

  /** Identifies the file that is at the path of this program now. */
  #executable(): string {
    try {
      const { ino, mtimeMs } = statSync(this.#deps.program[0]!);
      return `${ino} ${mtimeMs}`;
    } catch {
      // The file is just being replaced. The supervisor asks again.
      return "";
    }
  }

  async run(): Promise<ExitCode> {
    const refused = this.#refusal();
    if (refused !== null) {
      this.#deps.err(failureLine(refused));
      return refused.exit;
    }
    // An unexpected exception must not leave the replicas without a supervisor.
    for (const event of ["uncaughtException", "unhandledRejection"] as const) {
      process.on(event, (error: unknown) => {
        const name = error instanceof Error ? error.name : "error";
        this.#say(`lastword up continued after a fault of its own (${name}); please report it`);
      });
    }
    onStopSignals(() => this.#stop());
    this.#supervisor.start();
    void this.#sayWhenReady().catch(() => {});
    return (await this.#supervisor.over) as ExitCode;
  }

  #say(sentence: string): void {
    this.#deps.out(`${sentence}\n`);
  }

  #cluster(): LocalCluster {
    const keyPath = this.#invocation.options["cluster-key"] ?? defaultKeyPath(this.#data);
    const key = readClusterKey(keyPath);
    return { data: this.#data, keyPath, secret: key.ok ? (key.value?.secret ?? null) : null };
  }

  /** The failure if there is nothing to supervise: another `up` does, or all replicas were started by themselves. */
  #refusal(): Failure | null {
    const alive = lookAround(this.#data, this.#deps).filter((replica) => replica.alive);
    const other = alive.map(({ run }) => run?.supervisor ?? null).find((pid) => this.#livesElsewhere(pid));
    if (other !== undefined) {
      return failure(
        EXIT.folder,
        `lastword up (pid ${other}) already manages the replicas in ${this.#data}`,
        `look at them (${this.#command("status")}), or stop them with ${this.#command("down")}`,
      );
    }
    const all = this.#children.every(({ id }) =>
      alive.some((replica) => replica.id === id && replica.run !== null && replica.run.supervisor === null),
    );
    if (!all) return null;
    return failure(
      EXIT.folder,
      `all replicas of ${this.#data} are running already, each started on its own`,
      `look at them (${this.#command("status")}), or stop them with ${this.#command("down")}`,
    );
  }

  #command(word: string): string {
    return commandText(word, this.#invocation.options.data);
  }

  /** Whether `pid` is a running `lastword up` other than this one. */
  #livesElsewhere(pid: number | null): boolean {
    return pid !== null && pid !== process.pid && isSupervisor(pid, this.#deps.program);
  }

  #start(id: number): { pid: number; exited: Promise<number>; kill: () => void } {
    const words = this.#children.find((child) => child.id === id)?.words ?? [];
    const child = Bun.spawn([...this.#deps.program, ...words], {
      detached: true,
      stdio: ["ignore", "ignore", "inherit"],
      // The folder in which `up` was started may have been deleted. All paths among the arguments are absolute.
      cwd: "/",
      env: childEnvironment(this.#deps.environment, process.pid),
    });
    return { pid: child.pid, exited: child.exited, kill: () => child.kill("SIGKILL") };
  }

  #whyNotStarted(error: unknown): string {
    const [program = ""] = this.#deps.program;
    const what = `run ${program}`;
    const failed = systemFailure(error, {
      doing: "program",
      what,
      change: "look in the system log",
      exit: EXIT.failed,
    });
    return `${failed.what}; ${failed.todo}`;
  }

  /** What to say about a running replica that this process did not start; null until its run.json exists. */
  #found(id: number): string | null {
    const run = readRunFile(this.#data, id);
    if (run === null) return null;
    if (run.supervisor === process.pid) return `replica ${id} runs again`;
    if (run.supervisor === null)
      return `replica ${id} runs already and was started on its own; Ctrl-C leaves it running`;
    if (this.#livesElsewhere(run.supervisor)) {
      return `replica ${id} runs already; lastword up (pid ${run.supervisor}) manages it`;
    }
    // Tells `down`, and a later `up`, which process supervises the replica.
    writeRunFile(this.#data, id, { ...run, supervisor: process.pid });
    return `replica ${id} runs already and nothing managed it; this command does now, and Ctrl-C stops it too`;
  }

  /** The replicas that a stop ends: started here, taken over, or restarted by chaos on behalf of this process. */
  #ours(): { id: number; pid: number | null }[] {
    const started = this.#supervisor.own();
    const adopted = lookAround(this.#data, this.#deps).flatMap(({ id, alive, run }) =>
      alive && run?.supervisor === process.pid && !started.some((child) => child.id === id)
        ? [{ id, pid: run.pid }]
        : [],
    );
    return [...started, ...adopted];
  }

  #stop(): void {
    this.#asked += 1;
    if (this.#asked > 1) {
      this.#killAll();
      return;
    }
    this.#supervisor.quiet();
    this.#stopGracefully().catch(() => this.#killAll());
  }

  async #stopGracefully(): Promise<void> {
    const ours = this.#ours();
    if (ours.length > 0) {
      this.#say("stopping; Ctrl-C again ends the replicas at once");
      const left = await stopReplicas(this.#cluster(), ours, this.#deps);
      if (left.length > 0) this.#supervisor.kill();
    }
    this.#supervisor.hold();
    const left = lookAround(this.#data, this.#deps).filter(({ alive }) => alive);
    if (left.length > 0) {
      const runs = left.length === 1 ? "still runs" : "still run";
      this.#say(`${replicasText(left.map(({ id }) => id))} ${runs}; to stop: ${this.#command("down")}`);
    }
  }

  /** Kills all replicas without waiting for a graceful stop. */
  #killAll(): void {
    setTimeout(() => process.exit(EXIT.failed), KILLED_MS).unref();
    try {
      for (const { id, pid } of this.#ours()) if (pid !== null && this.#isAlive(id)) process.kill(pid, "SIGKILL");
    } finally {
      this.#supervisor.kill();
      this.#supervisor.hold();
    }
  }

  #isAlive(id: number): boolean {
    return this.#deps.lockIsHeld(lockPath(this.#data, id));
  }

  #running(): LocalReplica[] {
    return lookAround(this.#data, this.#deps).filter(({ alive, run }) => alive && run !== null);
  }

  async #sayWhenReady(): Promise<void> {
    const ids = this.#children.map(({ id }) => id);
    const all = (): boolean => ids.every((id) => this.#running().some((replica) => replica.id === id));
    const writable = async (): Promise<boolean> =>
      bestStatus(await askAll(this.#cluster(), this.#running()))?.writable === true;
    // If one replica cannot start, do not wait for it: the others may be ready.
    await until(() => this.#asked > 0 || all() || this.#supervisor.failing().length > 0, ALL_TIMEOUT_MS, 100);
    if (!(await until(async () => this.#asked > 0 || (await writable()), READY_TIMEOUT_MS, 100))) return;
    const front = await this.#front();
    if (this.#asked > 0) return;
    const running = this.#running();
    this.#say(`Lastword is running: ${front ?? running[0]?.run?.web ?? ""}`);
    const pages = ids.map(
      (id) => `${id} ${running.find((replica) => replica.id === id)?.run?.web ?? "not running yet"}`,
    );
    this.#say(`replicas: ${pages.join(", ")}`);
    this.#say(`data: ${this.#data}; to look at it: ${this.#command("status")}`);
    this.#say(this.#stopText(running.map(({ id }) => id)));
    if (this.#registration !== "open") await this.#sayOwnerLink();
    for (const id of ids) if (!running.some((replica) => replica.id === id)) void this.#sayInStep(id).catch(() => {});
  }

  /** How the first account is made, unless somebody has one. */
  async #sayOwnerLink(): Promise<void> {
    const link = await ownerLink(this.#invocation.options, this.#deps);
    if (link !== null && this.#asked === 0)
      this.#say(ownerLine(link, this.#command("invite --owner"), process.stdout.isTTY));
  }

  /** The front's address once a replica has it; null if none gets it. */
  async #front(): Promise<string | null> {
    const { front } = this.#invocation.options;
    if (front === "off") return null;
    const bound = (): string | undefined => this.#running().find(({ run }) => run?.front)?.run?.front ?? undefined;
    await until(() => this.#asked > 0 || bound() !== undefined, FRONT_TIMEOUT_MS, 100);
    const found = bound() ?? null;
    if (found === null && this.#asked === 0) {
      const what = `no replica has the front address ${printAddress(front)}: another program or cluster uses it`;
      this.#deps.err(failureLine({ what, todo: "choose another with --front" }));
    }
    return found;
  }

  #stopText(running: readonly number[]): string {
    const how = STOP_SIGNALS.includes("SIGHUP") ? "Ctrl-C, or closing this terminal," : "Ctrl-C";
    const ours = this.#ours().map(({ id }) => id);
    const others = running.filter((id) => !ours.includes(id));
    return others.length === 0 ? `${how} stops them.` : `${how} stops ${replicasText(ours)} only.`;
  }

  /** Says when a restarted replica is in step again. */
  async #sayInStep(id: number): Promise<void> {
    const inStep = async (): Promise<boolean> => {
      const best = bestStatus(await askAll(this.#cluster(), this.#running()));
      return best?.writable === true && best.view.members.includes(id) && best.replicas.some(isThere);
    };
    const isThere = (replica: { id: number; state: string }): boolean =>
      replica.id === id && (replica.state === "leader" || replica.state === "follower");
    const own = (): boolean => this.#supervisor.own().some((child) => child.id === id);
    if (!(await until(async () => this.#asked > 0 || !own() || (await inStep()), STEP_TIMEOUT_MS, 200))) return;
    if (this.#asked === 0 && own()) this.#say(`replica ${id} is in step again`);
  }
}

/** Runs `lastword up` until all replicas have ended: by Ctrl-C, by `lastword down`, or because they cannot run. */
export async function runUp(invocation: Invocation, deps: CommandDeps): Promise<ExitCode> {
  const checked = settingsOf({ ...invocation.options, grpc: null }, deps.environment);
  const children = checked.ok ? childWords(invocation) : checked;
  if (!checked.ok || !children.ok) {
    const wrong = checked.ok ? (children as Failure) : checked;
    deps.err(failureLine(wrong));
    return wrong.exit;
  }
  const { registration } = checked.value;
  return new Up({ invocation, registration }, deps, children.value).run();
}
