/** A cluster is named by its first view, whose number holds 64 random bits. */
import { viewNoKey } from "../../election/view.ts";
import type { LogDb } from "./log-db.ts";

/** Writes the cluster's id into a store that has its first view and does not know it yet. */
export function nameCluster(log: LogDb): void {
  const first = log.lineage()[0];
  if (log.clusterId !== null || first === undefined) return;
  const name = `lastword-cluster|${viewNoKey(first.no)}`;
  log.setClusterId(new Bun.CryptoHasher("sha256").update(name).digest("hex").slice(0, 32));
}
