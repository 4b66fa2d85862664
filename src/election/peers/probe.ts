/**
 * One raw TCP connect to a peer's port, the fastest evidence of a death there is: a process
 * that was killed no longer listens, and the kernel says so within a millisecond.
 * A gRPC dial would add its own state and back-off.
 */
import { connect } from "node:net";

/** Bound on one probe. */
export const PROBE_TIMEOUT_MS = 250;

/**
 * `refused`: nobody listens there (ECONNREFUSED and nothing else). `connected`: a kernel
 * answered, be the process frozen or not. `unknown`: no answer in time, or an error of ours
 * (EMFILE, EADDRNOTAVAIL) or of the way there; evidence of nothing.
 */
export type ProbeResult = "refused" | "connected" | "unknown";

/** Never rejects. */
export function probePort(host: string, port: number): Promise<ProbeResult> {
  return new Promise((resolve) => {
    let done = false;
    const socket = connect({ host, port });
    const finish = (result: ProbeResult): void => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => finish("unknown"), PROBE_TIMEOUT_MS);
    socket.on("connect", () => {
      // The default ports lie in Linux's ephemeral range: a dial of a dead local port can be
      // given that very port as its source, and so meet itself. Held open, it would
      // keep the restarted peer from its port.
      finish(isSelfConnected(socket) ? "unknown" : "connected");
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      finish(error.code === "ECONNREFUSED" ? "refused" : "unknown");
    });
  });
}

function isSelfConnected(socket: {
  readonly localPort?: number | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
  readonly remoteAddress?: string | undefined;
}): boolean {
  return socket.localPort === socket.remotePort && socket.localAddress === socket.remoteAddress;
}
