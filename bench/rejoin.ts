/**
 * B4: a replica comes back that missed many messages, while people go on writing. How long until
 * it counts again, what the others lose in speed, and how long the leader's loop ever stands still
 * (as somebody outside sees it: the longest wait for /healthz, asked all the time).
 */
import type { Cluster } from "../tests/support/cluster.ts";
import type { Sender } from "./chat-wires.ts";
import { runLoad } from "./load.ts";
import { ms, share, table, whole } from "./measure.ts";
import { registerSenders, startProduct, targetOf } from "./product.ts";

const BEHIND = 100_000;
const FILL_SENDERS = 256;
const CALM_MS = 5_000;
const POLL_MS = 10;
const FILL_SLICE_MS = 2_000;
const REJOIN_TIMEOUT_MS = 120_000;

/** Asks a replica for its health until stopped; answers the longest wait, ms. */
function watchStalls(origin: string): () => Promise<number> {
  let longest = 0;
  let over = false;
  const watching = (async () => {
    while (!over) {
      const asked = performance.now();
      await fetch(`${origin}/healthz`).then((answer) => answer.text());
      longest = Math.max(longest, performance.now() - asked);
      await Bun.sleep(POLL_MS);
    }
  })();
  return async () => {
    over = true;
    await watching;
    return longest;
  };
}

interface Meanwhile {
  readonly name: string;
  readonly senders: number;
  readonly pauseMs?: number;
}

/** What the others are asked for while one is away and comes back. */
const MEANWHILE: readonly Meanwhile[] = [
  { name: "8 people writing, 20 messages a second each", senders: 8, pauseMs: 50 },
  { name: "64 senders as fast as they can", senders: 64 },
];

const seqAt = async (cluster: Cluster, id: number): Promise<number> => (await cluster.status(id))?.seq.applied ?? 0;

/** One absence; the cluster is in step before and after. */
async function oneRejoin(
  { cluster, senders, say }: { cluster: Cluster; senders: readonly Sender[]; say: (line: string) => void },
  meanwhile: Meanwhile,
  behind: number,
): Promise<string[]> {
  const leader = await cluster.leader();
  const absent = cluster.ids.find((id) => id !== leader)!;
  const present = cluster.ids.filter((id) => id !== absent);
  await cluster.kill(absent);
  await cluster.inStep(present);
  const seqBefore = await seqAt(cluster, leader);
  const filling = targetOf({ cluster, senders, ids: present });
  for (let seq = seqBefore; seq - seqBefore < behind; seq = await seqAt(cluster, leader)) {
    say(`${whole(seq - seqBefore)} of ${whole(behind)} messages written without replica ${absent}`);
    await runLoad(filling, { warmUpMs: 0, countedMs: FILL_SLICE_MS });
  }
  const target = targetOf({ cluster, senders: senders.slice(0, meanwhile.senders), ids: present });
  const pace = meanwhile.pauseMs === undefined ? {} : { pauseMs: meanwhile.pauseMs };
  const calm = await runLoad(target, { warmUpMs: 1_000, countedMs: CALM_MS, ...pace });
  const missed = (await seqAt(cluster, leader)) - seqBefore;

  const stalls = watchStalls(cluster.web(leader));
  let inStepMs = 0;
  const back = async (): Promise<void> => {
    const started = performance.now();
    await cluster.start(absent);
    await cluster.inStep(cluster.ids, REJOIN_TIMEOUT_MS);
    inStepMs = performance.now() - started;
  };
  const busy = await runLoad(target, { warmUpMs: 0, countedMs: back, ...pace });
  return [
    meanwhile.name,
    whole(missed),
    `${(inStepMs / 1000).toFixed(1)} s`,
    `${whole(calm.perSecond)}/s`,
    `${whole(busy.perSecond)}/s (${share(busy.perSecond / calm.perSecond)})`,
    ms(await stalls()),
  ];
}

/** Runs it and answers Markdown. */
export async function rejoin(say: (line: string) => void, behind = BEHIND): Promise<string> {
  await using cluster = await startProduct();
  const senders = await registerSenders(cluster, FILL_SENDERS, FILL_SENDERS / 2);
  const rows: string[][] = [];
  for (const meanwhile of MEANWHILE) rows.push(await oneRejoin({ cluster, senders, say }, meanwhile, behind));
  return table(
    ["meanwhile", "messages behind", "until it counts again", "sends before", "sends meanwhile", "longest stall"],
    rows,
  );
}
