/** Ops of a format that is not in force: no replica writes them, none is lost, and they delay no other op. */
import { describe, expect, test } from "bun:test";
import { withChecksum } from "../../../../proto/op-checksum.ts";
import { opFormat } from "../../../../proto/op-format.ts";
import { Callers } from "../../../../src/election/driver/callers.ts";
import { Intake } from "../../../../src/election/driver/intake.ts";
import type { ForkedOp, LogStorage } from "../../../../src/election/ports.ts";

/** An op, reduced to what the driver reads of it: field 1 is its format, the rest is a name. */
function op(format: number, name: number): Uint8Array {
  const varint = format < 128 ? [format] : [(format & 127) | 128, format >>> 7];
  return withChecksum(Uint8Array.of(8, ...varint, 16, name & 127, 24, name >>> 7));
}

function nameOf(bytes: Uint8Array): string {
  const at = bytes[1]! < 128 ? 2 : 3;
  return String((bytes[at + 1] ?? 0) + (bytes[at + 3] ?? 0) * 128);
}

const HERE = { leaderId: 0, leadershipKey: "0:1", accepting: true };

function makeCallers(queue: ForkedOp[] = []) {
  const made = { inForce: 1, queue, taken: [] as string[], now: 0 };
  const log = {
    forkQueue: (limit: number, afterId = 0) => made.queue.filter(({ id }) => id > afterId).slice(0, limit),
    forkConfirmed: (ids: readonly number[]) => void (made.queue = made.queue.filter(({ id }) => !ids.includes(id))),
  } as unknown as LogStorage;
  const formats = { inForce: () => made.inForce, mayAppend: () => true, snapshotFrom: () => "takes" as const };
  const recover = (bytes: Uint8Array) => ({ key: nameOf(bytes), op: bytes });
  const intake = new Intake(formats);
  const callers = new Callers<null>({ log, formats, recover }, 0, () => false);
  callers.retarget("0:1", 0);
  /** The ops that are sent to the leader now. */
  const take = (): string[] => {
    const names: string[] = [];
    for (let handed = callers.take(made.now); handed !== null; handed = callers.take(made.now)) {
      names.push(...handed.ops.map(nameOf));
    }
    return names;
  };
  /** Ticks the driver. Returns the ops that it then sends to the leader. */
  const tick = (): string[] => {
    callers.tick((made.now += 50), true);
    return take();
  };
  /** The ops have come back through the leader's log and were applied here. */
  const applied = (...names: string[]): void => {
    for (const name of names) callers.applied({ key: name, seq: 1, result: null, recovered: true });
    callers.confirmForked();
  };
  return { made, intake, callers, take, tick, applied };
}

test.each([
  [op(1, 0), 1],
  [op(2, 0), 2],
  [op(300, 0), 300],
  [new Uint8Array(0), 0],
  [Uint8Array.of(16, 1), 0],
  [Uint8Array.of(8, 255, 255, 255, 255, 255), 0],
])("the format is read from the first bytes: %p says %p", (bytes, format) => {
  expect(opFormat(bytes)).toBe(format);
});

test("a leader appends nothing newer than what is in force, and takes it once it is", () => {
  const { made, intake } = makeCallers();
  /** The keys of the ops that were appended. */
  const appended = (): readonly string[] => {
    intake.offer(1, handed);
    return intake
      .take(HERE, 0)
      .flatMap((event) => (event.type === "frame" && event.frame.type === "propose" ? event.frame.keys : []));
  };
  const handed = { ops: [op(1, 1), op(2, 2), op(1, 3)], keys: ["1", "2", "3"] };
  expect(appended()).toEqual(["1", "3"]);
  made.inForce = 2;
  expect(appended()).toEqual(["2"]);
});

test("a caller's op waits while a merge has taken its format back, and is not lost", async () => {
  const { made, callers, take, tick } = makeCallers();
  made.inForce = 2;
  const answer = callers.propose("7", op(2, 7), 0, 60_000);
  expect(take()).toEqual(["7"]);
  made.inForce = 1;
  callers.retarget("1:2", made.now);
  expect(take()).toEqual([]);
  made.inForce = 2;
  const sent = Array.from({ length: 100 }, tick).flat();
  expect(sent[0]).toBe("7");
  callers.applied({ key: "7", seq: 9, result: null, recovered: false });
  expect(await answer).toMatchObject({ kind: "applied", seq: 9, result: null });
});

describe("the fork queue", () => {
  test("proposes the older ops past those that wait, and those once their format is in force", () => {
    const queue = [op(2, 1), op(1, 2), op(2, 3), op(1, 4)].map((bytes, i) => ({ id: i + 1, op: bytes }));
    const { made, callers, tick, applied } = makeCallers(queue);
    expect(tick()).toEqual(["2", "4"]);
    applied("2", "4");
    expect(tick()).toEqual([]);
    expect(made.queue.map(({ id }) => id)).toEqual([1, 3]);
    expect(callers.heldOps).toBe(2);
    made.inForce = 2;
    expect(tick()).toEqual(["1", "3"]);
    applied("1", "3");
    expect(made.queue).toEqual([]);
    expect(callers.heldOps).toBe(0);
  });

  test("is not held up by any number of newer ops at its head", () => {
    const queue = Array.from({ length: 700 }, (_, i) => ({ id: i + 1, op: op(i < 600 ? 2 : 1, i) }));
    const { made, callers, tick, applied } = makeCallers(queue);
    const proposed: string[] = [];
    for (let i = 0; i < 10; i++) {
      const names = tick();
      proposed.push(...names);
      applied(...names);
    }
    expect(proposed).toEqual(Array.from({ length: 100 }, (_, i) => String(600 + i)));
    expect(made.queue).toHaveLength(600);
    expect(callers.heldOps).toBe(600);
    made.inForce = 2;
    for (let i = 0; i < 10; i++) applied(...tick());
    expect(made.queue).toEqual([]);
  });

  test("waits again when a second merge takes the format back, and goes on with what is older", () => {
    const { made, tick, applied } = makeCallers([{ id: 1, op: op(2, 1) }]);
    made.inForce = 2;
    expect(tick()).toEqual(["1"]);
    made.inForce = 1;
    made.queue.push({ id: 2, op: op(1, 2) });
    expect(tick()).toEqual(["2"]);
    applied("2");
    expect(made.queue.map(({ id }) => id)).toEqual([1]);
    made.inForce = 2;
    expect(tick()).toEqual(["1"]);
  });
});
