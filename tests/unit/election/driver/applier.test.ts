/** The results of apply are reported in log order, each op once, whatever a full disk reverts. */
import { expect, test } from "bun:test";
import { hostScheduler } from "../../../../src/base/scheduler.ts";
import { Applier } from "../../../../src/election/driver/applier.ts";
import { LogReader } from "../../../../src/election/driver/log-reader.ts";
import type { Batch } from "../../../../src/election/frame.ts";
import { batchLastSeq } from "../../../../src/election/frame.ts";
import {
  StorageFull,
  type AppliedEntry,
  type AppliedGroup,
  type StateMachine,
} from "../../../../src/election/ports.ts";
import { MemoryLog } from "../../../support/memory-log.ts";
import { opBatch, view, viewBatch } from "../../../support/log-fixtures.ts";

/** Applies one op for each seq. While `full`, a flush finds no room and reverts what it should have written. */
class UndoneState implements StateMachine {
  full = false;
  flushes = 0;
  seq = 1;
  #flushed = 1;

  appliedSeq(): number {
    return this.seq;
  }

  apply(batches: readonly Batch[]): AppliedGroup[] {
    const last = batchLastSeq(batches.at(-1)!);
    const seqs = Array.from({ length: last - this.seq }, (_, i) => this.seq + 1 + i);
    this.seq = last;
    return [{ view: "v", ops: seqs.map((seq) => ({ seq, key: "", result: null, recovered: false })) }];
  }

  flush(): void {
    this.flushes++;
    if (this.full) {
      this.seq = this.#flushed;
      throw new StorageFull("state.db");
    }
    this.#flushed = this.seq;
  }

  async sync(): Promise<void> {}

  refusedAfter(): ReadonlySet<number> {
    return new Set();
  }
}

/** An applier whose timers the test runs. */
function makeApplier(ops: number) {
  const log = new MemoryLog();
  log.write([{ append: [viewBatch(1, 1), opBatch(2, ops, view(1, 1).no)] }]);
  const state = new UndoneState();
  const due: (() => void)[] = [];
  const told: number[] = [];
  const applier = new Applier<AppliedEntry>({
    state,
    log,
    reader: new LogReader(log, ops + 1),
    scheduler: { ...hostScheduler, now: () => 0, after: (_ms, action) => (due.push(action), () => {}) },
    guarded: (work) => work(),
    onApplied: (group) => void told.push(...group.ops.map(({ seq }) => seq)),
    onSlice: () => {},
  });
  const timers = (): void => due.splice(0).forEach((action) => action());
  return { applier, state, told, timers };
}

test("what a full disk takes back is applied again and told once", () => {
  const { applier, state, told, timers } = makeApplier(40);
  applier.commit(11);
  applier.apply();
  state.full = true;
  timers();
  expect([state.seq, applier.diskFull]).toEqual([1, true]);
  state.full = false;
  applier.commit(21);
  timers();
  expect([state.seq, applier.diskFull]).toEqual([21, false]);
  expect(told).toEqual(Array.from({ length: 20 }, (_, i) => i + 2));
});

test("many entries are written to the file without waiting for the timer", () => {
  const { applier, state } = makeApplier(5_000);
  applier.commit(2_001);
  applier.apply();
  expect(state.flushes).toBe(0);
  applier.commit(4_001);
  applier.apply();
  expect(state.flushes).toBe(1);
});
