/**
 * Checks, before anything else, that a folder holds the store of this replica, or creates one: the row of meta in
 * log.db.
 */
import { Database } from "bun:sqlite";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { StorageDamaged } from "../../election/ports.ts";
import type { ReplicaId } from "../../election/view.ts";
import { decodeMeta, encodeMeta, LOG_FORMAT, LOG_SCHEMA, newMeta } from "./log-schema.ts";

/** This replica must not use this folder. The store is not damaged, and nothing was changed. */
export class StoreRefused extends Error {
  override readonly name = "StoreRefused";
  readonly reason: "other_replica" | "newer_format";

  constructor(reason: StoreRefused["reason"], message: string) {
    super(message);
    this.reason = reason;
  }
}

/**
 * True if the store in this folder knows a view of a cluster. Its replica may run meanwhile. A store that cannot be
 * read counts as empty.
 */
export function hasView(folder: string): boolean {
  let db: Database | null = null;
  try {
    db = new Database(join(folder, "log.db"), { readonly: true });
    return db.query("SELECT 1 FROM lineage LIMIT 1").get() !== null;
  } catch {
    return false;
  } finally {
    db?.close();
  }
}

/**
 * Checks that the store belongs to this replica, or creates one; true if it was created.
 * Throws StoreRefused or StorageDamaged.
 */
export function openStore(db: Database, replicaId: ReplicaId): boolean {
  const known = db.query("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").get() !== null;
  const found = known
    ? db.query<{ format: number; body: string; checksum: number }, []>("SELECT * FROM meta").get()
    : null;
  if (found === null) {
    // A crash cannot leave the table without its row, because one transaction writes both.
    if (known) throw new StorageDamaged("log", "log.db: meta is empty");
    const meta = encodeMeta(newMeta(replicaId, randomBytes(8).toString("hex")));
    db.transaction(() => {
      db.run(LOG_SCHEMA);
      db.run("INSERT INTO meta (id, format, body, checksum) VALUES (1, ?, ?, ?)", [
        LOG_FORMAT,
        meta.body,
        meta.checksum,
      ]);
    }).immediate();
    return true;
  }
  if (found.format > LOG_FORMAT) {
    throw new StoreRefused(
      "newer_format",
      `the folder was written by a newer version (log format ${found.format}, this is ${LOG_FORMAT})`,
    );
  }
  const meta = decodeMeta(found.body, found.checksum);
  if (meta.replicaId !== replicaId) {
    throw new StoreRefused(
      "other_replica",
      `the folder belongs to replica ${meta.replicaId}, not to replica ${replicaId}`,
    );
  }
  return false;
}
