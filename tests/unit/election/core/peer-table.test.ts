/** Which peers are heard, reached or gone, by which evidence and after how long. */
import { describe, expect, test } from "bun:test";
import { PeerTable } from "../../../../src/election/core/peer-table.ts";
import { DEFAULT_TIMING, type Identity } from "../../../../src/election/event.ts";
import type { Beat } from "../../../../src/election/frame.ts";
import { beatOf, identityOf } from "../../../support/core-fixtures.ts";
import { viewNo } from "../../../support/view-notation.ts";

const { suspectMs, soleMs } = DEFAULT_TIMING;
const NO = viewNo("1.0.0");
const OTHER = viewNo("2.0.0");
const ONE = { replicaId: 1, storeId: "s1" };

/** A table in which replica 1 has just sent a Beat with `said`. */
function heard(said: Partial<Beat> = {}, identity: Partial<Identity> = {}): PeerTable {
  const table = new PeerTable(identityOf(0, identity), DEFAULT_TIMING);
  table.beat(1, beatOf(1, said));
  table.heard(1);
  return table;
}

const pass = (table: PeerTable, ms: number) => table.tick(ms);
const know = (table: PeerTable) => ({
  hears: table.hears(1),
  reach: table.reach(1),
  silent: table.silent(1),
  gone: table.gone(ONE, NO, false),
  goneSole: table.gone(ONE, NO, true),
});
const ALIVE = { hears: true, reach: true, silent: false, gone: false, goneSole: false };

describe("silence", () => {
  test.each([
    [0, ALIVE],
    [suspectMs - 1, ALIVE],
    [suspectMs, { hears: false, reach: false, silent: true, gone: true, goneSole: false }],
    [soleMs - 1, { hears: false, reach: false, silent: true, gone: true, goneSole: false }],
    [soleMs, { hears: false, reach: false, silent: true, gone: true, goneSole: true }],
  ])("%d ms", (ms, expected) => {
    const table = heard();
    pass(table, ms);
    expect(know(table)).toEqual(expected);
  });

  test("a peer that does not hear us is heard, and counts as gone all the same", () => {
    const table = heard({ hears: [2] });
    for (let i = 0; i < 10; i++) {
      pass(table, suspectMs / 10);
      table.heard(1);
    }
    expect(know(table)).toEqual({ hears: true, reach: false, silent: true, gone: true, goneSole: false });
  });

  test("is counted anew after a pause of our own", () => {
    const table = heard();
    pass(table, soleMs);
    table.forgetSilence();
    expect(know(table)).toEqual(ALIVE);
    table.forgetBeats();
    expect([table.hears(1), table.anyUnknown()]).toEqual([false, true]);
  });
});

describe("a refused dial", () => {
  test("on this host: gone at once, also for one that would be alone", () => {
    const table = heard();
    table.refused(1);
    expect(know(table)).toEqual({ hears: false, reach: false, silent: true, gone: true, goneSole: true });
  });

  test("on another host: only when it has been refused for as long as silence takes", () => {
    const table = heard({}, { loopback: false });
    table.refused(1);
    pass(table, suspectMs - 1);
    expect([table.isRefused(1), table.gone(ONE, NO, false)]).toEqual([false, false]);
    pass(table, 1);
    expect([table.isRefused(1), table.gone(ONE, NO, true)]).toEqual([true, true]);
  });

  test("any frame takes it back", () => {
    const table = heard();
    table.refused(1);
    table.heard(1);
    expect(know(table)).toEqual(ALIVE);
  });
});

describe("consent", () => {
  test.each([
    ["it leaves, and is not active any more", { leaving: true, active: false }, true],
    ["it leaves, and may still acknowledge", { leaving: true, active: true }, false],
    ["its wiped disk leaves", { leaving: true, active: false, storeId: "s1'" }, false],
  ])("%s", (_title, said, consents) => {
    expect(heard(said).consents(ONE, NO)).toBe(consents);
  });

  test("agreeing to be dropped holds for one view and one store, until it is started again", () => {
    const table = heard();
    table.agreedToLeave(1, NO, "s1");
    expect([table.consents(ONE, NO), table.consents(ONE, OTHER)]).toEqual([true, false]);
    expect(table.consents({ ...ONE, storeId: "s1'" }, NO)).toBe(false);
    expect(table.beat(1, beatOf(1, { bootId: "later" }))).toBe(true);
    expect(table.consents(ONE, NO)).toBe(false);
  });
});

describe("stores and strangers", () => {
  test("a heard peer with another store means that the member is gone", () => {
    expect(heard({ storeId: "s1'" }).gone(ONE, NO, true)).toBe(true);
  });
  test("a replica that is not configured is gone", () => {
    expect(heard().gone({ replicaId: 5, storeId: "s5" }, NO, true)).toBe(true);
    expect([heard().knows(5), heard().silent(5)]).toEqual([false, true]);
  });
  test("I am gone only as a member with a disk that I have no more", () => {
    expect(heard().gone({ replicaId: 0, storeId: "s0" }, NO, true)).toBe(false);
    expect(heard().gone({ replicaId: 0, storeId: "s0'" }, NO, true)).toBe(true);
  });
});

test("unknown are peers that neither refused nor said that they hear us", () => {
  const table = heard();
  expect(table.anyUnknown()).toBe(true);
  table.refused(2);
  expect(table.anyUnknown()).toBe(false);
});
