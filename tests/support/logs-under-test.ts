/** The two implementations of LogStorage for the contract suites. */
import { LogDb } from "../../src/db/log/log-db.ts";
import { encodeRow } from "../../src/db/log/log-rows.ts";
import type { Batch } from "../../src/election/frame.ts";
import type { LogStorage } from "../../src/election/ports.ts";
import type { Seq } from "../../src/election/view.ts";
import { tempFolder } from "./log-fixtures.ts";
import { MemoryLog } from "./memory-log.ts";

export interface LogUnderTest extends LogStorage {
  readonly stateFile: number;
}

/** A log that can be closed and opened again, with a state whose position the test sets. */
export interface LogHolder {
  readonly log: LogUnderTest;
  appliedSeq: Seq;
  /** Stages the log rows of a fetched snapshot. */
  stageLog(ref: number, batches: readonly Batch[]): void;
  reopen(): void;
  dispose(): void;
}

/** Makes each log under test, by name. */
export const LOG_KINDS: Record<string, () => LogHolder> = {
  "memory log": memoryLog,
  "log.db": () => logDb(),
  // Without memory for recent batches, every read comes from the file.
  "log.db without memory": () => logDb(300),
};

function memoryLog(): LogHolder {
  const log = new MemoryLog();
  const holder: LogHolder = {
    log,
    appliedSeq: 0,
    stageLog: (ref, batches) => log.stageLog(ref, batches),
    reopen: () => log.crash(),
    dispose: () => {},
  };
  log.bindState({ appliedSeq: () => holder.appliedSeq });
  return holder;
}

function logDb(recentBytesMax?: number): LogHolder {
  const folder = tempFolder();
  const open = (): LogDb => {
    const log = LogDb.open({
      folder: folder.path,
      replicaId: 0,
      ...(recentBytesMax === undefined ? {} : { recentBytesMax }),
    });
    log.bindState({ appliedSeq: () => holder.appliedSeq });
    return log;
  };
  const holder: LogHolder = {
    get log() {
      return current;
    },
    appliedSeq: 0,
    stageLog: (ref, batches) => current.stageRows(ref, batches.map(encodeRow)),
    reopen: () => {
      current.close();
      current = open();
    },
    dispose: () => {
      current.close();
      folder.remove();
    },
  };
  let current = open();
  return holder;
}
