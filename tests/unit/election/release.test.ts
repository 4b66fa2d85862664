/** Two releases in one cluster: what they may do with each other, as tables of cases. */
import { describe, expect, test } from "bun:test";
import {
  commonProtocol,
  formatToEnable,
  formatToForce,
  lacking,
  snapshotBetween,
  speaksNewer,
  standing,
  type Announced,
  type Release,
} from "../../../src/election/release.ts";
import { FIRST, SECOND } from "../../support/releases.ts";

function speaking(peerOldest: number, peerNewest: number): Release {
  return { ...FIRST, peerOldest, peerNewest };
}

/** Replicas 0, 1, ... with the formats that they know; null for a replica that is not heard. */
function knowing(...formats: readonly (number | null)[]): Announced[] {
  return formats.map((opFormat, id) => ({ id, release: opFormat === null ? null : { ...FIRST, opFormat } }));
}

test.each([
  [[1, 1], [1, 1], 1],
  [[1, 1], [1, 2], 1],
  [[1, 3], [2, 4], 3],
  [[2, 2], [1, 2], 2],
  [[1, 1], [2, 2], null],
  [[3, 4], [1, 2], null],
] as const)("peers that speak %p and %p have %p in common", ([a, b], [c, d], common) => {
  expect(commonProtocol(speaking(a, b), speaking(c, d))).toBe(common);
  expect(commonProtocol(speaking(c, d), speaking(a, b))).toBe(common);
});

test("any number of peers have the newest in common that the oldest of them speaks", () => {
  expect(commonProtocol(speaking(1, 3), speaking(2, 4), speaking(1, 2))).toBe(2);
  expect(commonProtocol(speaking(1, 3), speaking(3, 4), speaking(1, 2))).toBeNull();
  expect(commonProtocol(speaking(4, 7))).toBe(7);
});

test("only what a newer peer says may be new; what an older or equal one says is broken", () => {
  expect([speaksNewer(SECOND, FIRST), speaksNewer(FIRST, FIRST), speaksNewer(FIRST, SECOND)]).toEqual([
    true,
    false,
    false,
  ]);
});

describe("a format is enabled", () => {
  test.each([
    [1, knowing(1, 1, 1), null],
    [1, knowing(2, 2, 2), 2],
    [1, knowing(2, 3, 4), 2],
    [2, knowing(2, 3, 4), null],
    [1, knowing(2, 1, 2), null],
    [1, knowing(2, 2, null), null],
    [2, knowing(1, 3, 3), null],
    [1, knowing(3), 3],
  ])("from %p by %j: %p", (inForce, replicas, enabled) => {
    expect(formatToEnable(inForce, replicas)).toBe(enabled);
  });

  test("not before the one is upgraded, or heard, that is named", () => {
    expect(lacking(2, knowing(2, 1, null)).map(standing)).toEqual(["replica 1 is at 0.1.0", "replica 2 is not heard"]);
    expect(lacking(2, knowing(2, 2, 3))).toEqual([]);
  });
});

test.each([
  [knowing(2, 2, null), [2], { format: 2 }],
  [knowing(2, 2, 1), [2], { format: 2 }],
  [knowing(2, 3, null), [2], { format: 2 }],
  [knowing(2, 2, 2), [], { format: 2 }],
  [knowing(2, null, null), [1, 2], { format: 2 }],
  [knowing(2, 2, 2), [2], { needless: [2] }],
  [knowing(2, 2, null), [1, 2], { needless: [1] }],
  [knowing(2, 1, null), [2], { lacking: [1] }],
  [knowing(2, 1, null), [], { lacking: [1, 2] }],
  [knowing(1, 1, null), [], { lacking: [] }],
  [knowing(1, 1, 1), [2], { lacking: [] }],
  [knowing(null, null, null), [0, 1, 2], { lacking: [] }],
])("an operator of %j who gives up %j: %j", (replicas, without, expected) => {
  const may = formatToForce(1, replicas, without);
  expect<unknown>("lacking" in may ? { lacking: may.lacking.map(({ id }) => id) } : may).toEqual(expected);
});

test.each([
  [{ schema: 1, inForce: 1 }, FIRST, "takes"],
  [{ schema: 1, inForce: 1 }, SECOND, "takes"],
  [{ schema: 2, inForce: 1 }, FIRST, "waits"],
  [{ schema: 2, inForce: 2 }, FIRST, "ends"],
  [{ schema: 1, inForce: 2 }, FIRST, "ends"],
  [{ schema: 2, inForce: 2 }, SECOND, "takes"],
] as const)("the snapshot of %j at %j: %s", (leader, self, does) => {
  expect(snapshotBetween(leader, self)).toBe(does);
});
