/** What every LogStorage must do, in memory (the simulator's) or on disk. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Seq } from "../../../src/election/view.ts";
import { ballot, entries, op, opBatch, snapshotHeader, view, viewBatch } from "../../support/log-fixtures.ts";
import { LOG_KINDS, type LogHolder } from "../../support/logs-under-test.ts";

const V1 = view(1, 1);
const V2 = view(2, 2);

describe.each(Object.keys(LOG_KINDS))("%s", (kind) => {
  let holder: LogHolder;

  beforeEach(() => {
    holder = LOG_KINDS[kind]!();
  });
  afterEach(() => holder.dispose());

  const log = () => holder.log;
  const all = () => {
    const { logFirstSeq, lastSeq } = log().restore();
    return entries(log().read(logFirstSeq, lastSeq));
  };
  const forked = () =>
    log()
      .forkQueue(1000)
      .map((forked) => Buffer.from(forked.op).toString());
  const opText = (seq: Seq, branch?: string) => Buffer.from(op(seq, branch)).toString();

  /** Writes a view at seq 1 and ops up to `lastSeq`, `perBatch` in a batch. */
  const fill = (lastSeq: Seq, perBatch = 10) => {
    const append = [viewBatch(1, 1), ...batches(2, lastSeq, perBatch)];
    log().write([{ append }]);
  };
  const batches = (from: Seq, lastSeq: Seq, perBatch = 10, viewNo = V1.no, branch?: string) => {
    const list = [];
    for (let seq = from; seq <= lastSeq; seq += perBatch) {
      list.push(opBatch(seq, Math.min(perBatch, lastSeq - seq + 1), viewNo, branch));
    }
    return list;
  };

  test("an empty log", () => {
    const restored = log().restore();
    expect(restored).toMatchObject({ admitted: false, rollback: false, lineage: [], appliedSeq: 0 });
    expect(restored).toMatchObject({ logFirstSeq: 1, lastSeq: 0, promised: { counter: 0 } });
    expect(log().read(1, 0)).toEqual([]);
    expect(log().forkQueue(10)).toEqual([]);
  });

  test("what was written is there after the process ended", () => {
    fill(25);
    log().write([{ append: [viewBatch(26, 3)] }, { append: batches(27, 40, 3, view(26, 3).no) }]);
    const before = all();
    expect(before).toHaveLength(40);
    holder.appliedSeq = 12;
    holder.reopen();
    expect(all()).toEqual(before);
    expect(log().restore()).toMatchObject({ logFirstSeq: 1, lastSeq: 40, appliedSeq: 12 });
    expect(log().lineage()).toEqual([V1, view(26, 3)]);
    expect(log().restore().lineage).toEqual([V1, view(26, 3)]);
  });

  test("reads exactly the range asked for, also inside a batch", () => {
    fill(30);
    const whole = all();
    for (const [from, upTo] of [
      [1, 1],
      [2, 2],
      [1, 5],
      [5, 5],
      [5, 25],
      [11, 12],
      [30, 30],
    ] as const) {
      expect(entries(log().read(from, upTo))).toEqual(whole.slice(from - 1, upTo));
    }
    expect(() => log().read(1, 31)).toThrow();
    expect(() => log().read(0, 3)).toThrow();
  });

  test("keeps ops of any length, and views in all their forms", () => {
    const sizes = [0, 1, 127, 128, 16_383, 16_384, 70_000];
    const ops = sizes.map((size) => new Uint8Array(size).fill(size % 251));
    log().write([{ append: [viewBatch(1, 1), { kind: "op", viewNo: V1.no, firstSeq: 2, ops }] }]);
    holder.reopen();
    const [batch] = log().read(2, 8);
    expect(batch?.kind === "op" && batch.ops.map((bytes) => Buffer.from(bytes))).toEqual(
      ops.map((bytes) => Buffer.from(bytes)),
    );
  });

  test("appends only what follows", () => {
    fill(10);
    expect(() => log().write([{ append: [opBatch(12, 1, V1.no)] }])).toThrow();
  });

  test("a write that breaks an invariant leaves nothing behind", () => {
    fill(10);
    const before = all();
    expect(() =>
      log().write([{ append: [opBatch(11, 2, V1.no)], promised: ballot(9) }, { append: [opBatch(99, 1, V1.no)] }]),
    ).toThrow();
    holder.reopen();
    expect(all()).toEqual(before);
    expect(log().restore().promised.counter).toBe(0);
  });

  test("[I5] promised, admitted and rollback are kept", () => {
    log().write([{ promised: ballot(3, 1) }, { admitted: true }, { rollback: true }]);
    holder.reopen();
    expect(log().restore()).toMatchObject({ promised: ballot(3, 1), admitted: true, rollback: true });
    log().write([{ promised: ballot(4, 0), rollback: false }]);
    holder.reopen();
    expect(log().restore()).toMatchObject({ promised: ballot(4, 0), admitted: true, rollback: false });
  });

  test("[I4] a cut moves the ops beyond it to the fork queue, in order, and takes views out of the lineage", () => {
    fill(14);
    log().write([{ append: [viewBatch(15, 2), ...batches(16, 25, 10, V2.no)] }]);
    log().write([{ cutAfter: 6 }]);
    expect(all()).toHaveLength(6);
    expect(forked()).toEqual(
      [7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25].map((seq) => opText(seq)),
    );
    expect(log().lineage()).toEqual([V1]);
    holder.reopen();
    expect(log().restore()).toMatchObject({ lastSeq: 6, lineage: [V1] });
    expect(forked()).toHaveLength(18);
  });

  test("[I12] ops that their branch refused leave the log without a trace", () => {
    fill(14);
    log().write([{ cutAfter: 6, refused: new Set([3, 8, 9, 14]) }]);
    expect(forked()).toEqual([7, 10, 11, 12, 13].map((seq) => opText(seq)));
  });

  test("[I4] cut and append in one write: the new branch stands where the old one was", () => {
    fill(20);
    const other = view(9, 4);
    log().write([{ cutAfter: 8, append: [{ kind: "view", view: other }, ...batches(10, 12, 2, other.no, "b")] }]);
    holder.reopen();
    expect(all()).toHaveLength(12);
    expect(entries(log().read(10, 12)).join()).toContain(`10 ${JSON.stringify(other.no)} ${opText(10, "b")}`);
    expect(log().lineage()).toEqual([V1, other]);
    expect(forked()).toEqual([9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20].map((seq) => opText(seq)));
  });

  test("a cut at or beyond the end changes nothing; a cut at every seq of a batch does what it says", () => {
    fill(22);
    log().write([{ cutAfter: 22 }, { cutAfter: 30 }]);
    expect(all()).toHaveLength(22);
    for (let after = 21; after >= 0; after--) {
      log().write([{ cutAfter: after }]);
      expect(all()).toHaveLength(after);
    }
    expect(forked()).toHaveLength(21);
    expect(log().lineage()).toEqual([]);
    log().write([{ append: [viewBatch(1, 7)] }]);
    expect(log().lineage()).toEqual([view(1, 7)]);
  });

  test("compaction deletes whole batches, keeps the lineage, and may empty the log", () => {
    fill(31);
    holder.appliedSeq = 31;
    log().compact(15);
    expect(log().restore().logFirstSeq).toBe(12);
    expect(() => log().read(11, 12)).toThrow();
    expect(all()).toHaveLength(20);
    holder.reopen();
    expect(log().restore()).toMatchObject({ logFirstSeq: 12, lastSeq: 31, lineage: [V1] });
    log().compact(31);
    holder.reopen();
    expect(log().restore()).toMatchObject({ logFirstSeq: 32, lastSeq: 31, lineage: [V1] });
    log().write([{ append: batches(32, 33) }]);
    expect(all()).toHaveLength(2);
  });

  test("confirmed ops leave the fork queue; the others keep their ids and order", () => {
    fill(12);
    log().write([{ cutAfter: 5 }]);
    const queue = log().forkQueue(1000);
    expect(queue).toHaveLength(7);
    expect(
      log()
        .forkQueue(2)
        .map((forked) => forked.id),
    ).toEqual(queue.slice(0, 2).map((forked) => forked.id));
    // Reads past waiting ops, to the end and beyond it. Nothing after a position does not mean that the queue is empty.
    const after = (i: number): number[] =>
      log()
        .forkQueue(2, queue[i]!.id)
        .map(({ id }) => id);
    expect([after(3), after(5), after(6)]).toEqual([
      queue.slice(4, 6).map(({ id }) => id),
      queue.slice(6).map(({ id }) => id),
      [],
    ]);
    expect([after(6), after(5), after(0)].map((ids) => ids.length)).toEqual([0, 1, 2]);
    log().forkConfirmed([queue[0]!.id, queue[3]!.id]);
    log().forkConfirmed([queue[3]!.id, 4711]);
    log().forkConfirmed([]);
    holder.reopen();
    const left = queue.filter((_, i) => i !== 0 && i !== 3).map((forked) => forked.id);
    expect(
      log()
        .forkQueue(1000)
        .map((forked) => forked.id),
    ).toEqual(left);
    // No id is used again, not even after the newest ones were confirmed.
    log().forkConfirmed(left);
    log().write([{ append: batches(6, 8) }, { cutAfter: 5 }]);
    expect(
      Math.min(
        ...log()
          .forkQueue(1000)
          .map((forked) => forked.id),
      ),
    ).toBeGreaterThan(Math.max(...left));
  });

  describe("switch to a snapshot", () => {
    const other = view(14, 6, { replicaId: 2 });
    const header = (logFirstSeq: Seq, appliedSeq: Seq, commonSeq: Seq) =>
      snapshotHeader({ ref: 5, lineage: [V1, other], logFirstSeq, appliedSeq, commonSeq });

    test("[I4] whose rows follow the common prefix: own rows stay below, ops beyond go to the fork queue", () => {
      fill(20);
      holder.stageLog(5, [{ kind: "view", view: other }, ...batches(15, 30, 4, other.no, "b")]);
      log().write([{ snapshot: header(14, 30, 13), rollback: true, append: [opBatch(31, 2, other.no, "b")] }]);
      holder.appliedSeq = 30;
      holder.reopen();
      expect(log().restore()).toMatchObject({ logFirstSeq: 1, lastSeq: 32, lineage: [V1, other], rollback: true });
      expect(log().stateFile).toBe(5);
      expect(all()).toHaveLength(32);
      expect(entries(log().read(13, 13))[0]).toContain(opText(13));
      expect(entries(log().read(20, 20))[0]).toContain(opText(20, "b"));
      expect(forked()).toEqual([14, 15, 16, 17, 18, 19, 20].map((seq) => opText(seq)));
    });

    test("[I4] whose rows leave a gap: all own rows go", () => {
      fill(20);
      holder.stageLog(5, batches(22, 30, 4, other.no, "b"));
      log().write([{ snapshot: header(22, 30, 13) }]);
      holder.appliedSeq = 30;
      expect(log().restore()).toMatchObject({ logFirstSeq: 22, lastSeq: 30, lineage: [V1, other] });
      expect(() => log().read(13, 13)).toThrow();
      holder.reopen();
      expect(log().restore()).toMatchObject({ logFirstSeq: 22, lastSeq: 30 });
      expect(all()).toHaveLength(9);
      expect(forked()).toHaveLength(7);
      log().compact(24);
      expect(log().restore()).toMatchObject({ logFirstSeq: 22 });
      log().compact(25);
      expect(log().restore()).toMatchObject({ logFirstSeq: 26 });
    });

    test("without rows: the log is empty and goes on after the state", () => {
      fill(20);
      log().write([{ snapshot: header(31, 30, 20) }]);
      holder.appliedSeq = 30;
      holder.reopen();
      expect(log().restore()).toMatchObject({ logFirstSeq: 31, lastSeq: 30, lineage: [V1, other] });
      expect(forked()).toEqual([]);
      log().write([{ append: [opBatch(31, 3, other.no)] }]);
      expect(all()).toHaveLength(3);
    });

    test("into an empty log", () => {
      holder.stageLog(5, [viewBatch(1, 1), ...batches(2, 13, 5), { kind: "view", view: other }]);
      log().write([{ snapshot: header(1, 14, 0) }]);
      holder.appliedSeq = 14;
      holder.reopen();
      expect(log().restore()).toMatchObject({ logFirstSeq: 1, lastSeq: 14, lineage: [V1, other] });
      expect(all()).toHaveLength(14);
    });

    test("[I4] all of it or nothing", () => {
      fill(20);
      const before = all();
      holder.stageLog(5, [{ kind: "view", view: other }, ...batches(15, 30, 4, other.no, "b")]);
      expect(() => log().write([{ snapshot: header(14, 30, 13), append: [opBatch(40, 1, other.no)] }])).toThrow();
      holder.reopen();
      expect(all()).toEqual(before);
      expect(log().stateFile).not.toBe(5);
      expect(log().lineage()).toEqual([V1]);
      expect(forked()).toEqual([]);
    });
  });
});
