/** One replica's part in an upgrade: what it announces, when it enables a format, what it answers and counts. */
import { describe, expect, test } from "bun:test";
import type { Enable } from "../../../src/chat/kinds/enable.ts";
import { withChecksum } from "../../../proto/op-checksum.ts";
import { enableId } from "../../../src/chat/kinds/enable.ts";
import { encodeOp, keyOf, FormatTooNew, type Op } from "../../../src/chat/kinds/op.ts";
import type { Beat } from "../../../src/election/frame.ts";
import type { Release } from "../../../src/election/release.ts";
import type { Logger } from "../../../src/host/logger.ts";
import { FormatGate } from "../../../src/replica/format-gate.ts";
import { FIRST, SECOND } from "../../support/releases.ts";

/** Replica 0 of three, with the second release. `peers` are the releases of 1 and 2; null: not heard. */
function makeGate(peers: readonly (Release | null)[], more: { release?: Release; format?: number } = {}) {
  const made = {
    peers: [...peers],
    inForce: 1,
    held: 0,
    leads: true,
    written: true,
    proposed: [] as Enable[],
    said: [] as string[],
    logged: [] as unknown[],
    ended: [] as unknown[],
  };
  const logger = { warn: (event: string, fields: object) => made.logged.push([event, fields]) } as unknown as Logger;
  const gate = new FormatGate({
    self: 0,
    configured: [0, 1, 2],
    release: more.release ?? SECOND,
    inForce: () => made.inForce,
    applied: () => 41,
    heldOps: () => made.held,
    peerBeat: (peer) => {
      const release = made.peers[peer - 1];
      return release === null || release === undefined
        ? null
        : ({ release, opFormat: more.format ?? 1, heldOps: 5 } as Beat);
    },
    leads: () => made.leads,
    propose: async (enable) => {
      made.proposed.push(enable);
      if (made.written) made.inForce = enable.format;
      return made.written;
    },
    onEnabled: (text) => made.said.push(text),
    onTooOld: (error: FormatTooNew) => made.ended.push([error.format, error.version]),
    logger,
  });
  return Object.assign(made, { gate });
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a Beat leaves with what is applied, what is in force, and what this executable understands", () => {
  const { gate } = makeGate([FIRST, FIRST]);
  expect(gate.announced({ type: "beat", commit: 42 } as Beat)).toEqual({
    type: "beat",
    commit: 42,
    applied: 41,
    opFormat: 1,
    release: SECOND,
  } as Beat);
});

test("how many ops wait for their format at each replica is announced, and shown while it is heard", () => {
  const made = makeGate([FIRST, null]);
  expect([0, 1, 2].map((id) => made.gate.heldOpsOf(id))).toEqual([0, 5, 0]);
  made.held = 3;
  expect(made.gate.heldOpsOf(0)).toBe(3);
  expect(made.gate.announced({ type: "beat" } as Beat).heldOps).toBe(3);
});

test("the peer protocol is the newest that all who are heard speak", () => {
  const made = makeGate([SECOND, FIRST]);
  expect(made.gate.formats().peerProtocol).toBe(1);
  made.peers[1] = null;
  expect(made.gate.formats().peerProtocol).toBe(2);
  made.peers[0] = { ...FIRST, peerOldest: 3, peerNewest: 4 };
  expect(made.gate.formats().peerProtocol).toBeNull();
});

describe("the leader enables a format", () => {
  test("once all three have announced it, and once only", async () => {
    const made = makeGate([SECOND, FIRST]);
    made.gate.look();
    made.peers[1] = null;
    made.gate.look();
    expect(made.proposed).toEqual([]);
    expect(made.gate.formats()).toEqual({ inForce: 1, next: 2, lacking: ["replica 2 is not heard"], peerProtocol: 2 });
    made.peers[1] = SECOND;
    expect(made.gate.formats()).toEqual({ inForce: 1, next: 2, lacking: [], peerProtocol: 2 });
    made.gate.look();
    made.gate.look();
    await turn();
    made.gate.look();
    expect(made.proposed).toEqual([{ kind: "enable", format: 2, version: "0.2.0", without: [] }]);
    expect(made.said).toEqual(["Format 2 is in force: all replicas have version 0.2.0 or another that knows it."]);
    expect(made.gate.formats()).toEqual({ inForce: 2, next: null, lacking: [], peerProtocol: 2 });
  });

  test("and nobody else does; a proposal that failed is made again", async () => {
    const made = makeGate([SECOND, SECOND]);
    made.leads = false;
    made.gate.look();
    expect(made.proposed).toEqual([]);
    made.leads = true;
    made.written = false;
    made.gate.look();
    await turn();
    expect(made.said).toEqual([]);
    made.written = true;
    made.gate.look();
    await turn();
    expect([made.proposed.length, made.said.length]).toEqual([2, 1]);
  });
});

describe("by command", () => {
  test("it is enabled without those that lack it, and without nobody else", async () => {
    const made = makeGate([SECOND, FIRST]);
    expect(await made.gate.enableWithout([])).toEqual({
      enabled: null,
      before: 1,
      by: 0,
      lacking: ["replica 2 is at 0.1.0"],
    });
    expect(await made.gate.enableWithout([1, 2])).toEqual({
      enabled: null,
      before: 1,
      by: 0,
      lacking: ["replica 1 does not keep it from being enabled"],
    });
    expect(await made.gate.enableWithout([2, 8])).toMatchObject({ enabled: null, lacking: ["there is no replica 8"] });
    expect(made.proposed).toEqual([]);
    expect(await made.gate.enableWithout([2])).toEqual({ enabled: 2, before: 1, by: 0, lacking: [] });
    expect(made.said).toEqual(["Format 2 is in force, enabled by command without replica 2."]);
    expect(await made.gate.enableWithout([])).toEqual({ enabled: null, before: 2, by: 0, lacking: [] });
  });

  test("a leader that is given up itself names a version that has the format, not its own", async () => {
    const made = makeGate([SECOND, SECOND], { release: FIRST });
    expect(await made.gate.enableWithout([0])).toMatchObject({ enabled: 2 });
    expect(made.proposed).toEqual([{ kind: "enable", format: 2, version: "0.2.0", without: [0] }]);
  });

  test("nothing is enabled where all run the same, or nothing can be written", async () => {
    const same = makeGate([FIRST, FIRST], { release: FIRST });
    expect(await same.gate.enableWithout([])).toEqual({ enabled: null, before: 1, by: 0, lacking: [] });
    const made = makeGate([SECOND, SECOND]);
    made.written = false;
    expect(await made.gate.enableWithout([])).toMatchObject({
      enabled: null,
      lacking: [expect.stringMatching(/written/)],
    });
  });
});

describe("what enables a format is appended", () => {
  const keyed = (without: readonly number[], more: Partial<Op> = {}) => {
    const body = { kind: "enable", format: 2, version: "0.2.0", without } as const;
    const op = { user: "", clientId: enableId(2), timeMicros: 1, origin: null, recovered: false, body, ...more } as Op;
    return [keyOf(op), encodeOp(op)] as const;
  };

  test("while all announce it, and not once one of them has gone back or is not heard, whoever proposed it and when", () => {
    const made = makeGate([SECOND, SECOND]);
    expect(made.gate.mayAppend(...keyed([]))).toBe(true);
    made.peers[1] = FIRST;
    expect(made.gate.mayAppend(...keyed([]))).toBe(false);
    made.peers[1] = null;
    expect(made.gate.mayAppend(...keyed([]))).toBe(false);
  });

  test("by command without those that the command named, and without nobody else", () => {
    const made = makeGate([FIRST, null]);
    expect([[], [1], [2], [1, 2]].map((without) => made.gate.mayAppend(...keyed(without)))).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect(keyed([])[0]).not.toBe(keyed([1])[0]);
  });

  test("as is everything else: what a merge brings enables nothing, and another op may look like it", () => {
    const made = makeGate([FIRST, null]);
    expect(made.gate.mayAppend(...keyed([], { recovered: true }))).toBe(true);
    const body = { kind: "touch", session: "s" } as Op["body"];
    expect(made.gate.mayAppend(...keyed([], { body }))).toBe(true);
    expect(made.gate.mayAppend(keyed([])[0], withChecksum(new Uint8Array()))).toBe(true);
  });
});

test("what cannot be written yet says who is missing", () => {
  const made = makeGate([SECOND, FIRST]);
  expect(made.gate.whyNot(1)).toBeNull();
  expect(made.gate.whyNot(2)).toBe("This needs all replicas at version 0.2.0; replica 2 is at 0.1.0.");
  made.peers[1] = null;
  expect(made.gate.whyNot(2)).toBe("This needs all replicas at version 0.2.0; replica 2 is not heard.");
  made.peers[1] = SECOND;
  expect(made.gate.whyNot(2)).toBe("This needs all replicas at version 0.2.0; it is about to be enabled.");
  made.inForce = 2;
  expect(made.gate.whyNot(2)).toBeNull();
});

describe("a snapshot", () => {
  test("of newer tables waits, and says for what, until the leader is another one", () => {
    const made = makeGate([SECOND, FIRST], { release: FIRST });
    expect(made.gate.snapshotFrom(2)).toBe("takes");
    expect(made.gate.warnings()).toEqual([]);
    expect(made.gate.snapshotFrom(1)).toBe("waits");
    expect(made.gate.warnings()).toEqual([
      "waiting: the state of replica 1 has newer tables (2, of version 0.2.0) than version 0.1.0 reads (1); install 0.2.0 here",
    ]);
    made.peers[0] = null;
    expect(made.gate.warnings()).toEqual([]);
    expect(made.ended).toEqual([]);
  });

  test("of a cluster that uses a newer format ends the replica, which says what to install", () => {
    const made = makeGate([SECOND, SECOND], { release: FIRST, format: 2 });
    expect(made.gate.snapshotFrom(1)).toBe("ends");
    expect(made.ended).toEqual([[2, "0.2.0"]]);
  });
});

test("an op of a kind that is not known here is named with a version that knows it, if somebody runs one", () => {
  const made = makeGate([null, SECOND], { release: FIRST });
  expect(made.gate.named(new FormatTooNew(2, 31))).toEqual(new FormatTooNew(2, 31, "0.2.0"));
  expect(made.gate.named(new FormatTooNew(2, 31, "0.1.9"))).toMatchObject({ version: "0.1.9" });
  expect(made.gate.named(new FormatTooNew(3, 31))).toMatchObject({ version: null });
  const other = new Error("x");
  expect(made.gate.named(other)).toBe(other);
});

test("what was left out is counted by peer and frame, and said once for each version", () => {
  const { gate, logged } = makeGate([SECOND, SECOND], { release: FIRST });
  for (const number of [18, 18, 19]) gate.onUnread(1, { type: "unread", number }, SECOND);
  gate.onUnread(1, { type: "unread", number: 18 }, { ...SECOND, version: "0.2.1" });
  expect(gate.unreadOf(1)).toEqual([
    { frame: 18, version: "0.2.1", count: 3 },
    { frame: 19, version: "0.2.0", count: 1 },
  ]);
  expect(gate.unreadOf(2)).toEqual([]);
  expect(logged).toEqual([
    ["frame_unknown", { peer: 1, frame: 18, version: "0.2.0" }],
    ["frame_unknown", { peer: 1, frame: 19, version: "0.2.0" }],
    ["frame_unknown", { peer: 1, frame: 18, version: "0.2.1" }],
  ]);
});
