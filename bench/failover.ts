/**
 * B2: from the death of the leader to the next acknowledged send. The senders are connected to
 * the other two, so that nothing but the cluster is measured; others keep writing meanwhile.
 */
import { ChatClient } from "../src/cli/chat-client.ts";
import type { ChatSendStream } from "../src/cli/chat-send-stream.ts";
import type { Cluster } from "../tests/support/cluster.ts";
import { ascending, median, ms, percentile, table } from "./measure.ts";
import { registerSenders, startProduct } from "./product.ts";

const KILLS = 25;
const FREEZES = 5;
/** Between the last restart and the next fault: streams, caches and compiled code settle. */
const CALM_MS = 500;
const GIVE_UP_MS = 30_000;
/** A writer in the background sends this often. */
const BACKGROUND_MS = 10;

interface Writer {
  readonly stream: ChatSendStream;
  readonly conversationId: string;
  close(): void;
}

function writerAt(cluster: Cluster, id: number, sender: { token: string; conversationId: string }): Writer {
  const client = new ChatClient({
    addresses: [cluster.grpc(id)],
    token: sender.token,
    deadlineMs: GIVE_UP_MS,
    ownConnections: true,
  });
  const stream = client.sendStream();
  return { stream, conversationId: sender.conversationId, close: () => client.close() };
}

async function sendOnce({ stream, conversationId }: Writer): Promise<void> {
  const sent = await stream.send({ conversationId, body: "x".repeat(200), clientId: Bun.randomUUIDv7() });
  if (!sent.ok) throw new Error(`a send ended with ${sent.code}`);
}

/** Breaks the leader by `fault` and answers the ms until a send that began after it is acknowledged. */
async function oneRound(
  cluster: Cluster,
  writers: readonly Writer[],
  fault: (leader: number) => void,
): Promise<number> {
  const leader = await cluster.leader();
  const living = writers.filter((_, id) => id !== leader);
  await Promise.all(living.map(sendOnce));
  let over = false;
  const background = living.map(async (writer) => {
    while (!over) {
      await sendOnce(writer);
      await Bun.sleep(BACKGROUND_MS);
    }
  });
  await Bun.sleep(CALM_MS);
  const started = performance.now();
  fault(leader);
  await Promise.any(living.map(sendOnce));
  const took = performance.now() - started;
  over = true;
  await Promise.all(background);
  return took;
}

function row(name: string, took: readonly number[]): string[] {
  const sorted = ascending(took);
  return [
    name,
    String(took.length),
    ms(sorted[0] ?? 0),
    ms(median(sorted)),
    ms(percentile(sorted, 0.95)),
    ms(sorted.at(-1) ?? 0),
  ];
}

/** Runs it and answers Markdown. */
export async function failover(say: (line: string) => void, kills = KILLS, freezes = FREEZES): Promise<string> {
  await using cluster = await startProduct();
  const senders = await registerSenders(cluster, cluster.ids.length, cluster.ids.length);
  const killed: number[] = [];
  const frozen: number[] = [];
  for (let round = 0; round < kills + freezes; round++) {
    // New connections each time: those to the replica that died are of no use.
    const writers = cluster.ids.map((id) => writerAt(cluster, id, senders[id]!));
    let victim = 0;
    const kill = round < kills;
    const took = await oneRound(cluster, writers, (leader) => {
      victim = leader;
      process.kill(cluster.pid(leader), kill ? "SIGKILL" : "SIGSTOP");
    });
    (kill ? killed : frozen).push(took);
    say(`${kill ? "killed" : "frozen"} leader, round ${round + 1}: ${ms(took)}`);
    for (const writer of writers) writer.close();
    if (kill) {
      await cluster.kill(victim);
      await cluster.start(victim);
    } else {
      process.kill(cluster.pid(victim), "SIGCONT");
    }
    await cluster.inStep(cluster.ids, GIVE_UP_MS);
  }
  return table(
    ["to the next acknowledged send", "rounds", "min", "median", "p95", "max"],
    [row("leader killed (kill -9)", killed), row("leader frozen (SIGSTOP)", frozen)],
  );
}
