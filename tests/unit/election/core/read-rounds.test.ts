/** A read is answered only by a round that began after it, never by an older one. */
import { expect, test } from "bun:test";
import { ReadRounds } from "../../../../src/election/core/read-rounds.ts";

const read = (id: number) => ({ id, from: null, seq: id * 10 });
const ids = (reads: readonly { id: number }[]) => reads.map(({ id }) => id);

test("a question waits for a round of its own, and for every member to confirm it", () => {
  const rounds = new ReadRounds();
  rounds.ask(read(1));
  expect(rounds.round).toBe(0);
  expect(ids(rounds.confirmed(() => 5))).toEqual([]);
  expect(rounds.begin()).toBe(true);
  expect(rounds.round).toBe(1);
  expect(ids(rounds.confirmed(() => 0))).toEqual([]);
  expect(rounds.confirmed(() => 1)).toEqual([read(1)]);
  expect(ids(rounds.confirmed(() => 1))).toEqual([]);
});

test("questions before a round share it; one that comes while it is under way begins another", () => {
  const rounds = new ReadRounds();
  rounds.ask(read(1));
  rounds.ask(read(2));
  rounds.begin();
  rounds.ask(read(3));
  expect(ids(rounds.confirmed(() => 1))).toEqual([1, 2]);
  expect(ids(rounds.confirmed(() => 9))).toEqual([]);
  expect(rounds.begin()).toBe(true);
  expect(ids(rounds.confirmed(() => 2))).toEqual([3]);
});

test("nothing is begun when nobody asks, and nobody is asked who is lowest", () => {
  const rounds = new ReadRounds();
  expect(rounds.begin()).toBe(false);
  expect(
    rounds.confirmed(() => {
      throw new Error("asked");
    }),
  ).toEqual([]);
});

test("more than 10,000 questions are not taken", () => {
  const rounds = new ReadRounds();
  for (let id = 0; id < 10_001; id++) rounds.ask(read(id));
  rounds.begin();
  expect(rounds.confirmed(() => 1)).toHaveLength(10_000);
});
