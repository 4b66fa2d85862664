/** When a replica that was told to stop may stop. */
import { expect, test } from "bun:test";
import type { Leadership } from "../../../../src/election/core/leadership.ts";
import { Leaving } from "../../../../src/election/core/leaving.ts";
import { Self } from "../../../../src/election/core/self.ts";
import { DEFAULT_TIMING, type Identity } from "../../../../src/election/event.ts";
import type { View } from "../../../../src/election/view.ts";
import { EMPTY_LOG, identityOf } from "../../../support/core-fixtures.ts";
import { view } from "../../../support/view-notation.ts";

function replica(last: View | null, more: Partial<Identity> = {}): Self {
  const log = last === null ? EMPTY_LOG : { ...EMPTY_LOG, lineage: [last], lastSeq: last.startSeq };
  return new Self(identityOf(1, more), DEFAULT_TIMING, log);
}

/** A leader that may stop, or may not. */
function leading(mayStop: boolean): Leadership {
  return { mayStop: () => mayStop } as Leadership;
}

const STRICT = { consistency: "strict" } as const;
const STOP_MS = DEFAULT_TIMING.stopMs;

test.each<[string, Self, Leadership | null, ms: number, hasLeader: boolean, boolean]>([
  ["an empty log binds nobody", replica(null), null, 0, false, true],
  ["the last view is without it", replica(view("1.0.0@1 02")), null, 0, true, true],
  ["a wiped disk is no member", replica(view("1.0.0@1 01'2")), null, 0, true, true],
  ["a member waits to be dropped", replica(view("1.0.0@1 012")), null, 1_000, true, false],
  ["a member without a leader waits for one", replica(view("1.0.0@1 012")), null, 999, false, false],
  ["and no longer than a second", replica(view("1.0.0@1 012")), null, 1_000, false, true],
  ["a leader stops when it has handed over", replica(view("1.1.0@1 1")), leading(true), 0, true, true],
  ["and not before", replica(view("1.1.0@1 012")), leading(false), 1_000, true, false],
  ["strict: three of three can shrink", replica(view("1.0.0@1 012"), STRICT), null, 0, true, false],
  ["strict: two of three cannot", replica(view("1.0.0@1 01"), STRICT), null, 0, true, true],
  ["nothing keeps it longer than its bound", replica(view("1.1.0@1 012")), leading(false), STOP_MS, true, true],
])("%s", (_title, self, leadership, ms, hasLeader, ends) => {
  const leaving = new Leaving();
  leaving.tick(ms, hasLeader);
  expect(leaving.ends(self, leadership, true)).toBe(ends);
  // It is said once.
  expect(leaving.ends(self, leadership, true)).toBe(false);
});

test("a leader that comes meanwhile is waited for anew", () => {
  const leaving = new Leaving();
  leaving.tick(900, false);
  leaving.tick(50, true);
  leaving.tick(900, false);
  expect(leaving.ends(replica(view("1.0.0@1 012")), null, true)).toBe(false);
});
