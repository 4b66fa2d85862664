/** Chooses ports for the servers of tests. */
import { createServer } from "node:net";

/**
 * Below the ephemeral range (from 32768 on), because between the moment at which a port was found free and the moment
 * at which it is bound, an outgoing connection could get an ephemeral port as its local port.
 */
const FIRST = 12_000;
const LAST = 31_000;
const ATTEMPTS_MAX = 400;
/**
 * Each worker of a parallel run has its own share of the ports, because the ports of a replica that is down are free
 * for a while and must not be given to another worker.
 */
export const WORKERS_MAX = 4;
const SHARE = Math.floor((LAST - FIRST) / WORKERS_MAX);
const OWN_FIRST = FIRST + (Number(process.env["BUN_TEST_WORKER_ID"] ?? 0) % WORKERS_MAX) * SHARE;

const handedOut = new Set<number>();

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** `count` different ports of 127.0.0.1 on which nothing listens now and which this process has not returned before. */
export async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) found.push(...(await freePortRow(1)));
  return found;
}

/** `count` consecutive ports, because `lastword up` uses the ports that follow the given one. */
export async function freePortRow(count: number): Promise<number[]> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const first = OWN_FIRST + Math.floor(Math.random() * (SHARE - count + 1));
    const row = Array.from({ length: count }, (_, i) => first + i);
    if (row.some((port) => handedOut.has(port))) continue;
    for (const port of row) handedOut.add(port);
    if ((await Promise.all(row.map(isFree))).every((free) => free)) return row;
  }
  throw new Error("no free ports");
}
