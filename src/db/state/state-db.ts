/**
 * state.db: the chat, materialised from the log. `apply` is its only writer. Its changes can be
 * read at once, but one transaction holds many batches; `flush` commits it together with the
 * position it reaches. A page that many messages change is then written once for all of them,
 * which saves a third of an apply. After a crash the state is at some earlier position in the log,
 * never in the middle of an op, and the rest is applied again from log.db.
 *
 * An op whose rule throws is undone and recorded as an error, the same on every replica. That
 * needs a savepoint around each op. To spare the common case, a batch runs without savepoints, and
 * only a transaction that threw is run again with them.
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
import { compile, MEMORY, openState, type StateConnection, type Statement } from "./connection.ts";
import { ConversationMemory } from "./conversation-memory.ts";
import { RecentChanges } from "./recent-changes.ts";
import { Refusals } from "./refusals.ts";
import { meta } from "./schema.ts";
import { hashNow, hashSteps, type StateHash } from "./state-hash.ts";
import { StateQueries } from "./state-queries.ts";
import { StateRows } from "./state-rows.ts";

/** Test seams of a {@link StateDb}. */
export interface StateDbOptions {
  /** The rules; tests replace them by broken ones. */
  readonly rules?: ApplyOp;
}

/** The position of the state in the log; "" and 0 in an empty state. */
interface Position {
  seq: Seq;
  view: string;
  firstView: string;
  newestMicros: number;
}

/** See the top of this file. */
export class StateDb implements StateMachine<AppliedOp> {
  readonly path: string;
  /** Called if a query finds the file damaged. The query throws as well. */
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
  readonly #refusals: Refusals;
  /** Null for ":memory:". */
  readonly #checkpointer: Checkpointer | null;
  /** Null for ":memory:". */
  readonly #room: DiskRoom | null;
  /** The position applied so far, and the position that the file holds. */
  #position: Position;
  #flushed: Position;
  /** The batches between the two, which are applied again after a rollback. */
  #unflushed: Batch[] = [];

  /**
   * Opens or creates the file; ":memory:" keeps nothing. Throws StorageFull or StorageDamaged, and what
   * {@link openState} throws for a file of a newer version.
   */
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
      this.#refusals = new Refusals(client);
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

  /** View key of the log's first view, which identifies the cluster; "" when empty. */
  firstView(): string {
    return this.#position.firstView;
  }

  /**
   * Applies the entries above the applied seq and skips those below it. Throws FormatTooNew for an op of a
   * newer version, StorageFull or StorageDamaged if the disk fails; appliedSeq may then have gone back to
   * the position that the file holds. Never throws for the content of an op.
   */
  apply(batches: readonly Batch[]): readonly AppliedGroup<AppliedOp>[] {
    const groups = this.#applyAll(batches);
    if (feature("FAULTS")) failpoint("state-apply");
    return groups;
  }

  /** Commits what was applied. Throws StorageFull or StorageDamaged, like `apply`. */
  flush(): void {
    const { seq, view, firstView, newestMicros } = this.#position;
    if (!this.#connection.client.inTransaction) return;
    // SQLite undoes a commit that finds no room, and rows that clients have already read would disappear.
    if (this.#room?.empty === true) throw new StorageFull(`${this.path}: the disk is full`);
    try {
      this.#setPosition.run(seq, view, firstView, newestMicros);
      this.#refusals.trim(seq);
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

  /** Makes everything applied so far durable. Blocks for the commit but not for the fsync. Throws like `flush`. */
  async sync(): Promise<void> {
    this.flush();
    if (this.path === MEMORY) return;
    // SQLite holds no locks on the WAL, so a second descriptor of it may be opened and closed. Closing
    // one of the database itself would release SQLite's locks.
    const wal = await open(`${this.path}-wal`, "r+");
    try {
      await wal.sync();
    } finally {
      await wal.close();
    }
  }

  refusedAfter(after: Seq, rest: readonly Batch[]): ReadonlySet<Seq> {
    try {
      this.#tryOut(rest);
      return this.#refusals.after(after);
    } finally {
      this.#rollback();
    }
  }

  /** Applies batches, which the caller rolls back: all of them, or none if the disk is full or an op is too new. */
  #tryOut(batches: readonly Batch[]): void {
    try {
      this.flush();
      this.#applyAll(batches);
    } catch (error) {
      if (!(error instanceof StorageFull || error instanceof FormatTooNew)) throw error;
    }
  }

  /** The hash over all replicated rows. Blocks for about 1 s per million messages; {@link hashAside} does not. */
  hash(): StateHash {
    this.flush();
    return hashNow(this.#connection.client);
  }

  /** The same hash, made through a second connection in steps of a few ms, of the rows as they were at one seq. */
  async hashAside(): Promise<StateHash> {
    if (this.path === MEMORY) return this.hash();
    this.flush();
    return await hashSteps(this.path);
  }

  /** The connection, for tests that inspect the rows. */
  client(): Database {
    this.flush();
    return this.#connection.client;
  }

  close(): void {
    try {
      this.flush();
    } catch {
      // The next open applies again what the file does not hold.
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
      if (applied.result.kind === "refused" && !applied.recovered) this.#refusals.add(seq);
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
      // The checksum of its row in the log matches, so the op was damaged before it was written there.
      if (error instanceof DamagedOp) throw new StorageDamaged("log", `log.db: the op at seq ${seq} is damaged`);
      if (!isRuleError(error)) throw error;
      this.#connection.client.run("ROLLBACK TO op");
      this.#release.run();
      this.#rows.forget();
      return recordPoison(bytes, seq, this.#rows);
    }
  }

  /** Goes back to what the file holds. */
  #rollback(): void {
    this.#rows.forget();
    this.#position = { ...this.#flushed };
    this.#unflushed = [];
    // SQLite may already have rolled back by itself (disk full).
    if (this.#connection.client.inTransaction) this.#connection.client.run("ROLLBACK");
  }
}

/** True if the op itself caused the error, so that every replica gets the same one; not the disk or the version. */
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

/** Applied seq of a state file that nobody has open, such as a fetched copy. Throws what opening a StateDb throws. */
export function readAppliedSeq(path: string): Seq {
  const state = new StateDb(path);
  try {
    return state.appliedSeq();
  } finally {
    state.close();
  }
}
