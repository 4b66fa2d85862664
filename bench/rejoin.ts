/**
 * B4: a replica comes back that missed many messages, while people go on writing. How long until
 * it counts again, what the others lose in speed, and how long the leader's loop ever stands still
 * (as somebody outside sees it: the longest wait for /healthz, asked all the time).
 */
import { runLoad, type Target } from "./load.ts";
import { ms, share, table, whole } from "./measure.ts";
import { registerSenders, startProduct, targetOf } from "./product.ts";

const BEHIND = 100_000;
const FILL_SENDERS = 256;
const SENDERS = 64;
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

/** Runs it and answers Markdown. */
export async function rejoin(say: (line: string) => void, behind = BEHIND): Promise<string> {
  await using cluster = await startProduct();
  const senders = await registerSenders(cluster, FILL_SENDERS, FILL_SENDERS / 2);
  const leader = await cluster.leader();
  const absent = cluster.ids.find((id) => id !== leader)!;
  const present = cluster.ids.filter((id) => id !== absent);
  const seqAt = async (id: number): Promise<number> => (await cluster.status(id))?.seq.applied ?? 0;
  await cluster.kill(absent);
  await cluster.inStep(present);
  const seqBefore = await seqAt(leader);
  const filling = targetOf(cluster, senders, present);
  for (let seq = seqBefore; seq - seqBefore < behind; seq = await seqAt(leader)) {
    await runLoad(filling, { way: "stream", warmUpMs: 0, countedMs: FILL_SLICE_MS });
    say(`${whole(seq - seqBefore)} of ${whole(behind)} messages written without replica ${absent}`);
  }
  const target: Target = { ...filling, senders: senders.slice(0, SENDERS) };
  const calmStalls = watchStalls(cluster.web(leader));
  const calm = await runLoad(target, { way: "stream", warmUpMs: 1_000, countedMs: CALM_MS });
  const calmStall = await calmStalls();
  const missed = (await seqAt(leader)) - seqBefore;

  const stalls = watchStalls(cluster.web(leader));
  let inStepMs = 0;
  const started = performance.now();
  const back = (async () => {
    await cluster.start(absent);
    await cluster.inStep(cluster.ids, REJOIN_TIMEOUT_MS);
    inStepMs = performance.now() - started;
  })();
  const busy = await runLoad(target, { way: "stream", warmUpMs: 0, countedMs: () => back });
  const stall = await stalls();
  return table(
    ["", "value"],
    [
      ["messages behind", whole(missed)],
      ["from its start until it counts again", `${(inStepMs / 1000).toFixed(1)} s`],
      ["sends/s of the other two before", `${whole(calm.perSecond)}/s`],
      ["sends/s of the other two meanwhile", `${whole(busy.perSecond)}/s (${share(busy.perSecond / calm.perSecond)})`],
      ["longest wait for the leader's /healthz before", ms(calmStall)],
      ["longest wait for the leader's /healthz meanwhile", ms(stall)],
    ],
  );
}
