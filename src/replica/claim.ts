/** Decides which replica this process becomes: the one whose folder it can lock. */
import { rmdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { checkFiles, lockPath, makeFolder, replicaFolder } from "../host/data-folder.ts";
import { done, EXIT, failure, type Failure, type Outcome } from "../host/exit.ts";
import { PROGRAM } from "../host/program-name.ts";
import { readRunFile } from "../host/run-file.ts";
import { systemFailure } from "../host/system-errors.ts";
import type { Settings } from "../cli/settings.ts";

/** The signature of `takeLock` in src/db/lock.ts. */
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

/** The folder of a replica, which this process keeps locked until it ends. */
export interface Claim<L> {
  readonly id: number;
  readonly lock: L;
  /** Removes the folders that were made for a start that failed. Call it while the lock is held. */
  readonly discard: () => void;
}

/** Removes `replica`, which was just made, and its parents up to `top`, the uppermost folder that was made for it. */
function discardFolders(replica: string, top: string): void {
  rmSync(replica, { recursive: true, force: true });
  for (let at = replica; at !== top;) {
    at = dirname(at);
    try {
      rmdirSync(at);
    } catch {
      // Another program has put something there in the meantime, so the folder stays.
      return;
    }
  }
}

/**
 * Locks the folder of the replica that the settings name, or the first free one. Fails with exit code 3 if none is
 * free.
 */
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
