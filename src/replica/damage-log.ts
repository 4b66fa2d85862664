/** Logs damaged bytes from peers: the first case at once, then one line a minute with the number of cases. */
import type { Logger } from "../host/logger.ts";
import { rareLines } from "../host/rare-lines.ts";

/**
 * Returns a function that logs the peer and the reason: `frame` (a frame was changed on its way) or `op` (an op is not
 * as it was proposed). The replica has taken nothing of it and has closed the stream. `now`: monotonic ms.
 */
export function damageReports(logger: Logger, now = () => performance.now()): (peer: number, reason: string) => void {
  const due = rareLines(now);
  return (peer, reason) => {
    const count = due(`${peer} ${reason}`);
    if (count !== null) logger.warn("peer_damaged", { peer, reason, count });
  };
}
