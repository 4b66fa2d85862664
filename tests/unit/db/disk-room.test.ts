/** When a disk counts as full, when it no longer does, and what people are told. */
import { expect, test } from "bun:test";
import type { Logger } from "../../../src/host/logger.ts";
import { DiskRoom } from "../../../src/db/disk-room.ts";
import { DiskLine } from "../../../src/replica/disk-line.ts";

const MIB = 1024 * 1024;
const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };

function makeRoom(totalMib: number) {
  const disk = { freeMib: totalMib, nowMs: 0, known: true };
  const look = () => (disk.known ? { free: disk.freeMib * MIB, total: totalMib * MIB } : null);
  const room = new DiskRoom("", look, () => disk.nowMs);
  /** Sets the free space. Returns whether the next check finds it too low. */
  const lowAt = (freeMib: number): boolean => {
    disk.freeMib = freeMib;
    disk.nowMs += 1_000;
    return room.low;
  };
  return { disk, room, lowAt };
}

test("a large disk is low below 64 MiB, and only clearly more is room again", () => {
  const { lowAt } = makeRoom(100_000);
  expect([65, 63, 65, 79, 81, 65].map(lowAt)).toEqual([false, true, true, true, false, false]);
});

test("a small disk is low below 5 % of it", () => {
  const { lowAt } = makeRoom(100);
  expect([6, 4, 6, 7].map(lowAt)).toEqual([false, true, true, false]);
});

test("it looks at the disk now and then, not at every write", () => {
  const { disk, room, lowAt } = makeRoom(100);
  expect(lowAt(50)).toBe(false);
  disk.freeMib = 1;
  disk.nowMs += 100;
  expect(room.low).toBe(false);
  disk.nowMs += 101;
  expect(room.low).toBe(true);
});

test("empty is less than low, and what is to come must leave the reserve", () => {
  const { room, lowAt } = makeRoom(100);
  expect([lowAt(2), room.empty]).toEqual([true, false]);
  expect([lowAt(1), room.empty]).toEqual([true, true]);
  expect([lowAt(50), room.takes(44 * MIB), room.takes(46 * MIB)]).toEqual([false, true, false]);
});

test("a system that does not say has room", () => {
  const { disk, room, lowAt } = makeRoom(100);
  disk.known = false;
  expect([lowAt(0), room.empty, room.takes(1e12)]).toEqual([false, false, true]);
});

test("one line when it is full, one when it is not; a disk at the edge complains every ten seconds at most", () => {
  let full = false;
  const lines: string[] = [];
  const line = new DiskLine(
    "/data",
    () => full,
    SILENT,
    (text) => void lines.push(text),
  );
  line.look(0);
  full = true;
  line.look(1_000);
  line.look(2_000);
  full = false;
  line.look(3_000);
  full = true;
  line.look(4_000);
  line.look(10_999);
  expect(lines).toEqual([
    "lastword: the disk under /data is full; free some space, then messages are accepted again; reading still works\n",
    "lastword: there is space again under /data; messages are accepted\n",
  ]);
  line.look(11_000);
  expect(lines.length).toBe(3);
});
