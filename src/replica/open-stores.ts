/**
 * Opens what a replica has on its disk. A damaged store is set aside and an empty one takes its
 * place: another store to everybody else, which catches up from them like a wiped disk. If only the
 * state is damaged and the log begins at its beginning, the rows are made again from the log.
 */
import type { ReplicaId } from "../election/view.ts";
import { DiskFailed, StorageDamaged } from "../election/ports.ts";
import { LogDb } from "../db/log/log-db.ts";
import { markDamaged, maySetAside, setAsideMarked, type Damage } from "../db/set-aside.ts";
import { ReplicaStorage } from "./storage.ts";

export interface Stores {
  readonly log: LogDb;
  readonly storage: ReplicaStorage;
}

/** True if what is on the disk is not what was written there; a disk that fails is another matter. */
export function isDamage(error: unknown): error is StorageDamaged {
  return error instanceof StorageDamaged && !(error instanceof DiskFailed);
}

/** What must be set aside because of it. */
export function damageOf(error: StorageDamaged): Damage {
  return error.file === "log" ? "store" : "state";
}

/**
 * `onDamage` is told what was wrong and where the files are now. Throws what storage throws, also
 * StorageDamaged once the folder has been damaged too often.
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
