/** Lines about what peers sent and did not arrive so: the first at once, then one a minute with how often it was. */
import type { Logger } from "../host/logger.ts";
import { rareLines } from "../host/rare-lines.ts";

/**
 * Hears by whom and what was not as it should be: `frame` (changed on the way), `op` (not as it was proposed).
 * Nothing of it was taken, and the stream was closed.
 */
export function damageReports(logger: Logger, now = () => performance.now()): (peer: number, reason: string) => void {
  const due = rareLines(now);
  return (peer, reason) => {
    const count = due(`${peer} ${reason}`);
    if (count !== null) logger.warn("peer_damaged", { peer, reason, count });
  };
}
