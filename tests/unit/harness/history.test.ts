/** The checks that the fault tests use detect the violations that they are for. */
import { describe, expect, test } from "bun:test";
import {
  compareHistories,
  compareWithLineage,
  compareWithRealTime,
  compareWithSent,
  type Held,
  type History,
} from "../../../harness/history.ts";
import type { Load, Sent } from "../../../harness/load.ts";
import type { View } from "../../../src/election/view.ts";

const NONCE = "00000000000000aa";

function sentAt(n: number, more: Partial<Sent> = {}): Sent {
  return {
    writer: 0,
    body: `w ${n}`,
    clientId: `c${n}`,
    startedAt: n * 10,
    endedAt: n * 10 + 5,
    outcome: "acknowledged",
    messageId: `m${n}`,
    cursor: `1.0.${NONCE}.0:${n}`,
    seq: n,
    by: "a",
    ...more,
  };
}

function held(n: number, more: Partial<Held> = {}): Held {
  return { id: `m${n}`, body: `w ${n}`, seq: n, recovered: false, ...more };
}

function complaints(sent: readonly Sent[], list: readonly Held[]): string[] {
  const load = { sent, writers: [{ name: "w" }] } as unknown as Load;
  return compareWithSent(load, new Map([["w", list]]), "r0");
}

describe("compareWithSent", () => {
  const sent = [sentAt(1), sentAt(2, { outcome: "unknown" }), sentAt(3, { outcome: "refused" })];
  test.each([
    ["as promised, unknown one there", [held(1), held(2)], null],
    ["as promised, unknown one not there", [held(1)], null],
    ["an acknowledged one is missing", [held(2)], "is missing"],
    ["doubled", [held(1), held(1, { seq: 9 })], "is there 2 times"],
    ["an unknown one doubled", [held(1), held(2), held(2, { seq: 9 })], "is there 2 times"],
    ["a refused one", [held(1), held(3)], "is there"],
    ["another id", [held(1, { id: "m9" })], "has the id m9"],
    ["a stranger", [held(1), held(8)], "was never sent"],
  ] as const)("%s", (_, list, wrong) => {
    const found = complaints(sent, list);
    if (wrong === null) expect(found).toEqual([]);
    else expect(found).toEqual([expect.stringContaining(wrong)]);
  });
});

test("compareHistories: another order, a message less", () => {
  const one: History = new Map([["w", [held(1), held(2)]]]);
  expect(compareHistories(one, new Map([["w", [held(1), held(2)]]]), "r")).toEqual([]);
  expect(compareHistories(one, new Map([["w", [held(2), held(1)]]]), "r")).toHaveLength(1);
  expect(compareHistories(one, new Map([["w", [held(1)]]]), "r")).toHaveLength(1);
});

describe("compareWithRealTime", () => {
  test("in order; side by side in any order", () => {
    expect(compareWithRealTime([sentAt(1), sentAt(2), sentAt(3)])).toEqual([]);
    const beside = [sentAt(1, { endedAt: 100 }), sentAt(2, { startedAt: 11, cursor: `1.0.${NONCE}.0:0` })];
    expect(compareWithRealTime(beside)).toEqual([]);
  });
  test("a lower seq, and an older view, after an acknowledgement", () => {
    const back = compareWithRealTime([sentAt(5), sentAt(6, { cursor: `1.0.${NONCE}.0:4` })]);
    expect(back).toEqual([expect.stringContaining("was sent after")]);
    const old = compareWithRealTime([sentAt(5, { cursor: `2.1.${NONCE}.0:5` }), sentAt(6)]);
    expect(old).toEqual([expect.stringContaining("had acknowledged")]);
  });
});

test("compareWithLineage: an acknowledgement by a view that the log does not have there", () => {
  const view = (counter: number, startSeq: number): View => ({
    no: { ballot: { counter, replicaId: 0, nonce: NONCE }, minor: 0 },
    startSeq,
    leader: 0,
    members: [],
    forkRisk: null,
    consistency: "available",
    recovery: "any",
  });
  expect(compareWithLineage([sentAt(2), sentAt(3)], [view(1, 1)])).toEqual([]);
  expect(compareWithLineage([sentAt(2), sentAt(3)], [view(1, 1), view(2, 3)])).toHaveLength(1);
  expect(compareWithLineage([sentAt(2)], [])).toHaveLength(1);
});
