/** The cluster's id is a hash of the number of its first view, which holds 64 random bits. */
import { viewNoKey } from "../../election/view.ts";
import type { LogDb } from "./log-db.ts";

/** Writes the cluster's id to a store that has the first view but no id yet. */
export function nameCluster(log: LogDb): void {
  const first = log.lineage()[0];
  if (log.clusterId !== null || first === undefined) return;
  const name = `lastword-cluster|${viewNoKey(first.no)}`;
  log.setClusterId(new Bun.CryptoHasher("sha256").update(name).digest("hex").slice(0, 32));
}
