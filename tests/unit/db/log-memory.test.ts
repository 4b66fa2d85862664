/** The log in memory as a disk that lags: what a crash loses. */
import { expect, test } from "bun:test";
import { entries, opBatch, view, viewBatch } from "../../support/log-fixtures.ts";
import { MemoryLog } from "../../support/memory-log.ts";

const V1 = view(1, 1);

function started(): MemoryLog {
  const log = new MemoryLog();
  log.write([{ append: [viewBatch(1, 1), opBatch(2, 4, V1.no)] }]);
  return log;
}

test("what is staged is seen at once and durable when completed, in order", () => {
  const log = started();
  log.stage([{ append: [opBatch(6, 2, V1.no)] }]);
  const second = log.stage([{ append: [opBatch(8, 2, V1.no)] }]);
  log.stage([{ append: [opBatch(10, 2, V1.no)] }]);
  expect(entries(log.read(6, 11))).toHaveLength(6);
  expect(log.restore().lastSeq).toBe(5);
  log.complete(second);
  expect(log.restore().lastSeq).toBe(9);
  log.crash();
  expect(log.restore().lastSeq).toBe(9);
  expect(() => log.read(6, 10)).toThrow();
});

test("a crash may leave some of the last writes, each whole", () => {
  const log = started();
  log.stage([{ cutAfter: 3 }, { append: [opBatch(4, 3, V1.no, "b")] }]);
  log.stage([{ append: [opBatch(7, 1, V1.no, "b")] }]);
  log.stage([{ append: [opBatch(8, 1, V1.no, "b")] }]);
  const copy = log.clone();
  log.crash(2);
  expect(log.restore().lastSeq).toBe(7);
  expect(log.forkQueue(10)).toHaveLength(2);
  expect(copy.restore().lastSeq).toBe(5);
  expect(copy.forkQueue(10)).toEqual([]);
  log.write([{ append: [opBatch(8, 1, V1.no)] }]);
  log.crash(5);
  expect(log.restore().lastSeq).toBe(8);
  expect(copy.restore().lastSeq).toBe(5);
});
