/** The state of one replica on its disk: the file in use, and the switch to another one after a snapshot. */
import type { LogDb } from "../db/log/log-db.ts";
import { SnapshotFiles, statePath } from "../db/snapshot/snapshot-store.ts";
import { SCHEMA } from "../db/state/connection.ts";
import { readAppliedSeq, StateDb } from "../db/state/state-db.ts";

/** See the top of this file. Opening it deletes leftover state files; throws what StateDb throws. */
export class ReplicaStorage {
  readonly snapshots: SnapshotFiles;
  state: StateDb;
  /** Called if a query finds the state in use damaged. */
  onDamage: StateDb["onDamage"] = null;
  readonly #log: LogDb;
  readonly #folder: string;

  constructor(log: LogDb, folder: string) {
    this.#log = log;
    this.#folder = folder;
    this.snapshots = new SnapshotFiles({
      folder,
      log,
      state: { appliedSeq: () => this.state.appliedSeq(), flush: () => this.state.flush() },
      readAppliedSeq,
      schema: SCHEMA,
    });
    this.snapshots.removeLeftovers();
    this.state = this.#open(log.stateFile);
  }

  /** Closes the state in use and opens the one of the snapshot with this number. */
  switchTo(ref: number): void {
    this.state.close();
    this.state = this.#open(ref);
    this.snapshots.removeLeftovers();
  }

  close(): void {
    this.state.close();
  }

  #open(ref: number): StateDb {
    const state = new StateDb(statePath(this.#folder, ref));
    state.onDamage = (error) => this.onDamage?.(error);
    this.#log.bindState(state);
    return state;
  }
}
