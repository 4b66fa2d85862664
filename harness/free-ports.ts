/** Ports for servers of tests. */
import { createServer } from "node:net";

/**
 * Below the ephemeral range (32768 on): a port in there can be taken as the near end of
 * some outgoing connection between the moment it was found free and the moment it is bound.
 */
const FIRST = 12_000;
const LAST = 31_000;
const ATTEMPTS_MAX = 400;

const handedOut = new Set<number>();

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** `count` different ports of 127.0.0.1 that nobody listens on now and that this process has not handed out yet. */
export async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  for (let attempt = 0; attempt < ATTEMPTS_MAX && found.length < count; attempt++) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (handedOut.has(port) || !(await isFree(port))) continue;
    handedOut.add(port);
    found.push(port);
  }
  if (found.length < count) throw new Error("no free ports");
  return found;
}
