/** Which of two branches continues, and how a peer's log relates to the own one. */
import { describe, expect, test } from "bun:test";
import { Lineage } from "../../../../src/election/core/lineage.ts";
import { compareRank, mustYield, relation } from "../../../../src/election/core/rank.ts";
import { view } from "../../../support/view-notation.ts";

const points = (views: readonly string[]) =>
  views.map((text) => view(text)).map(({ no, startSeq }) => ({ no, startSeq }));

describe("relation of a peer's log to mine", () => {
  test.each([
    // my views, the peer's views (its tail and its newest), the answer
    [[], ["1.0.0@1 012"], "ahead", "an empty log is behind every other"],
    [["1.0.0@1 012"], ["1.0.0@1 012"], "same", "the same newest view"],
    [["1.0.0@1 012"], ["1.0.0@1 012", "2.1.0@9 12"], "ahead", "its lineage contains my newest view"],
    [["1.0.0@1 012", "2.1.0@9 12"], ["1.0.0@1 012"], "behind", "my lineage contains its newest view"],
    [["1.0.0@1 012", "2.1.0@9 12"], ["1.0.0@1 012", "2.0.0@9 0"], "fork", "both continued after the same view"],
    [["1.0.0@1 012"], ["7.1.0@90 12", "8.1.0@99 12"], "fork", "its tail does not reach back to my newest view"],
  ] as const)("%j, peer %j: %s: %s", (mine, theirs, expected) => {
    const lineage = new Lineage(mine.map((text) => view(text)));
    expect(relation(lineage, view(theirs.at(-1)!), points(theirs))).toBe(expected);
  });
});

describe("a branch whose entries were compacted cannot yield", () => {
  const mine = (firstSeq: number) => ({
    lineage: new Lineage([view("1.0.0@1 012"), view("2.1.0@11 12")]),
    firstSeq,
    lastSeq: 20,
  });
  const theirs = (firstSeq: number) => ({
    lineageTail: points(["1.0.0@1 012", "2.0.0@11 0"]),
    firstSeq,
    lastSeq: 15,
  });
  test.each([
    // The branches part after seq 10: a log that begins at 12 or later has lost entries of its own branch.
    [1, 1, null, "both can propose their entries again"],
    [11, 11, null, "both begin where they part"],
    [12, 1, "they", "mine is compacted beyond the fork"],
    [1, 12, "me", "theirs is compacted beyond the fork"],
    [12, 12, null, "neither can yield: rank decides"],
  ] as const)("mine begins at %d, theirs at %d: %p yields: %s", (my, their, expected) => {
    expect(mustYield(mine(my), theirs(their))).toBe(expected);
  });

  test("a tail that does not reach back to the fork says nothing", () => {
    const short = { lineageTail: points(["5.0.0@300 0"]), firstSeq: 290, lastSeq: 400 };
    expect(mustYield(mine(1), short)).toBeNull();
  });
});

test("rank: no fork risk, then more members, then the higher number", () => {
  const ranked = [
    "1.0.0@1 1 risk 02",
    "2.0.0@1 01 risk 2",
    "3.0.0@1 0",
    "1.0.0@1 12",
    "1.0.1@5 12",
    "1.1.0@5 12",
    "2.0.0@9 12",
  ];
  for (const [i, a] of ranked.entries())
    for (const [j, b] of ranked.entries())
      expect([a, b, Math.sign(compareRank(view(a), view(b)))]).toEqual([a, b, Math.sign(i - j)]);
});
