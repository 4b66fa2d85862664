/**
 * One raw TCP connect to a peer's port. It is the fastest evidence of a death: a process
 * that was killed no longer listens, and the kernel says so within a millisecond. A gRPC
 * dial would add its own state and back-off.
 */
import { connect } from "node:net";

/** Maximum time of a probe. */
const PROBE_TIMEOUT_MS = 250;

/**
 * `refused`: nothing listens there (only ECONNREFUSED says so). `connected`: a kernel answered;
 * the process may still be frozen. `unknown`: no answer in time, or an error of this host (EMFILE,
 * EADDRNOTAVAIL) or of the network, which is no evidence of anything.
 */
export type ProbeResult = "refused" | "connected" | "unknown";

/** Connects once and closes the connection. Never rejects. */
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
      // The default ports are in Linux's ephemeral range. A connect to a dead local port can get
      // that same port as its source port, and so connect to itself. If it stayed open, the
      // restarted peer could not bind its port.
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
