/** Which replica this process becomes: the lock of a folder decides, nothing else. */
import { rmdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { checkFiles, lockPath, makeFolder, replicaFolder } from "../host/data-folder.ts";
import { done, EXIT, failure, type Failure, type Outcome } from "../host/exit.ts";
import { PROGRAM } from "../host/program-name.ts";
import { readRunFile } from "../host/run-file.ts";
import { systemFailure } from "../host/system-errors.ts";
import type { Settings } from "../cli/settings.ts";

/** As src/db/lock.ts has it; this room does not know SQLite. */
export interface Locks<L> {
  takeLock(
    path: string,
  ):
    | { readonly kind: "held"; readonly lock: L }
    | { readonly kind: "busy" }
    | { readonly kind: "refused"; readonly code: string };
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
      `stop it with ${PROGRAM} down, or choose another --replica-id`,
    );
  }
  return failure(
    EXIT.folder,
    `all replicas of ${settings.data} are running already: ${running}`,
    `use one of them (see ${PROGRAM} status), or start another cluster with --data`,
  );
}

/** A replica's folder, locked by this process until it ends. */
export interface Claim<L> {
  readonly id: number;
  readonly lock: L;
  /** Removes the folders that were made for a start that then failed; while the lock is held. */
  readonly discard: () => void;
}

/** `replica` was made just now, and `top` is the uppermost folder that was made for it. */
function discardFolders(replica: string, top: string): void {
  rmSync(replica, { recursive: true, force: true });
  for (let at = replica; at !== top;) {
    at = dirname(at);
    try {
      rmdirSync(at);
    } catch {
      // Somebody else put something there meanwhile, and stays.
      return;
    }
  }
}

/** Takes the folder of the replica asked for, or the first free one. */
export function claimReplica<L>(settings: Settings, locks: Locks<L>): Outcome<Claim<L>> {
  const made = makeFolder(settings.data);
  if (!made.ok) return made;
  const ids = settings.replicaId === null ? settings.peers.map((peer) => peer.id) : [settings.replicaId];
  for (const id of ids) {
    const folder = makeFolder(replicaFolder(settings.data, id));
    if (!folder.ok) return folder;
    const usable = checkFiles(replicaFolder(settings.data, id));
    if (!usable.ok) return usable;
    const taken = locks.takeLock(lockPath(settings.data, id));
    if (taken.kind === "held") {
      const top = made.value ?? folder.value;
      const discard = (): void => {
        if (folder.value !== null && top !== null) discardFolders(replicaFolder(settings.data, id), top);
      };
      return done({ id, lock: taken.lock, discard });
    }
    if (taken.kind === "refused") {
      const path = lockPath(settings.data, id);
      const change = "choose another folder with --data";
      return systemFailure(taken.code, { doing: "file", what: `lock ${path}`, change, path, exit: EXIT.folder });
    }
  }
  return allTaken(settings, ids);
}
