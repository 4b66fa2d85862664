/** [I12] What a caller is told about an op of which more than one copy was sent. */
import { expect, test } from "bun:test";
import { withChecksum } from "../../../../proto/op-checksum.ts";
import { Callers } from "../../../../src/election/driver/callers.ts";
import type { LogStorage } from "../../../../src/election/ports.ts";

/** An op of the first format. */
const OP = withChecksum(Uint8Array.of(8, 1, 16, 7));

function makeCallers(): Callers<string> {
  const log = { forkQueue: () => [] } as unknown as LogStorage;
  const formats = { inForce: () => 1, mayAppend: () => true, snapshotFrom: () => "takes" as const };
  const callers = new Callers<string>({ log, formats, recover: (op) => ({ key: "key", op }) }, 0, () => false);
  callers.retarget("0:1", 0);
  return callers;
}

const applied = { key: "key", seq: 5, result: "refused", recovered: false };

test("sent once: its result is final", async () => {
  const callers = makeCallers();
  const answer = callers.propose("key", OP, 0, 10_000);
  expect(callers.take(0)?.keys).toEqual(["key"]);
  callers.applied(applied);
  expect(await answer).toEqual({ kind: "applied", seq: 5, result: "refused" });
});

test("sent to the next leader too: another copy of it may still be applied", async () => {
  const callers = makeCallers();
  const answer = callers.propose("key", OP, 0, 10_000);
  callers.take(0);
  callers.retarget("1:2", 100);
  expect(callers.take(100)?.keys).toEqual(["key"]);
  callers.applied(applied);
  expect(await answer).toEqual({ kind: "applied", seq: 5, result: "refused", sentAgain: true });
});

test("sent again because nothing came back: the same", async () => {
  const callers = makeCallers();
  const answer = callers.propose("key", OP, 0, 60_000);
  callers.take(0);
  callers.tick(20_000, true);
  expect(callers.take(20_000)?.keys).toEqual(["key"]);
  callers.applied(applied);
  expect(await answer).toMatchObject({ sentAgain: true });
});
