/** log.db beyond the contract of LogStorage: the owner of a store, damage, a full disk, crashes, bounds. */
import { Database, type Statement } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, spyOn, test } from "bun:test";
import { cpSync, statSync } from "node:fs";
import { join } from "node:path";
import { forkChecksum } from "../../../src/db/log/log-changes.ts";
import { LogDb, type LogDbOptions } from "../../../src/db/log/log-db.ts";
import { StoreRefused } from "../../../src/db/log/store.ts";
import { StorageDamaged, StorageFull } from "../../../src/election/ports.ts";
import { ballot, entries, op, opBatch, tempFolder, view, viewBatch } from "../../support/log-fixtures.ts";

const V1 = view(1, 1);
let folder: { readonly path: string; remove(): void };
let log: LogDb;

beforeEach(() => {
  folder = tempFolder();
  log = open();
});
afterEach(() => {
  log.close();
  folder.remove();
});

function open(options: Partial<LogDbOptions> = {}): LogDb {
  const opened = LogDb.open({ folder: folder.path, replicaId: 0, recentBytesMax: 1, ...options });
  opened.bindState({ appliedSeq: () => opened.lastSeq });
  return opened;
}

/** Changes the closed file from outside, and opens it again. */
function tamper(sql: string): void {
  log.close();
  const db = new Database(join(folder.path, "log.db"));
  expect(db.run(sql).changes).toBe(1);
  db.close();
  log = open();
}

function failure(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return null;
}

function all(of: LogDb): string[] {
  return entries(of.read(of.firstSeq, of.lastSeq));
}

const fill = (rows: number): void =>
  log.write([{ append: [viewBatch(1, 1), ...Array.from({ length: rows }, (_, i) => opBatch(2 + 2 * i, 2, V1.no))] }]);

describe("a store", () => {
  test("has an id that stays, and counts its starts", () => {
    const { storeId } = log;
    expect(storeId).toMatch(/^[0-9a-f]{16}$/);
    expect([log.created, log.bootCount, log.clusterId, log.stateFile]).toEqual([true, 1, null, 1]);
    log.setClusterId("abc");
    log.close();
    log = open();
    expect(log.storeId).toBe(storeId);
    expect([log.created, log.bootCount, log.clusterId]).toEqual([false, 2, "abc"]);
    log.setClusterId("abc");
    expect(() => log.setClusterId("abd")).toThrow();
  });

  test("of another replica, or of a newer version, is refused and not changed", () => {
    fill(3);
    log.close();
    const refused = failure(() => LogDb.open({ folder: folder.path, replicaId: 1 }));
    expect(refused).toBeInstanceOf(StoreRefused);
    expect(refused).toMatchObject({ reason: "other_replica" });
    log = open();
    expect(log.bootCount).toBe(2);
    const newer = failure(() => tamper("UPDATE meta SET format = 2"));
    expect(newer).toMatchObject({ name: "StoreRefused", reason: "newer_format" });
  });

  test("[I5] does not take a promise back", () => {
    log.write([{ promised: ballot(5) }]);
    expect(() => log.write([{ promised: ballot(4) }])).toThrow();
  });

  test("that does not fit its state is not trusted", () => {
    fill(4);
    log.compact(5);
    log.bindState({ appliedSeq: () => 10 });
    expect(() => log.restore()).toThrow(StorageDamaged);
    log.bindState({ appliedSeq: () => 4 });
    expect(() => log.restore()).toThrow(StorageDamaged);
    log.bindState({ appliedSeq: () => 5 });
    log.compact(9);
    expect(log.restore()).toMatchObject({ logFirstSeq: 6, appliedSeq: 5 });
  });

  test("holds what was written when the process is killed: a copy of the open files is whole", () => {
    fill(20);
    log.write([{ cutAfter: 30, promised: ballot(7) }]);
    const copy = tempFolder();
    cpSync(folder.path, copy.path, { recursive: true });
    const copied = open({ folder: copy.path });
    expect(all(copied)).toEqual(all(log));
    copied.bindState({ appliedSeq: () => 3 });
    expect(copied.restore()).toMatchObject({ lastSeq: 30, promised: ballot(7), appliedSeq: 3 });
    expect(copied.forkQueue(100)).toHaveLength(11);
    copied.close();
    copy.remove();
  });
});

describe("damage is found:", () => {
  const flip = (table: string, column: string, where: string): string =>
    `UPDATE ${table} SET ${column} = CAST(substr(${column}, 1, 3) || char(unicode(substr(${column}, 4, 1)) + 1) || substr(${column}, 5) AS ${
      column === "bytes" || column === "op" ? "BLOB" : "TEXT"
    }) WHERE ${where}`;

  test("a flipped byte in the newest rows, when the store is opened", () => {
    fill(10);
    const found = failure(() => tamper(flip("log", "bytes", "first_seq = 14")));
    expect(found).toBeInstanceOf(StorageDamaged);
    expect(String(found)).toContain("seq 14");
    log = open({ folder: tempBeside() });
  });

  test("a flipped byte in an older row, when it is read", () => {
    fill(1010);
    tamper(flip("log", "bytes", "first_seq = 10"));
    expect(entries(log.read(12, 40))).toHaveLength(29);
    const found = failure(() => log.read(9, 40));
    expect(found).toBeInstanceOf(StorageDamaged);
    expect(String(found)).toContain("seq 10");
    expect(failure(() => log.rowsFrom(2, 40, 1e6))).toBeInstanceOf(StorageDamaged);
  });

  test("a whole row in the wrong place, or under another view", () => {
    fill(1010);
    tamper("UPDATE log SET bytes = (SELECT bytes FROM log WHERE first_seq = 12) WHERE first_seq = 10");
    expect(failure(() => log.read(10, 10))).toBeInstanceOf(StorageDamaged);
    tamper("UPDATE log SET view_key = '2.0.0000000000000002.0' WHERE first_seq = 20");
    expect(failure(() => log.read(20, 20))).toBeInstanceOf(StorageDamaged);
  });

  test("a row that is gone", () => {
    fill(1010);
    tamper("DELETE FROM log WHERE first_seq = 10");
    expect(failure(() => log.read(8, 20))).toBeInstanceOf(StorageDamaged);
    expect(failure(() => log.read(11, 20))).toBeInstanceOf(StorageDamaged);
    expect(failure(() => log.rowsFrom(10, 20, 1e6))).toBeInstanceOf(StorageDamaged);
    expect(failure(() => tamper("DELETE FROM log WHERE first_seq = 2000"))).toBeInstanceOf(StorageDamaged);
    log = open({ folder: tempBeside() });
  });

  test.each([
    ["meta", flip("meta", "body", "id = 1")],
    ["a view of the lineage", flip("lineage", "body", "start_seq = 1")],
    ["the lineage, emptied", "DELETE FROM lineage"],
  ])("%s", (_, sql) => {
    fill(3);
    expect(failure(() => tamper(sql))).toBeInstanceOf(StorageDamaged);
    log = open({ folder: tempBeside() });
  });

  test("an op of the fork queue", () => {
    fill(3);
    log.write([{ cutAfter: 3 }]);
    tamper(flip("fork", "op", "seq = 5"));
    expect(failure(() => log.forkQueue(10))).toBeInstanceOf(StorageDamaged);
    expect(log.forkQueue(1)).toHaveLength(1);
  });

  test("a file that is no database", async () => {
    const other = tempBeside();
    await Bun.write(
      join(other, "log.db"),
      "not a database, but long enough to be taken for one at first sight".repeat(99),
    );
    expect(failure(() => open({ folder: other }))).toBeInstanceOf(StorageDamaged);
  });

  test("and after an error inside a write nothing is written any more", () => {
    fill(3);
    expect(() => log.write([{ append: [opBatch(99, 1, V1.no)] }])).toThrow("append at seq 99");
    expect(failure(() => log.write([{ admitted: true }]))).toBeInstanceOf(StorageDamaged);
    expect(entries(log.read(1, 7))).toHaveLength(7);
  });

  /** Another empty folder below this test's folder. */
  function tempBeside(): string {
    return join(folder.path, `beside-${Math.random().toString(36).slice(2)}`);
  }
});

test("a full disk: nothing is written, reading goes on, and writing too once there is room", () => {
  fill(3);
  log.close();
  log = open({ pagesMax: 40, recentBytesMax: 1e6 });
  const big = { kind: "op" as const, viewNo: V1.no, firstSeq: 9, ops: [new Uint8Array(300_000)] };
  const before = all(log);
  const rows = [{ promised: ballot(8) }, { append: [opBatch(8, 1, V1.no), big] }];
  expect(failure(() => log.write(rows))).toBeInstanceOf(StorageFull);
  expect(log.restore()).toMatchObject({ lastSeq: 7, promised: { counter: 0 } });
  expect(all(log)).toEqual(before);
  const again = opBatch(8, 1, V1.no, "b");
  log.write([{ append: [again], admitted: true }]);
  expect(entries(log.read(8, 8))).toEqual(entries([again]));
  log.close();
  log = open();
  expect(log.restore()).toMatchObject({ lastSeq: 8, promised: { counter: 0 }, admitted: true });
});

describe("bounds:", () => {
  test("confirmed ops go to an archive of the newest 100,000", () => {
    fill(3);
    log.write([{ cutAfter: 3 }]);
    log.forkConfirmed([1, 2]);
    log.close();
    const db = new Database(join(folder.path, "log.db"));
    const archived = (): unknown[] => db.query("SELECT id FROM fork_archive ORDER BY id").values().flat();
    expect(archived()).toEqual([1, 2]);
    const key = "1.0.0000000000000001.0";
    db.run("INSERT INTO fork VALUES (100002, ?, 7, ?, ?)", [key, op(7), forkChecksum(key, 7, op(7))]);
    log = open();
    log.forkConfirmed([100_002]);
    expect(archived()).toEqual([100_002]);
    expect(log.forkQueue(9).map(({ id }) => id)).toEqual([3, 4]);
    db.close();
  });

  test("compaction deletes rows a bounded number at a time, the log's start moves at once", () => {
    fill(2500);
    const db = new Database(join(folder.path, "log.db"));
    const rows = (): unknown => db.query("SELECT count(*) FROM log").values()[0]?.[0];
    log.compact(4999);
    expect(log.firstSeq).toBe(5000);
    expect(rows()).toBe(1501);
    log.close();
    log = open();
    expect(log.firstSeq).toBe(5000);
    log.compact(4999);
    expect(rows()).toBe(501);
    log.compact(4000);
    expect(rows()).toBe(1);
    log.compact(0);
    expect(entries(log.read(5000, 5001))).toHaveLength(2);
    db.close();
  });

  test("the WAL does not grow with what was written", () => {
    log.write([{ append: [viewBatch(1, 1)] }]);
    const ops = Array.from({ length: 64 }, () => new Uint8Array(1000));
    for (let firstSeq = 2; firstSeq < 64 * 300; firstSeq += 64) {
      log.write([{ append: [{ kind: "op", viewNo: V1.no, firstSeq, ops }] }]);
    }
    expect(statSync(join(folder.path, "log.db-wal")).size).toBeLessThan(6 * 1024 * 1024);
  });

  test("the newest rows within limits, for a snapshot", () => {
    fill(10);
    const wide = { bytes: 1e9, rows: 1000 };
    expect(log.newestWithin(1, 21, wide)).toBe(1);
    expect(log.newestWithin(7, 21, wide)).toBe(7);
    expect(log.newestWithin(1, 20, { ...wide, rows: 3 })).toBe(16);
    expect(log.newestWithin(1, 21, { ...wide, bytes: 0 })).toBe(22);
  });
});

test("rows written aside can be read at once, are there after a crash, and stay in order with those that are not", async () => {
  fill(1);
  const written = log.writeAside([{ append: [opBatch(4, 2, V1.no)] }]);
  expect(log.lastSeq).toBe(5);
  expect(all(log)).toHaveLength(5);
  await written;
  log.write([{ append: [opBatch(6, 1, V1.no)] }]);
  const before = all(log);
  log.close();
  log = open();
  expect(all(log)).toEqual(before);
});

test("a commit syncs unless its rows are written aside, and the mode is set only when it changes", async () => {
  const ran: string[] = [];
  const prepare = Reflect.get(Database.prototype, "prepare") as (this: Database, text: string) => Statement;
  const spy = spyOn(Database.prototype, "prepare").mockImplementation(function (this: Database, text: string) {
    const statement = prepare.call(this, text);
    const run = statement.run.bind(statement);
    if (/^(PRAGMA synchronous|COMMIT)/.test(text))
      statement.run = (...values) => {
        ran.push(text.replace("PRAGMA synchronous = ", ""));
        return run(...values);
      };
    return statement;
  } as never);
  log.close();
  log = open();
  spy.mockRestore();
  fill(1);
  ran.length = 0;
  for (const seq of [4, 5]) await log.writeAside([{ append: [opBatch(seq, 1, V1.no)] }]);
  for (const seq of [6, 7]) log.write([{ append: [opBatch(seq, 1, V1.no)] }]);
  await log.writeAside([{ append: [opBatch(8, 1, V1.no)] }]);
  expect(ran).toEqual(["NORMAL", "COMMIT", "COMMIT", "FULL", "COMMIT", "COMMIT", "NORMAL", "COMMIT"]);
});
