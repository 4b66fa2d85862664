/** How far a log is durable while its disk is behind, and what the core asks the disk to write. */
import { describe, expect, test } from "bun:test";
import { LogMirror } from "../../../../src/election/core/log-mirror.ts";
import type { Effect, Restored, StagedSnapshot } from "../../../../src/election/event.ts";
import type { Batch } from "../../../../src/election/frame.ts";
import { ballot, view, viewNo } from "../../../support/view-notation.ts";

const FIRST = view("1.0.0@1 012");
const RESTORED: Restored = {
  promised: ballot("1.0"),
  admitted: true,
  rollback: false,
  lineage: [FIRST],
  logFirstSeq: 1,
  lastSeq: 5,
  appliedSeq: 5,
};

function mirror(restored: Partial<Restored> = {}) {
  const effects: Effect[] = [];
  const log = new LogMirror({ ...RESTORED, ...restored }, (effect) => effects.push(effect));
  return { log, effects, rows: () => effects.flatMap((effect) => (effect.type === "persist" ? [effect.rows] : [])) };
}

function ops(firstSeq: number, count: number): Batch {
  return { kind: "op", viewNo: FIRST.no, firstSeq, ops: Array.from({ length: count }, () => new Uint8Array(1)) };
}

describe("durable", () => {
  test("is what was restored, then what each write brought, in order", () => {
    const { log } = mirror();
    expect(log.durableSeq).toBe(5);
    const first = log.append([ops(6, 2)], null, null);
    const second = log.append([ops(8, 1)], null, null);
    expect([log.lastSeq, log.durableSeq]).toEqual([8, 5]);
    log.persisted(first);
    expect(log.durableSeq).toBe(7);
    log.persisted(second);
    expect(log.durableSeq).toBe(8);
  });

  test("one answer may cover several writes", () => {
    const { log } = mirror();
    log.append([ops(6, 2)], null, null);
    log.persisted(log.append([ops(8, 1)], null, null));
    expect(log.durableSeq).toBe(8);
  });

  test("ends at the cut while a write replaces entries, because the old ones no longer count", () => {
    const { log } = mirror();
    const token = log.append([{ kind: "view", view: view("2.1.0@4 12") }, ops(5, 3)], 3, ballot("2.1"));
    expect([log.lastSeq, log.durableSeq, log.rollback]).toEqual([7, 3, true]);
    log.persisted(token);
    expect([log.lastSeq, log.durableSeq]).toEqual([7, 7]);
  });

  test("stays at the lowest cut of all writes under way", () => {
    const { log } = mirror();
    const first = log.append([ops(4, 4)], 3, null);
    const second = log.append([ops(3, 1)], 2, null);
    expect(log.durableSeq).toBe(2);
    log.persisted(first);
    expect(log.durableSeq).toBe(2);
    log.persisted(second);
    expect(log.durableSeq).toBe(3);
  });
});

describe("what is asked of the disk", () => {
  test("a promise only rises", () => {
    const { log, rows } = mirror();
    log.promise(ballot("2.1"));
    expect(rows()).toEqual([{ promised: ballot("2.1") }]);
    expect(() => log.promise(ballot("2.0"))).toThrow("a promise only rises");
  });

  test("an append under a new ballot raises the promise in the same write", () => {
    const { log, rows } = mirror();
    log.append([ops(6, 1)], null, ballot("2.1"));
    expect(rows()).toEqual([{ append: [ops(6, 1)], promised: ballot("2.1") }]);
  });

  test("a cut at the end, or beyond, cuts nothing", () => {
    const { log, rows } = mirror();
    log.append([ops(6, 1)], 5, null);
    expect([rows(), log.rollback]).toEqual([[{ append: [ops(6, 1)] }], false]);
  });

  test("batches that leave a gap are a broken invariant", () => {
    expect(() => mirror().log.append([ops(7, 1)], null, null)).toThrow("batches are contiguous");
  });

  test("a view among the batches is in force at once, and goes with a cut", () => {
    const { log } = mirror();
    log.append([{ kind: "view", view: view("2.1.0@6 12") }, ops(7, 2)], null, null);
    expect([log.viewNoAt(5), log.viewNoAt(8)]).toEqual([viewNo("1.0.0"), viewNo("2.1.0")]);
    log.append([ops(6, 1)], 5, null);
    expect(log.viewNoAt(6)).toEqual(viewNo("1.0.0"));
  });

  test("being active is written once: admitted, and whole again after a roll-back", () => {
    const { log, rows } = mirror({ admitted: false, rollback: true });
    log.markActive();
    log.markActive();
    expect(rows()).toEqual([{ admitted: true, rollback: false }]);
  });

  test("compaction moves the beginning", () => {
    const { log, effects } = mirror();
    log.compact(3);
    expect([log.firstSeq, effects]).toEqual([4, [{ type: "compact", upTo: 3 }]]);
  });
});

describe("a snapshot", () => {
  const staged = (more: Partial<StagedSnapshot>): StagedSnapshot => ({
    ref: 1,
    ballot: ballot("2.1"),
    lineage: [FIRST, view("2.1.0@4 12")],
    logFirstSeq: 4,
    appliedSeq: 40,
    commonSeq: 3,
    ...more,
  });

  test.each([
    ["keeps the common prefix when its rows follow it", 1, staged({}), 1],
    ["replaces the log when its rows begin later", 1, staged({ logFirstSeq: 30 }), 30],
    ["replaces the log when the common prefix was compacted", 5, staged({}), 4],
  ])("%s", (_title, logFirstSeq, snapshot, firstSeq) => {
    const { log } = mirror({ logFirstSeq });
    const token = log.install(snapshot, ballot("2.1"));
    expect([log.firstSeq, log.lastSeq, log.durableSeq, log.rollback]).toEqual([firstSeq, 40, 3, true]);
    expect(log.lineage.last()).toEqual(view("2.1.0@4 12"));
    log.persisted(token);
    expect(log.durableSeq).toBe(40);
  });
});

describe("entries that arrive", () => {
  const SECOND = view("2.1.0@4 12");

  test.each([
    [0, null, true],
    [5, "1.0.0", true],
    [5, "2.1.0", false],
    [5, null, false],
    [6, "1.0.0", false],
  ])("fit behind entry %i of view %s: %p", (seq, no, holds) => {
    expect(mirror().log.holds(seq, no === null ? null : viewNo(no))).toBe(holds);
  });

  test.each<[string, Batch[], Batch[]]>([
    ["nothing of what is here", [ops(2, 4)], []],
    ["the rest of a batch that reaches beyond the log", [ops(4, 5)], [ops(6, 3)]],
    [
      "everything from the first entry of another view on",
      [ops(3, 1), { kind: "view", view: SECOND }, ops(5, 1)],
      [{ kind: "view", view: SECOND }, ops(5, 1)],
    ],
    ["all that follows the log", [ops(6, 1), ops(7, 2)], [ops(6, 1), ops(7, 2)]],
  ])("the log lacks %s", (_title, batches, fresh) => {
    expect(mirror().log.fresh(batches)).toEqual(fresh);
  });
});

test("a disk that stays at one write is stalled; one that gets on is not", () => {
  const { log } = mirror();
  const stalled = () => {
    log.tick(50);
    return log.stalledMs;
  };
  const first = log.append([ops(6, 1)], null, null);
  expect([stalled(), stalled(), stalled()]).toEqual([0, 50, 100]);
  const second = log.append([ops(7, 1)], null, null);
  log.persisted(first);
  expect([stalled(), stalled()]).toEqual([0, 50]);
  log.persisted(second);
  expect([stalled(), stalled()]).toEqual([0, 0]);
});
