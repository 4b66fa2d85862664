/** The leader carries out `lastword enable`, whichever replica is asked. */
import { expect, test } from "bun:test";
import type { EnableAnswer, EnableQuestion } from "../../../src/ops/control.ts";
import { enableAtLeader, type EnableDeps } from "../../../src/replica/enable-at-leader.ts";

const ENABLED: EnableAnswer = { enabled: 2, before: 1, by: 0, lacking: [] };

/** Replica 0, which leads unless `more` says otherwise. */
function asked(question: EnableQuestion, more: Partial<EnableDeps> = {}) {
  const passedOn: unknown[] = [];
  const answer = enableAtLeader(question, {
    self: 0,
    leaderId: () => 0,
    leads: () => true,
    gate: { enableWithout: async (without) => ({ ...ENABLED, lacking: without.map(String) }), inForce: () => 1 },
    ask: async (leader, passed) => {
      passedOn.push([leader, passed]);
      return { ...ENABLED, by: leader };
    },
    ...more,
  });
  return { answer, passedOn };
}

const ELSEWHERE = { leads: (): boolean => false, leaderId: () => 1 };
const QUESTION = { without: [2], passedOn: false };

test("the leader acts on it itself", async () => {
  const { answer, passedOn } = asked(QUESTION);
  expect(await answer).toEqual({ ...ENABLED, lacking: ["2"] });
  expect(passedOn).toEqual([]);
});

test("another replica passes it on, with whom to go on without, and answers what the leader did", async () => {
  const { answer, passedOn } = asked(QUESTION, ELSEWHERE);
  expect(await answer).toEqual({ ...ENABLED, by: 1 });
  expect(passedOn).toEqual([[1, { without: [2], passedOn: true }]]);
});

test.each([
  [
    "nobody leads",
    QUESTION,
    { leads: (): boolean => false, leaderId: () => null },
    "no replica leads; try again when one does",
  ],
  ["it leads and takes nothing", QUESTION, { leads: (): boolean => false }, "the leadership is changing; try again"],
  ["it was passed on once", { ...QUESTION, passedOn: true }, ELSEWHERE, "the leadership is changing; try again"],
  [
    "the leader is silent",
    QUESTION,
    { ...ELSEWHERE, ask: async () => null },
    "replica 1, which leads, does not answer",
  ],
])("nothing is enabled, and it says why, where %s", async (_, question, more, why) => {
  const { answer } = asked(question, more);
  expect(await answer).toEqual({ enabled: null, before: 1, by: 0, lacking: [why] });
});
