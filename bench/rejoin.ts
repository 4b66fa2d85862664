/**
 * B4: a replica that missed many messages comes back while people continue to write. Measures how
 * long it takes until it is a member again, how much slower the others become, and the longest
 * stall of the leader's event loop, as seen from outside: the longest wait for /healthz, which is
 * asked all the time.
 */
import type { Cluster } from "../harness/cluster.ts";
import type { Sender } from "./chat-wires.ts";
import { ABSENT, loadSet, type SetName } from "./data-sets.ts";
import { runLoad, type Target } from "./load.ts";
import { ms, share, table, whole } from "./measure.ts";
import type { PartResult, Say } from "./part.ts";
import { linePlot, type Line } from "./plot.ts";
import { targetOf } from "./product.ts";
import { watchStalls } from "./stalls.ts";

const WARM_UP_MS = 1_000;
const CALM_MS = 5_000;
const SAMPLE_MS = 500;
const START_MS = 60_000;
const REJOIN_TIMEOUT_MS = 300_000;

interface Meanwhile {
  readonly name: string;
  readonly senders: number;
  readonly pauseMs?: number;
}

/** The load on the other replicas while one is away and comes back. */
const MEANWHILE: readonly Meanwhile[] = [
  { name: "8 people writing, 20 messages a second each", senders: 8, pauseMs: 50 },
  { name: "64 senders as fast as they can", senders: 64 },
];

export interface RejoinOptions {
  readonly sets: readonly { readonly set: SetName; readonly behind: number }[];
  readonly meanwhile: readonly Meanwhile[];
}

const SETS = [
  { set: "behind-100k", behind: 100_000 },
  { set: "behind-1m", behind: 1_000_000 },
] as const;

/** All data sets that exist. */
export const REJOIN: RejoinOptions = { sets: SETS, meanwhile: MEANWHILE };
/** The small data set only. */
export const REJOIN_QUICK: RejoinOptions = { sets: SETS.slice(0, 1), meanwhile: MEANWHILE.slice(1) };

/** Counts a target's acknowledgements over time. */
class Timeline {
  #count = 0;
  readonly #started = performance.now();
  readonly #samples: { at: number; count: number }[] = [];
  readonly #timer = setInterval(() => this.#sample(), SAMPLE_MS);

  watch(target: Target): Target {
    return {
      ...target,
      connect: async (index) => {
        const connection = await target.connect(index);
        return {
          ...connection,
          send: async (clientId, body) => {
            await connection.send(clientId, body);
            this.#count += 1;
          },
        };
      },
    };
  }

  #sample(): void {
    this.#samples.push({ at: performance.now(), count: this.#count });
  }

  /** Ends counting. Returns sends a second (y) by seconds since `zero` (x); `zero` is monotonic ms. */
  stop(zero: number): { x: number; y: number }[] {
    clearInterval(this.#timer);
    return this.#samples.map(({ at, count }, i) => {
      const before = this.#samples[i - 1] ?? { at: this.#started, count: 0 };
      return { x: (at - zero) / 1000, y: ((count - before.count) * 1000) / (at - before.at) };
    });
  }
}

interface Rejoined {
  readonly row: readonly string[];
  readonly line: Omit<Line, "group">;
}

const seqAt = async (cluster: Cluster, id: number): Promise<number> => (await cluster.status(id))?.seq.applied ?? 0;

/** Measures one return of the replica that was away when the data set was made. */
async function oneRejoin(
  cluster: Cluster,
  senders: readonly Sender[],
  behind: number,
  how: Meanwhile,
): Promise<Rejoined> {
  const present = cluster.ids.filter((id) => id !== ABSENT);
  for (const id of present) await cluster.start(id);
  await cluster.inStep(present, START_MS);
  const leader = await cluster.leader();
  const seqBefore = await seqAt(cluster, leader);
  const timeline = new Timeline();
  const target = timeline.watch(targetOf({ cluster, senders: senders.slice(0, how.senders), ids: present }));
  const pace = how.pauseMs === undefined ? {} : { pauseMs: how.pauseMs };
  const calm = await runLoad(target, { warmUpMs: WARM_UP_MS, countedMs: CALM_MS, ...pace });
  const missed = behind + (await seqAt(cluster, leader)) - seqBefore;

  const stalls = await watchStalls(cluster.web(leader));
  let startedAt = 0;
  let inStepMs = 0;
  const back = async (): Promise<void> => {
    startedAt = performance.now();
    await cluster.start(ABSENT);
    await cluster.inStep(cluster.ids, REJOIN_TIMEOUT_MS);
    inStepMs = performance.now() - startedAt;
  };
  const busy = await runLoad(target, { warmUpMs: 0, countedMs: back, ...pace });
  const points = timeline.stop(startedAt);
  const seconds = `${(inStepMs / 1000).toFixed(1)} s`;
  return {
    row: [
      how.name,
      whole(missed),
      seconds,
      `${whole(calm.perSecond)}/s`,
      `${whole(busy.perSecond)}/s (${share(busy.perSecond / calm.perSecond)})`,
      ms(await stalls()),
    ],
    line: { name: `${whole(behind)} behind: ${seconds}`, points },
  };
}

/** Runs the part and returns Markdown and a plot. */
export async function rejoin(say: Say, options = REJOIN): Promise<PartResult> {
  const rows: (readonly string[])[] = [];
  const lines: Line[] = [];
  for (const { set, behind } of options.sets) {
    for (const how of options.meanwhile) {
      const loaded = await loadSet(set, say);
      if (loaded === null) break;
      try {
        const { row, line } = await oneRejoin(loaded.cluster, loaded.senders, behind, how);
        say(`  ${row.join(", ")}`);
        rows.push(row);
        if (how.pauseMs === undefined) lines.push({ ...line, group: lines.length });
      } finally {
        await loaded.cluster.stop();
      }
    }
  }
  const text = table(
    ["meanwhile", "messages behind", "until it counts again", "sends before", "sends meanwhile", "longest stall"],
    rows,
  );
  const plot = linePlot({
    title: "Sends at the other two replicas while one comes back",
    x: { label: "seconds since it was started" },
    y: { label: "sends a second, 64 senders", from: 0 },
    lines,
  });
  return { text, plot };
}
