/**
 * Opens what a replica has on its disk. A damaged store is set aside, and an empty one replaces it;
 * the peers treat that as another store, which catches up like a wiped disk. If only the state is
 * damaged and the log still starts at its first entry, the rows are rebuilt from the log.
 */
import type { ReplicaId } from "../election/view.ts";
import { DiskFailed, StorageDamaged } from "../election/ports.ts";
import { LogDb } from "../db/log/log-db.ts";
import { markDamaged, maySetAside, setAsideMarked, type Damage } from "../db/set-aside.ts";
import { ReplicaStorage } from "./storage.ts";

/** The open log and state of one replica. */
export interface Stores {
  readonly log: LogDb;
  readonly storage: ReplicaStorage;
}

/** True if the disk holds something else than was written to it, but not if the disk only failed. */
export function isDamage(error: unknown): error is StorageDamaged {
  return error instanceof StorageDamaged && !(error instanceof DiskFailed);
}

/** What must be set aside because of the error. */
export function damageOf(error: StorageDamaged): Damage {
  return error.file === "log" ? "store" : "state";
}

/**
 * Opens log and state. `onDamage` gets the reason and the folder that has the files of a damaged store now. Throws
 * what the stores throw, including StorageDamaged once the folder has been damaged too often.
 */
export function openStores(
  folder: string,
  replicaId: ReplicaId,
  onDamage: (reason: string, kept: string) => void,
): Stores {
  for (;;) {
    const found = setAsideMarked(folder);
    if (found !== null) onDamage(found.reason, found.kept);
    try {
      return openBoth(folder, replicaId);
    } catch (error) {
      if (!isDamage(error) || !maySetAside(folder)) throw error;
      markDamaged(folder, { what: damageOf(error), reason: error.message });
    }
  }
}

function openBoth(folder: string, replicaId: ReplicaId): Stores {
  const log = LogDb.open({ folder, replicaId });
  try {
    const storage = new ReplicaStorage(log, folder);
    try {
      log.restore();
      return { log, storage };
    } catch (error) {
      storage.close();
      throw error;
    }
  } catch (error) {
    log.close();
    throw error;
  }
}
