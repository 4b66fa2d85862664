/**
 * `lastword up`: all local replicas as child processes in one terminal. The first Ctrl-C
 * stops them gracefully, followers first, within 10 s; a second one kills them.
 */
import { defaultKeyPath, readClusterKey } from "./cluster-key.ts";
import { until, type CommandDeps } from "./command-deps.ts";
import { dataFolder, lockPath } from "./data-folder.ts";
import { done, EXIT, failure, failureLine, type ExitCode, type Outcome } from "./exit.ts";
import { askAll, bestStatus, lookAround, type LocalCluster, type LocalReplica } from "./local-cluster.ts";
import { isLoopback, printAddress, type Address } from "./option-values.ts";
import { OPTION_NAMES, variableOf, wordsOf, type Invocation } from "./options.ts";
import { localPeers, settingsOf, webAddress } from "./settings.ts";
import { stopReplicas } from "./stop-replicas.ts";
import { Supervisor } from "./supervisor.ts";

/** Tells a replica who looks after it; it says so in run.json. */
export const SUPERVISOR_VARIABLE = "LASTWORD_SUPERVISOR";

const ALL_TIMEOUT_MS = 3_000;
const READY_TIMEOUT_MS = 15_000;

/** The words for each child: what `up` was given, with the addresses of this one. */
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
  const addressGiven = options.peers !== null || options.grpc !== null;
  // Three replicas share a terminal: only what a person should know is worth a line there.
  const { grpc: _grpc, web: _web, peers: _peers, ...shared } = { "log-level": "warn", ...invocation.given };
  const common = wordsOf(shared, "replica");
  return done(
    peers.map(({ id }) => {
      const web: Address = webAddress(id, options.web ?? undefined);
      const words = [`--replica-id=${id}`, `--web=${printAddress(web)}`, ...common];
      if (addressGiven) {
        words.push(`--peers=${peers.map((peer) => `${peer.id}=${printAddress(peer)}`).join(",")}`);
        // All of them are here and share the folder: whoever is first creates the key.
        words.push("--bootstrap");
      }
      return { id, words };
    }),
  );
}

/**
 * The allocator gives back memory within pages that are still in use, and the next messages fault
 * it in again: a twentieth of what a busy replica does, to save 20 MB at rest.
 */
const KEEP_PAGES = { MIMALLOC_PURGE_HOLES: "0" };

/** The environment of a child: what was given to `up` there comes to it as words. */
export function childEnvironment(
  environment: CommandDeps["environment"],
  supervisor: number | null,
): Record<string, string | undefined> {
  const variables = new Set<string>(OPTION_NAMES.map((name) => variableOf(name)));
  const rest = Object.fromEntries(Object.entries(environment).filter(([name]) => !variables.has(name)));
  return { ...KEEP_PAGES, ...rest, [SUPERVISOR_VARIABLE]: supervisor === null ? undefined : String(supervisor) };
}

async function sayWhenReady(cluster: () => LocalCluster, ids: readonly number[], deps: CommandDeps): Promise<void> {
  const running = (): LocalReplica[] =>
    lookAround(cluster().data, deps).filter(({ alive, run }) => alive && run !== null);
  const writable = async (): Promise<boolean> => bestStatus(await askAll(cluster(), running()))?.writable === true;
  // With one that cannot start the others are still worth saying.
  await until(() => ids.every((id) => running().some((replica) => replica.id === id)), ALL_TIMEOUT_MS, 100);
  if (!(await until(writable, READY_TIMEOUT_MS, 100))) return;
  const pages = running().flatMap(({ run }) => run?.web ?? []);
  const front = running().find(({ run }) => run?.front !== null)?.run?.front;
  deps.out(`Lastword is running: ${front ?? pages[0] ?? ""}\n`);
  deps.out(`its replicas: ${pages.join(" ")}\n`);
  deps.out("Ctrl-C stops them.\n");
}

/** Runs until all replicas have ended: by Ctrl-C, by `lastword down`, or because they cannot run. */
export async function runUp(invocation: Invocation, deps: CommandDeps): Promise<ExitCode> {
  const checked = settingsOf({ ...invocation.options, grpc: null }, deps.environment);
  const children = checked.ok ? childWords(invocation) : checked;
  if (!checked.ok || !children.ok) {
    const wrong = checked.ok ? (children as Extract<typeof children, { ok: false }>) : checked;
    deps.err(failureLine(wrong));
    return wrong.exit;
  }
  const data = dataFolder(invocation.options.data, deps.environment);
  const keyPath = invocation.options["cluster-key"] ?? defaultKeyPath(data);
  const cluster = (): LocalCluster => {
    const key = readClusterKey(keyPath);
    return { data, secret: key.ok ? (key.value?.secret ?? null) : null };
  };
  const supervisor = new Supervisor(
    children.value.map(({ id }) => id),
    {
      restart: !invocation.options["no-restart"],
      say: (sentence) => deps.out(`${sentence}\n`),
      running: (id) => deps.lockIsHeld(lockPath(data, id)),
      start: (id) => {
        const words = children.value.find((child) => child.id === id)?.words ?? [];
        const child = Bun.spawn([...deps.program, ...words], {
          detached: true,
          stdio: ["ignore", "ignore", "inherit"],
          env: childEnvironment(deps.environment, process.pid),
        });
        return { pid: child.pid, exited: child.exited, kill: () => child.kill("SIGKILL") };
      },
    },
  );
  let asked = 0;
  const stop = (): void => {
    asked += 1;
    if (asked > 1) return supervisor.kill();
    const started = supervisor.own();
    // Chaos kills and starts replicas in this supervisor's name: they are stopped with the others.
    const adopted = lookAround(data, deps).flatMap(({ id, alive, run }) =>
      alive && run?.supervisor === process.pid && !started.some((child) => child.id === id)
        ? [{ id, pid: run.pid }]
        : [],
    );
    const own = [...started, ...adopted];
    if (own.length === 0) return supervisor.hold();
    deps.out("stopping; Ctrl-C again ends the replicas at once\n");
    supervisor.quiet();
    void stopReplicas(cluster(), own, deps).then((left) => {
      if (left.length > 0) supervisor.kill();
      supervisor.hold();
    });
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  supervisor.start();
  void sayWhenReady(
    cluster,
    children.value.map(({ id }) => id),
    deps,
  );
  return (await supervisor.over) as ExitCode;
}
