/**
 * state.db: the chat, materialised from the log. `apply` is its only writer. What it applies
 * can be read at once, but one transaction holds many batches: `flush` commits it, with the
 * position it reaches. So a page that many messages change is written once for all of them,
 * which is a third of what a message costs here. After a crash the state stands somewhere in
 * the log, never between two ops, and what is missing is applied again from log.db.
 *
 * An op that breaks a rule's code is undone and recorded as an error, the same on every
 * replica. That needs a savepoint around each op, which the common case should not pay for:
 * a batch runs without, and only a transaction that threw is run again with them.
 */
import type { AppliedOp } from "../../chat/applied-op.ts";
import { feature } from "bun:bundle";
import { SQLiteError, type Database, type Statement as BareStatement } from "bun:sqlite";
import { sql } from "drizzle-orm";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { applyOp, recordPoison, type ApplyOp } from "../../chat/kinds/apply.ts";
import { DamagedOp, FormatTooNew } from "../../chat/kinds/op.ts";
import type { Queries } from "../../chat/queries.ts";
import { assert } from "../../base/assert.ts";
import type { Batch } from "../../election/frame.ts";
import { StorageDamaged, StorageFull, type AppliedGroup, type StateMachine } from "../../election/ports.ts";
import { viewNoKey, type Seq } from "../../election/view.ts";
import { failpoint } from "../../base/faults.ts";
import { DiskRoom } from "../disk-room.ts";
import { fsyncFolder, storageError } from "../sqlite.ts";
import { Checkpointer } from "./checkpointer.ts";
import { compile, openState, type StateConnection, type Statement } from "./connection.ts";
import { ConversationMemory } from "./conversation-memory.ts";
import { RecentChanges } from "./recent-changes.ts";
import { meta } from "./schema.ts";
import { hashNow, hashSteps, type StateHash } from "./state-hash.ts";
import { StateQueries } from "./state-queries.ts";
import { StateRows } from "./state-rows.ts";

export interface StateDbOptions {
  /** The rules; tests put broken ones in. */
  readonly rules?: ApplyOp;
}

/** Where the state stands; "" and 0 in an empty one. */
interface Position {
  seq: Seq;
  view: string;
  firstView: string;
  newestMicros: number;
}

const MEMORY = ":memory:";

export class StateDb implements StateMachine<AppliedOp> {
  readonly path: string;
  /** Told when a query finds the file damaged, besides whoever asked. */
  onDamage: ((error: Error) => void) | null = null;
  readonly queries: Queries & { people(): number };
  readonly #connection: StateConnection;
  readonly #rows: StateRows;
  readonly #rules: ApplyOp;
  readonly #begin: BareStatement;
  readonly #commit: BareStatement;
  readonly #savepoint: BareStatement;
  readonly #release: BareStatement;
  readonly #setPosition: Statement;
  /** Null for ":memory:". */
  readonly #checkpointer: Checkpointer | null;
  /** Null for ":memory:". */
  readonly #room: DiskRoom | null;
  /** What was applied, and what of it the file holds. */
  #position: Position;
  #flushed: Position;
  /** What lies between the two, to be applied again if it must be rolled back. */
  #unflushed: Batch[] = [];

  /** Opens or creates the file; ":memory:" keeps nothing. Throws StorageFull or StorageDamaged. */
  constructor(path: string, options: StateDbOptions = {}) {
    this.path = path;
    this.#rules = options.rules ?? applyOp;
    try {
      this.#connection = openState(path);
      const { client } = this.#connection;
      this.#connection.onDamage = (error) => {
        const found = storageError("state", path, error);
        if (found instanceof StorageDamaged) this.onDamage?.(found);
      };
      this.#begin = client.prepare("BEGIN IMMEDIATE");
      this.#commit = client.prepare("COMMIT");
      this.#savepoint = client.prepare("SAVEPOINT op");
      this.#release = client.prepare("RELEASE op");
      this.#setPosition = compileSetPosition(this.#connection);
      const memory = new ConversationMemory();
      this.#flushed = readPosition(this.#connection);
      const changes = new RecentChanges(this.#flushed.seq);
      this.#rows = new StateRows(this.#connection, { memory, changes });
      this.#position = { ...this.#flushed };
      this.queries = new StateQueries(
        this.#connection,
        { rows: this.#rows, memory, changes },
        {
          appliedSeq: () => this.#position.seq,
          newestMicros: () => this.#position.newestMicros,
        },
      );
      this.#room = path === MEMORY ? null : new DiskRoom(dirname(path));
      this.#checkpointer = path === MEMORY ? null : new Checkpointer(path);
      if (path !== MEMORY) fsyncFolder(dirname(path));
    } catch (error) {
      throw storageError("state", path, error);
    }
  }

  appliedSeq(): Seq {
    return this.#position.seq;
  }

  /** View key of the last applied entry; "" when empty. */
  appliedView(): string {
    return this.#position.view;
  }

  /** View key of the log's first view: which cluster this is; "" when empty. */
  firstView(): string {
    return this.#position.firstView;
  }

  /**
   * Applies what lies above the applied seq; batches below it are skipped. Throws
   * FormatTooNew for an op of a later version, StorageFull and StorageDamaged for the
   * disk: then appliedSeq may have gone back to what the file holds. Never throws for what an op says.
   */
  apply(batches: readonly Batch[]): readonly AppliedGroup<AppliedOp>[] {
    const groups = this.#applyAll(batches);
    if (feature("FAULTS")) failpoint("state-apply");
    return groups;
  }

  /** Commits what was applied. Throws like `apply`. */
  flush(): void {
    const { seq, view, firstView, newestMicros } = this.#position;
    if (!this.#connection.client.inTransaction) return;
    // SQLite undoes a commit that finds no room, and what was read before would be gone again.
    if (this.#room?.empty === true) throw new StorageFull(`${this.path}: the disk is full`);
    try {
      this.#setPosition.run(seq, view, firstView, newestMicros);
      this.#commit.run();
    } catch (error) {
      this.#rollback();
      throw storageError("state", this.path, error);
    }
    const ops = seq - this.#flushed.seq;
    this.#flushed = { ...this.#position };
    this.#unflushed = [];
    this.#checkpointer?.committed(ops);
    if (feature("FAULTS")) failpoint("state-applied");
  }

  /** Makes everything applied so far durable. Blocks for the commit at most, not for the fsync. Throws like `flush`. */
  async sync(): Promise<void> {
    this.flush();
    if (this.path === MEMORY) return;
    // The WAL carries no locks, so a second descriptor of it may be opened and closed; one
    // of the database itself would drop SQLite's locks when it is closed.
    const wal = await open(`${this.path}-wal`, "r+");
    try {
      await wal.sync();
    } finally {
      await wal.close();
    }
  }

  /** SHA-256 over all replicated rows. Blocks for about 1 s per million messages: see `hashAside`. */
  hash(): StateHash {
    this.flush();
    return hashNow(this.#connection.client);
  }

  /** The same from a connection of its own, at one seq, without blocking for more than a few ms at a time. */
  async hashAside(): Promise<StateHash> {
    if (this.path === MEMORY) return this.hash();
    this.flush();
    return await hashSteps(this.path);
  }

  /** The connection, for tests that look at the rows. */
  client(): Database {
    this.flush();
    return this.#connection.client;
  }

  close(): void {
    try {
      this.flush();
    } catch {
      // What the file does not hold is applied again after the next open.
    }
    this.#checkpointer?.close();
    this.#connection.client.close();
  }

  #applyAll(batches: readonly Batch[]): AppliedGroup<AppliedOp>[] {
    try {
      return this.#run(batches, false);
    } catch (error) {
      const again = [...this.#unflushed, ...batches];
      this.#rollback();
      if (!isRuleError(error)) throw storageError("state", this.path, error);
      return this.#applyGuarded(again);
    }
  }

  #applyGuarded(batches: readonly Batch[]): AppliedGroup<AppliedOp>[] {
    try {
      return this.#run(batches, true);
    } catch (error) {
      this.#rollback();
      throw storageError("state", this.path, error);
    }
  }

  #run(batches: readonly Batch[], guarded: boolean): AppliedGroup<AppliedOp>[] {
    const groups: AppliedGroup<AppliedOp>[] = [];
    if (!this.#connection.client.inTransaction) this.#begin.run();
    for (const batch of batches) this.#applyBatch(batch, this.#position, guarded, groups);
    this.#unflushed.push(...batches);
    return groups;
  }

  #applyBatch(batch: Batch, position: Position, guarded: boolean, groups: AppliedGroup<AppliedOp>[]): void {
    if (batch.kind === "view") {
      const { no, startSeq } = batch.view;
      if (startSeq <= position.seq) return;
      assert(startSeq === position.seq + 1, `view at ${startSeq} after ${position.seq}`);
      position.seq = startSeq;
      position.view = viewNoKey(no);
      if (position.firstView === "") position.firstView = position.view;
      return;
    }
    const view = viewNoKey(batch.viewNo);
    const ops: AppliedOp[] = [];
    let seq = batch.firstSeq - 1;
    for (const bytes of batch.ops) {
      seq += 1;
      if (seq <= position.seq) continue;
      assert(seq === position.seq + 1, `op at ${seq} after ${position.seq}`);
      const applied = guarded ? this.#guarded(bytes, seq) : this.#rules(bytes, seq, this.#rows);
      if (applied.timeMicros > 0) position.newestMicros = applied.timeMicros;
      position.seq = seq;
      position.view = view;
      ops.push(applied);
    }
    if (ops.length > 0) groups.push({ view, ops });
  }

  #guarded(bytes: Uint8Array, seq: Seq): AppliedOp {
    this.#savepoint.run();
    try {
      const applied = this.#rules(bytes, seq, this.#rows);
      this.#release.run();
      return applied;
    } catch (error) {
      // Its row in the log is whole, so it was damaged before it was written there.
      if (error instanceof DamagedOp) throw new StorageDamaged("log", `log.db: the op at seq ${seq} is damaged`);
      if (!isRuleError(error)) throw error;
      this.#connection.client.run("ROLLBACK TO op");
      this.#release.run();
      this.#rows.forget();
      return recordPoison(bytes, seq, this.#rows);
    }
  }

  /** Back to what the file holds. */
  #rollback(): void {
    this.#rows.forget();
    this.#position = { ...this.#flushed };
    this.#unflushed = [];
    // SQLite may have rolled back by itself (disk full), and then there is nothing to do.
    if (this.#connection.client.inTransaction) this.#connection.client.run("ROLLBACK");
  }
}

/** Whether an error is the op's own fault, hence the same on every replica, and not the disk's or the version's. */
function isRuleError(error: unknown): boolean {
  if (error instanceof FormatTooNew || error instanceof StorageDamaged) return false;
  if (!(error instanceof SQLiteError)) return true;
  return /^SQLITE_(CONSTRAINT|TOOBIG|MISMATCH|RANGE)/.test(error.code ?? "");
}

function readPosition({ db }: StateConnection): Position {
  const row = db.select().from(meta).get();
  return row === undefined
    ? { seq: 0, view: "", firstView: "", newestMicros: 0 }
    : { seq: row.appliedSeq, view: row.appliedView, firstView: row.firstView, newestMicros: row.newestMicros };
}

function compileSetPosition(connection: StateConnection): Statement {
  const p = sql.placeholder;
  const insert = connection.db.insert(meta).values({
    id: sql`1`,
    appliedSeq: p("seq"),
    appliedView: p("view"),
    firstView: p("firstView"),
    newestMicros: p("newestMicros"),
  });
  return compile(
    connection,
    insert.onConflictDoUpdate({
      target: meta.id,
      set: {
        appliedSeq: sql`excluded.applied_seq`,
        appliedView: sql`excluded.applied_view`,
        firstView: sql`excluded.first_view`,
        newestMicros: sql`excluded.newest_micros`,
      },
    }),
  );
}

/** Applied seq of a state file that nobody has open, such as a fetched copy. Throws StorageDamaged. */
export function readAppliedSeq(path: string): Seq {
  const state = new StateDb(path);
  try {
    return state.appliedSeq();
  } finally {
    state.close();
  }
}
