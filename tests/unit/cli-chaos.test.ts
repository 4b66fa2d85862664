import { describe, expect, test } from "bun:test";
import { compareSent } from "../../src/cli/chaos-load.ts";
import { SeededRandom } from "../../src/cli/random.ts";

describe("what chaos finds wrong", () => {
  const sent = [
    { body: "w 0", clientId: "a", id: "m0" },
    { body: "w 1", clientId: "b", id: null },
    { body: "w 2", clientId: "c", id: "m2" },
  ];
  const m = (n: number) => ({ id: `m${n}`, body: `w ${n}` });

  test.each([
    ["nothing, if the unknown one is there", [m(0), m(1), m(2)], []],
    ["nothing, if the unknown one is not there", [m(0), m(2)], []],
    ["a lost one", [m(0), m(1)], ['r lacks the acknowledged "w 2"']],
    ["a doubled one", [m(0), { id: "x", body: "w 0" }, m(2)], ['r has "w 0" 2 times']],
    ["a doubled unknown one", [m(0), m(1), { id: "x", body: "w 1" }, m(2)], ['r has "w 1" 2 times']],
    ["one under another id", [m(0), { id: "x", body: "w 2" }], ['r lacks the acknowledged "w 2"']],
    ["one that nobody sent", [m(0), m(2), m(7)], ['r has "w 7", which was refused or never sent']],
    ["another order", [m(2), m(0)], ['r has "w 2" before a message that was acknowledged earlier']],
  ])("%s", (_name, found, expected) => expect(compareSent(sent, found, "r")).toEqual(expected));
});

test("a seed repeats its numbers", () => {
  const numbers = (seed: number): number[] => {
    const random = new SeededRandom(seed);
    return Array.from({ length: 50 }, () => random.next());
  };
  expect(numbers(7)).toEqual(numbers(7));
  expect(numbers(7)).not.toEqual(numbers(8));
  expect(numbers(7).every((n) => n >= 0 && n < 1)).toBe(true);
  const random = new SeededRandom(1);
  const picked = new Set(Array.from({ length: 100 }, () => random.pick(["a", "b", "c"])));
  expect(picked.size).toBe(3);
});
