/** Lines about what peers sent and did not arrive so: the first at once, then one a minute with how often it was. */
import type { Logger } from "../host/logger.ts";

const LINE_EVERY_MS = 60_000;

interface Count {
  count: number;
  /** Monotonic. */
  saidMs: number;
}

/**
 * Hears by whom and what was not as it should be: `frame` (changed on the way), `op` (not as it was proposed).
 * Nothing of it was taken, and the stream was closed.
 */
export function damageReports(logger: Logger, now = () => performance.now()): (peer: number, reason: string) => void {
  const counts = new Map<string, Count>();
  return (peer, reason) => {
    const key = `${peer} ${reason}`;
    const known = counts.get(key) ?? { count: 0, saidMs: Number.NEGATIVE_INFINITY };
    counts.set(key, known);
    known.count++;
    if (now() - known.saidMs < LINE_EVERY_MS) return;
    known.saidMs = now();
    logger.warn("peer_damaged", { peer, reason, count: known.count });
  };
}
