/**
 * What a write does to log.db, inside a transaction that the caller has opened: append, cut,
 * switch to a snapshot, note a promise. An op that leaves the log here goes to the fork queue,
 * unless the state of a snapshot covers it or its own branch refused it.
 */
import { feature } from "bun:bundle";
import { assert } from "../../base/assert.ts";
import type { PersistRows, StagedSnapshot } from "../../election/event.ts";
import { sliceBatches, batchFirstSeq, batchLastSeq, type Batch, type OpBatch } from "../../election/frame.ts";
import { compareBallots, viewNoKey, type Seq, type View } from "../../election/view.ts";
import { failpoint } from "../../base/faults.ts";
import { decodeRow, encodeRow } from "./log-rows.ts";
import type { Meta } from "./log-schema.ts";
import type { LogStatements } from "./log-statements.ts";
import type { RecentBatches } from "./recent-batches.ts";
import * as codec from "./row-codec.ts";

/** What a transaction may change besides rows. It becomes current when the transaction has committed. */
export interface LogImage {
  meta: Meta;
  /** Last seq of the log; meta.baseSeq when the log is empty. */
  lastSeq: Seq;
  lineage: readonly View[];
  lastForkId: number;
}

/** Where the changes go. The caller empties `recent` if the transaction fails. */
export interface LogTarget {
  readonly sql: LogStatements;
  readonly recent: RecentBatches;
}

const NONE: ReadonlySet<Seq> = new Set();

/** Carries out one PersistRows, in the order that its docstring gives. */
export function applyRows(target: LogTarget, image: LogImage, rows: PersistRows): void {
  const { refused = NONE } = rows;
  if (rows.snapshot !== undefined) switchTo(target, image, rows.snapshot, refused);
  if (rows.cutAfter !== undefined) cut(target, image, rows.cutAfter, refused);
  for (const batch of rows.append ?? []) append(target, image, batch);
  const { promised, admitted, rollback } = rows;
  if (promised !== undefined) {
    const kept = compareBallots(promised, image.meta.promised) >= 0;
    assert(kept, "a promise must not be taken back");
    image.meta = { ...image.meta, promised };
  }
  if (admitted === true) image.meta = { ...image.meta, admitted };
  if (rollback !== undefined) image.meta = { ...image.meta, rollback };
}

/** Checksum of a row of `lineage`. */
export function viewChecksum(startSeq: Seq, body: string): number {
  return codec.checksum(`view:${startSeq}`, body);
}

/** Checksum of an op in the fork queue, bound to the place it had on its branch. */
export function forkChecksum(viewKey: string, seq: Seq, op: Uint8Array): number {
  return codec.checksum(`fork:${viewKey}:${seq}`, op);
}

function append(target: LogTarget, image: LogImage, batch: Batch): void {
  const firstSeq = batchFirstSeq(batch);
  assert(firstSeq === image.lastSeq + 1, `append at seq ${firstSeq} after seq ${image.lastSeq}`);
  if (batch.kind === "view") {
    const row = codec.viewRow(batch.view);
    insert(target, row);
    addView(target, image, batch.view);
    target.recent.push(batch, row.bytes.length);
  } else {
    assert(batch.ops.length > 0, "a batch without ops");
    for (const op of batch.ops) {
      assert(op.length <= codec.OP_BYTES_MAX, "an op is too large for the log");
    }
    const packed = codec.packOps(batch.ops);
    insert(target, codec.opRow(batch, packed.bytes));
    target.recent.push({ ...batch, ops: packed.ops }, packed.bytes.length);
  }
  image.lastSeq = batchLastSeq(batch);
}

function insert({ sql }: LogTarget, row: codec.LogRow): void {
  sql.append.run(row.firstSeq, row.lastSeq, row.viewKey, row.kind, row.bytes, row.checksum);
}

function addView({ sql }: LogTarget, image: LogImage, view: View): void {
  const body = codec.encodeView(view);
  sql.addView.run(view.startSeq, body, viewChecksum(view.startSeq, body));
  image.lineage = [...image.lineage, view];
}

function cut(target: LogTarget, image: LogImage, after: Seq, refused: ReadonlySet<Seq>): void {
  const { baseSeq } = image.meta;
  assert(after >= baseSeq, `cut after seq ${after}, but the log starts after seq ${baseSeq}`);
  if (after >= image.lastSeq) return;
  removeAfter(target, image, { after, forkAfter: after, refused });
  target.sql.cutLineage.run(after);
  image.lineage = image.lineage.filter((view) => view.startSeq <= after);
}

interface Removal {
  /** All entries after it are deleted. */
  readonly after: Seq;
  /** Deleted ops after it go to the fork queue, in log order, except those in `refused`. */
  readonly forkAfter: Seq;
  readonly refused: ReadonlySet<Seq>;
}

function removeAfter(target: LogTarget, image: LogImage, removal: Removal): void {
  const { after } = removal;
  if (after >= image.lastSeq) return;
  target.recent.clear();
  const { sql } = target;
  let kept: Batch | undefined;
  // Row by row, because a lost branch may be too long to hold all of its ops in memory.
  for (let from = after + 1; from <= image.lastSeq;) {
    const row = sql.range.get(from, image.lastSeq);
    assert(row !== null && row.lastSeq >= from, `the row at seq ${from} is missing`);
    const batch = decodeRow(row);
    if (batch.kind === "op") fork(target, image, batch, removal);
    if (row.firstSeq <= after) {
      [kept] = sliceBatches([batch], row.firstSeq, after);
    }
    from = row.lastSeq + 1;
  }
  sql.deleteFrom.run(kept === undefined ? after + 1 : batchFirstSeq(kept));
  if (kept !== undefined) insert(target, encodeRow(kept));
  image.lastSeq = after;
}

function fork({ sql }: LogTarget, image: LogImage, batch: OpBatch, { forkAfter, refused }: Removal): void {
  const viewKey = viewNoKey(batch.viewNo);
  batch.ops.forEach((op, i) => {
    const seq = batch.firstSeq + i;
    if (seq <= forkAfter || refused.has(seq)) return;
    image.lastForkId++;
    sql.addFork.run(image.lastForkId, viewKey, seq, op, forkChecksum(viewKey, seq, op));
  });
}

/**
 * The snapshot's state and log rows become this replica's. Our ops that they do not cover go to
 * the fork queue: those after commonSeq, or after appliedSeq if the snapshot is older than that.
 * Our earlier rows stay only if the staged ones follow them without a gap. Otherwise the log begins
 * with the staged rows, and compact() deletes the rows below baseSeq, a bounded number at a time.
 */
function switchTo(target: LogTarget, image: LogImage, snapshot: StagedSnapshot, refused: ReadonlySet<Seq>): void {
  const { sql } = target;
  const { commonSeq, logFirstSeq, appliedSeq } = snapshot;
  const { baseSeq } = image.meta;
  const keepsPrefix = logFirstSeq === commonSeq + 1 && baseSeq <= commonSeq && image.lastSeq >= commonSeq;
  const covered = Math.min(commonSeq, appliedSeq);
  const stays = Math.max(baseSeq, Math.min(covered, logFirstSeq - 1));
  removeAfter(target, image, { after: stays, forkAfter: covered, refused });
  sql.deleteFrom.run(logFirstSeq);
  image.lastSeq = logFirstSeq - 1;
  for (const row of sql.staged.iterate(snapshot.ref)) {
    assert(row.firstSeq === image.lastSeq + 1, `staged row at seq ${row.firstSeq} after seq ${image.lastSeq}`);
    codec.verifyRow(row);
    insert(target, row);
    image.lastSeq = row.lastSeq;
  }
  assert(image.lastSeq === appliedSeq, `the staged log ends at seq ${image.lastSeq}, the state at seq ${appliedSeq}`);
  sql.dropStagedUpTo.run(snapshot.ref);
  sql.cutLineage.run(0);
  image.lineage = [];
  for (const view of snapshot.lineage) addView(target, image, view);
  image.meta = {
    ...image.meta,
    stateFile: snapshot.ref,
    baseSeq: keepsPrefix ? baseSeq : logFirstSeq - 1,
  };
  target.recent.clear();
  if (feature("FAULTS")) failpoint("snapshot-switch");
}
