/**
 * The load: senders with one send outstanding each, all in this process, spread over the
 * replicas. The same loop drives the product and the bare pipeline, through gRPC streams (one
 * for each sender) or through the page's form.
 */
import * as grpc from "@grpc/grpc-js";
import { CHAT_WIRE, type ChatCalls } from "../proto/chat-wire.ts";
import { cpuSeconds, percentile } from "./measure.ts";

export const BODY_BYTES = 200;
const PROGRESS_TIMEOUT_MS = 20_000;

/** Who sends, and where to. */
export interface Sender {
  readonly token: string;
  readonly conversationId: string;
}

/** A running cluster of whatever is measured. */
export interface Target {
  readonly grpc: readonly string[];
  readonly web: readonly string[];
  readonly senders: readonly Sender[];
  readonly pids: () => readonly number[];
}

export type Way = "stream" | "http";

export interface LoadResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failures: number;
  /** Share of one core, of each replica and of this process. */
  readonly cpu: readonly number[];
  readonly cpuHere: number;
}

interface Options {
  readonly way: Way;
  readonly warmUpMs: number;
  /** How long, or until when. */
  readonly countedMs: number | (() => Promise<unknown>);
  /** Between an acknowledgement and the next send; none if absent. */
  readonly pauseMs?: number;
}

/** Sends one body and resolves when it is acknowledged; rejects when it is refused. */
type Send = (clientId: string, body: string) => Promise<void>;

interface Connection {
  readonly send: Send;
  close(): void;
}

/** One stream, one item under way. */
function openStream(address: string, { token, conversationId }: Sender): Connection {
  const wire = CHAT_WIRE.SendStream;
  const client = new grpc.Client(address, grpc.credentials.createInsecure(), { "grpc.enable_http_proxy": 0 });
  const metadata = new grpc.Metadata();
  metadata.set("authorization", `Bearer ${token}`);
  const stream = client.makeBidiStreamRequest(
    wire.path,
    (value: ChatCalls["SendStream"]["request"]) => wire.encodeRequest(value),
    (bytes: Buffer) => wire.decodeResponse(bytes),
    metadata,
  );
  let waiting: { resolve: () => void; reject: (error: Error) => void } | null = null;
  stream.on("data", ({ results }: ChatCalls["SendStream"]["response"]) => {
    const failure = results[0]?.failure;
    if (failure === null || failure === undefined) waiting?.resolve();
    else waiting?.reject(new Error(failure.code));
  });
  stream.on("error", (error: Error) => waiting?.reject(error));
  return {
    send: (clientId, body) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        stream.write({ items: [{ to: "", conversationId, body, clientId }] });
      }),
    close: () => {
      stream.cancel();
      client.close();
    },
  };
}

/** The page's form, as a browser without our script would send it, but asking for JSON. */
function openHttp(origin: string, { token, conversationId }: Sender): Connection {
  const url = `${origin}/c/${conversationId}/messages`;
  const headers = {
    cookie: `lastword=${token}`,
    accept: "application/json",
    "content-type": "application/x-www-form-urlencoded",
  };
  return {
    send: async (clientId, body) => {
      const answer = await fetch(url, { method: "POST", headers, body: `id=${clientId}&body=${body}` });
      await answer.text();
      if (answer.status !== 201) throw new Error(`status ${answer.status}`);
    },
    close: () => undefined,
  };
}

/** Runs the senders: warm-up, then counts. */
export async function runLoad(target: Target, { way, warmUpMs, countedMs, pauseMs }: Options): Promise<LoadResult> {
  const connections = target.senders.map((sender, i) =>
    way === "stream"
      ? openStream(target.grpc[i % target.grpc.length]!, sender)
      : openHttp(target.web[i % target.web.length]!, sender),
  );
  const body = "x".repeat(BODY_BYTES);
  const latencies: number[] = [];
  let failures = 0;
  let counting = false;
  let over = false;
  const loops = connections.map(async ({ send }) => {
    while (!over) {
      const started = performance.now();
      try {
        await send(Bun.randomUUIDv7(), body);
        if (counting) latencies.push(performance.now() - started);
      } catch {
        failures += 1;
        await Bun.sleep(10);
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
