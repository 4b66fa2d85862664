/**
 * B7: where the CPU of a message goes. Runs a build of the same sources without minification under
 * the load of B1, with Bun's sampling profiler on. The time of each thread comes from /proc. The
 * main thread's time is divided in proportion to the samples, which see JavaScript and what it
 * calls (SQLite, the socket's write). The event loop between them appears in no sample, so its time
 * is divided in the same proportion.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Cluster } from "../harness/cluster.ts";
import { runLoad } from "./load.ts";
import { table } from "./measure.ts";
import type { PartResult, Say } from "./part.ts";
import { registerSenders, targetOf } from "./product.ts";
import { areaOf, AREAS, secondsByStack, type Area, type CpuProfile, type Window } from "./profile-areas.ts";
import { CONVERSATIONS } from "./system.ts";
import { threadSeconds, type ThreadGroup } from "./threads.ts";

const TOP = resolve(import.meta.dir, "..");
const SENDERS = 64;
const WARM_UP_MS = 4_000;
const INTERVAL_US = 500;

export interface ProfileOptions {
  readonly countedMs: number;
}

export const PROFILE: ProfileOptions = { countedMs: 15_000 };
export const PROFILE_QUICK: ProfileOptions = { countedMs: 3_000 };

/** Builds the binary with the names of its functions, and returns its path. */
async function buildNamed(folder: string): Promise<string> {
  const workers = [...new Bun.Glob("src/**/*-worker.ts").scanSync({ cwd: TOP })];
  const words = ["build", "--compile", "--sourcemap", "--bytecode", "--format=esm"];
  words.push("--no-compile-autoload-dotenv", "--no-compile-autoload-bunfig");
  words.push("--define", 'BUILD_VERSION="0.0.0"', "--define", 'BUILD_COMMIT="profile"', "--define", "FAULTS=false");
  const outfile = join(folder, "lastword");
  const built = Bun.spawn([process.execPath, ...words, "src/replica.ts", ...workers, "--outfile", outfile], {
    cwd: TOP,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if ((await built.exited) !== 0) throw new Error("the binary with names could not be built");
  return outfile;
}

function profileOf(folder: string, pid: number): CpuProfile {
  const name = readdirSync(folder).find((file) => file.endsWith(".cpuprofile") && file.includes(`.${pid}.`));
  if (name === undefined) throw new Error(`no profile of process ${pid}`);
  return JSON.parse(readFileSync(join(folder, name), "utf8")) as CpuProfile;
}

/** CPU per message, us: of the main thread by area of the program, and of other threads by group. */
interface Spent {
  readonly areas: ReadonlyMap<Area, number>;
  readonly threads: ReadonlyMap<ThreadGroup, number>;
}

function spentBy(profile: CpuProfile, during: During, messages: number): Spent {
  const perMessage = (seconds: number): number => (seconds * 1e6) / messages;
  const threads = new Map<ThreadGroup, number>();
  for (const [group, seconds] of during.after) {
    if (group !== "main") threads.set(group, perMessage(seconds - (during.before.get(group) ?? 0)));
  }
  const main = (during.after.get("main") ?? 0) - (during.before.get("main") ?? 0);
  const stacks = secondsByStack(profile, during.window, 2 * INTERVAL_US);
  const seconds = stacks.reduce((sum, [, each]) => sum + each, 0);
  // The profiler samples by the clock, even while the thread waits for a core, and never outside of JavaScript.
  // Samples therefore say how the thread's time is divided, not how much of it was JavaScript.
  const areas = new Map<Area, number>();
  for (const [stack, each] of stacks) {
    const area = areaOf(stack);
    areas.set(area, (areas.get(area) ?? 0) + perMessage((main * each) / seconds));
  }
  return { areas, threads };
}

type Threads = ReadonlyMap<ThreadGroup, number>;

/** The part of one replica's run that is counted. */
interface During {
  readonly before: Threads;
  readonly after: Threads;
  readonly window: Window;
}

/** Runs the part and returns Markdown. */
export async function profile(say: Say, options = PROFILE): Promise<PartResult> {
  const folder = mkdtempSync(join(tmpdir(), "lastword-profile-"));
  try {
    const binary = await buildNamed(folder);
    const environment = { BUN_OPTIONS: `--cpu-prof --cpu-prof-interval=${INTERVAL_US} --cpu-prof-dir=${folder}` };
    await using cluster = await Cluster.create({ words: ["--rate-limit=off"], binary, environment });
    const startedMs: number[] = [];
    for (const id of cluster.ids) {
      startedMs[id] = performance.now();
      await cluster.start(id);
    }
    await cluster.inStep();
    const senders = await registerSenders(cluster, SENDERS, CONVERSATIONS);
    const leader = await cluster.leader();
    const ids = [leader, ...cluster.ids.filter((id) => id !== leader)];
    const target = targetOf({ cluster, senders, ids });
    const threads = (): Threads[] => ids.map((id) => threadSeconds(cluster.pid(id)));
    await runLoad(target, { warmUpMs: 0, countedMs: WARM_UP_MS });
    const [before, from] = [threads(), performance.now()];
    const load = await runLoad(target, { warmUpMs: 0, countedMs: options.countedMs });
    const [after, to] = [threads(), performance.now()];
    const pids = ids.map((id) => cluster.pid(id));
    // A process writes its profile only if it ends by itself.
    for (const id of ids.toReversed()) await cluster.terminate(id);
    const messages = (load.perSecond * options.countedMs) / 1000;
    const [lead, follow] = [0, 1].map((i) => {
      const start = startedMs[ids[i]!]!;
      const window = { from: (from - start) * 1000, to: (to - start) * 1000 };
      return spentBy(profileOf(folder, pids[i]!), { before: before[i]!, after: after[i]!, window }, messages);
    });
    say(`  ${Math.round(load.perSecond)} sends a second with the profiler on`);
    return { text: tableOf(lead!, follow!, load.perSecond) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function tableOf(leader: Spent, follower: Spent, perSecond: number): string {
  const sum = ({ areas, threads }: Spent): number =>
    [...areas.values(), ...threads.values()].reduce((total, us) => total + us, 0);
  const totals = [sum(leader), sum(follower)] as const;
  const cell = (us: number, total: number): string => `${us.toFixed(0)} us (${((us / total) * 100).toFixed(0)} %)`;
  const row = (name: string, of: (spent: Spent) => number): string[] => [
    name,
    cell(of(leader), totals[0]),
    cell(of(follower), totals[1]),
  ];
  const groups = new Set([...leader.threads.keys(), ...follower.threads.keys()]);
  const rows = [
    ...AREAS.map((area) => row(area, (spent) => spent.areas.get(area) ?? 0)),
    ...[...groups].map((group) => row(`other threads: ${group}`, (spent) => spent.threads.get(group) ?? 0)),
    ["all", `${totals[0].toFixed(0)} us`, `${totals[1].toFixed(0)} us`],
  ];
  return [
    `${SENDERS} senders by streams, ${Math.round(perSecond).toLocaleString("en-US")} sends a second with the profiler on. CPU of one message:`,
    table(["", "leader", "a follower"], rows),
  ].join("\n\n");
}
