/** The views of a log, and how the lineages of two logs compare. */
import { describe, expect, test } from "bun:test";
import { Lineage } from "../../../../src/election/core/lineage.ts";
import { view, viewNo } from "../../../support/view-notation.ts";

const THREE = ["1.0.0@1 0", "1.0.1@5 01", "2.1.0@20 012"];
const lineage = (texts: readonly string[]) => new Lineage(texts.map((text) => view(text)));

describe("the view in force at a seq", () => {
  test.each([
    [0, null],
    [1, "1.0.0"],
    [4, "1.0.0"],
    [5, "1.0.1"],
    [19, "1.0.1"],
    [20, "2.1.0"],
    [1_000, "2.1.0"],
  ])("seq %d: %p", (seq, expected) => {
    expect(lineage(THREE).viewNoAt(seq)).toEqual(expected === null ? null : viewNo(expected));
  });
  test("no view is in force in an empty log", () => expect(new Lineage([]).viewAt(1)).toBeNull());
});

describe("cutting", () => {
  test.each([
    [0, 0],
    [1, 1],
    [4, 1],
    [5, 2],
    [19, 2],
    [20, 3],
  ])("after seq %d, %d views are left", (seq, left) => {
    const cut = lineage(THREE);
    cut.cutAfter(seq);
    expect(cut.all()).toEqual(THREE.slice(0, left).map((text) => view(text)));
  });
});

test("views ascend: an older start is a broken invariant", () => {
  expect(() => lineage(THREE).append(view("3.0.0@20 0"))).toThrow("views ascend");
});

test("a number with another nonce is another view", () => {
  const other = { ...viewNo("2.1.0"), ballot: { ...viewNo("2.1.0").ballot, nonce: "put back" } };
  expect(lineage(THREE).contains(viewNo("2.1.0"))).toBe(true);
  expect(lineage(THREE).contains(other)).toBe(false);
});

test("a store that another took the place of", () => {
  const wiped = lineage(["1.0.0@1 012", "1.0.1@9 012'"]);
  expect(wiped.hasOtherStore({ replicaId: 2, storeId: "s2" })).toBe(true);
  expect(wiped.hasOtherStore({ replicaId: 1, storeId: "s1" })).toBe(false);
});

describe("up to which seq two logs hold the same entries", () => {
  test.each([
    [["1.0.0@1 0"], 9, ["1.0.0@1 0"], 9, 9, "equal logs"],
    [["1.0.0@1 0"], 9, ["1.0.0@1 0"], 5, 5, "one is shorter"],
    [["1.0.0@1 0", "2.0.0@6 0"], 9, ["1.0.0@1 0"], 20, 5, "mine continued in a new view after seq 5"],
    [["1.0.0@1 0"], 20, ["1.0.0@1 0", "2.0.0@6 0"], 9, 5, "theirs did"],
    [["1.0.0@1 0", "2.0.0@6 0"], 9, ["1.0.0@1 0", "2.1.0@6 1"], 9, 5, "both did, at the same seq"],
    [["1.0.0@1 0", "2.0.0@6 0"], 9, ["1.0.0@1 0", "2.1.0@8 1"], 9, 5, "both did, at different seqs"],
    [["1.0.0@1 0", "2.0.0@6 0"], 9, ["2.0.0@6 0"], 12, 9, "their tail begins later"],
    [["1.0.0@1 0"], 9, ["1.1.0@1 1"], 9, 0, "nothing in common"],
    [[], 0, ["1.0.0@1 0"], 9, 0, "mine is empty"],
  ] as const)("%j to %d, theirs %j to %d: %d: %s", (mine, myLast, theirs, theirLast, expected) => {
    expect(lineage(mine).commonSeq(myLast, lineage(theirs).points(), theirLast)).toBe(expected);
    // The answer is the same from both sides, unless their lineage is only a tail.
    if (mine[0] === theirs[0])
      expect(lineage(theirs).commonSeq(theirLast, lineage(mine).points(), myLast)).toBe(expected);
  });
});
