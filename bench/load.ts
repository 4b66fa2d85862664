/**
 * The load: senders in this process, spread over the replicas, each with one send outstanding. The
 * same loop drives the product, the bare pipeline, etcd and NATS. Every sender has a connection of
 * its own; wires/raw-socket.ts says why the connections are written by hand.
 */
import { cpuSeconds, percentile } from "./measure.ts";

const BODY_BYTES = 200;
const BODY = "x".repeat(BODY_BYTES);
const PROGRESS_TIMEOUT_MS = 20_000;
/** Pause after a refused send. */
const REFUSED_PAUSE_MS = 10;

/** One sender's connection. */
export interface Connection {
  /** Sends one body and resolves when it is acknowledged; rejects when it is refused. */
  send(clientId: string, body: string): Promise<void>;
  close(): void;
}

/** A running cluster of the system that is measured, as its senders see it. */
export interface Target {
  readonly senders: number;
  /** Opens the connection of sender `index`; the index decides its replica. */
  connect(index: number): Promise<Connection>;
  /** Process ids of the replicas, the leader first. */
  pids(): readonly number[];
}

export interface LoadResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failures: number;
  /** Cores used by each replica; `cpuHere` by this process. */
  readonly cpu: readonly number[];
  readonly cpuHere: number;
}

export interface LoadOptions {
  readonly warmUpMs: number;
  /** How long to count, or until which promise resolves. */
  readonly countedMs: number | (() => Promise<unknown>);
  /** Pause between an acknowledgement and the next send; none if absent. */
  readonly pauseMs?: number;
  /** The text of the next send; default: always the same. */
  readonly body?: () => string;
}

/** Runs the senders, and counts after the warm-up. */
export async function runLoad(
  target: Target,
  { warmUpMs, countedMs, pauseMs, body = () => BODY }: LoadOptions,
): Promise<LoadResult> {
  const connections = await Promise.all(Array.from({ length: target.senders }, (_, i) => target.connect(i)));
  const latencies: number[] = [];
  let failures = 0;
  let counting = false;
  let over = false;
  const loops = connections.map(async (connection) => {
    while (!over) {
      const started = performance.now();
      try {
        await connection.send(Bun.randomUUIDv7(), body());
        if (counting) latencies.push(performance.now() - started);
      } catch {
        if (counting) failures += 1;
        await Bun.sleep(REFUSED_PAUSE_MS);
      }
      if (pauseMs !== undefined) await Bun.sleep(pauseMs);
    }
  });
  await Bun.sleep(warmUpMs);
  const cpuBefore = target.pids().map(cpuSeconds);
  const cpuHereBefore = cpuSeconds(process.pid);
  counting = true;
  const started = performance.now();
  await (typeof countedMs === "number" ? Bun.sleep(countedMs) : countedMs());
  counting = false;
  const seconds = (performance.now() - started) / 1000;
  const cpu = target.pids().map((pid, i) => (cpuSeconds(pid) - cpuBefore[i]!) / seconds);
  const cpuHere = (cpuSeconds(process.pid) - cpuHereBefore) / seconds;
  over = true;
  await Promise.race([Promise.all(loops), Bun.sleep(PROGRESS_TIMEOUT_MS)]);
  for (const connection of connections) connection.close();
  latencies.sort((a, b) => a - b);
  return {
    perSecond: latencies.length / seconds,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    failures,
    cpu,
    cpuHere,
  };
}
