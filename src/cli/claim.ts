/** Which replica this process becomes: the lock of a folder decides, nothing else. */
import { lockPath, makeFolder, replicaFolder } from "./data-folder.ts";
import { done, EXIT, failure, type Failure, type Outcome } from "./exit.ts";
import { readRunFile } from "./run-file.ts";
import type { Settings } from "./settings.ts";

/** As src/db/lock.ts has it; this room does not know SQLite. */
export interface Locks<L> {
  takeLock(
    path: string,
  ):
    | { readonly kind: "held"; readonly lock: L }
    | { readonly kind: "busy" }
    | { readonly kind: "full" }
    | { readonly kind: "unusable"; readonly reason: string };
}

function runningText(data: string, id: number): string {
  const pid = readRunFile(data, id)?.pid;
  return pid === undefined ? `replica ${id}` : `replica ${id} (pid ${pid})`;
}

function allTaken(settings: Settings, ids: readonly number[]): Failure {
  const running = ids.map((id) => runningText(settings.data, id)).join(", ");
  if (settings.replicaId !== null) {
    return failure(
      EXIT.folder,
      `${running} is running already in ${settings.data}`,
      "stop it with lastword down, or choose another --replica-id",
    );
  }
  return failure(
    EXIT.folder,
    `all replicas of ${settings.data} are running already: ${running}`,
    "use one of them (see lastword status), or start another cluster with --data",
  );
}

/** Takes the folder of the replica asked for, or the first free one. The lock is held until the process ends. */
export function claimReplica<L>(settings: Settings, locks: Locks<L>): Outcome<{ id: number; lock: L }> {
  const made = makeFolder(settings.data);
  if (!made.ok) return made;
  const ids = settings.replicaId === null ? settings.peers.map((peer) => peer.id) : [settings.replicaId];
  for (const id of ids) {
    const folder = makeFolder(replicaFolder(settings.data, id));
    if (!folder.ok) return folder;
    const taken = locks.takeLock(lockPath(settings.data, id));
    if (taken.kind === "held") return done({ id, lock: taken.lock });
    if (taken.kind === "full") {
      return failure(EXIT.storage, `the disk under ${settings.data} is full`, "make room and start again");
    }
    if (taken.kind === "unusable") {
      return failure(
        EXIT.folder,
        `cannot lock ${lockPath(settings.data, id)} (${taken.reason})`,
        "make the folder writable for this user, or choose another with --data",
      );
    }
  }
  return allTaken(settings, ids);
}
