import { describe, expect, test } from "bun:test";
import { decodePacket, encodePacket } from "../../../../src/election/peers/packet.ts";
import {
  AcceptorProof,
  DiallerProof,
  type PeerCall,
  type ProofContext,
  type ProofStep,
  settingsHash,
} from "../../../../src/election/peers/proof.ts";
import { FIRST, SECOND } from "../../../support/releases.ts";

const KEY = new Uint8Array(32).fill(7);
const DISTANT = { ...SECOND, version: "9.0.0", peerOldest: 2 };

function context(replicaId: number, more: Partial<ProofContext> = {}): ProofContext {
  return {
    self: { replicaId, storeId: `store-${replicaId}`, bootId: `boot-${replicaId}` },
    release: FIRST,
    key: KEY,
    clusterId: () => "c1",
    modeHash: settingsHash("available any"),
    peersHash: settingsHash("0 1 2"),
    nowMs: () => 1_800_000_000_000,
    ...more,
  };
}

interface Outcome {
  readonly dialler: ProofStep | null;
  readonly acceptor: ProofStep;
}

function give(side: DiallerProof | AcceptorProof, bytes: Uint8Array): ProofStep {
  return side.receive(bytes, decodePacket(bytes));
}

function bytesOf(step: ProofStep): Uint8Array {
  if (step.bytes === null) throw new Error(`nothing to send after ${step.kind}`);
  return step.bytes;
}

/** Runs one proof to its end; `tamper` may change the messages. */
function prove(
  dialler: ProofContext,
  acceptor: ProofContext,
  options: {
    calls?: readonly [PeerCall, PeerCall];
    to?: number;
    tamper?: (n: number, bytes: Uint8Array) => Uint8Array;
  } = {},
): Outcome {
  const [dialled, accepted] = options.calls ?? ["connect", "connect"];
  const tamper = options.tamper ?? ((_n, bytes) => bytes);
  const d = new DiallerProof(dialler, dialled, options.to ?? acceptor.self.replicaId, 1);
  const a = new AcceptorProof(
    acceptor,
    accepted,
    [0, 1, 2].filter((id) => id !== acceptor.self.replicaId),
  );
  const hello = give(a, tamper(0, d.helloBytes));
  if (hello.kind !== "send") {
    return { dialler: hello.bytes === null ? null : give(d, hello.bytes), acceptor: hello };
  }
  const answer = give(d, tamper(1, hello.bytes));
  if (answer.kind !== "send") return { dialler: answer, acceptor: hello };
  const verdict = give(a, tamper(2, answer.bytes));
  return { dialler: verdict.bytes === null ? null : give(d, tamper(3, verdict.bytes)), acceptor: verdict };
}

function reasons(outcome: Outcome): unknown[] {
  return [outcome.dialler, outcome.acceptor].map((step) =>
    step?.kind === "mismatch" ? step.reason : (step?.kind ?? null),
  );
}

describe("the peer proof", () => {
  test("two replicas of one cluster prove themselves to each other", () => {
    const outcome = prove(context(0), context(1));
    expect(reasons(outcome)).toEqual(["proven", "proven"]);
    if (outcome.acceptor.kind !== "proven" || outcome.dialler?.kind !== "proven") throw new Error();
    expect(outcome.acceptor.peer).toMatchObject({ replicaId: 0, bootId: "boot-0", dialNo: 1 });
    expect(outcome.dialler.peer).toMatchObject({ replicaId: 1, storeId: "store-1" });
  });

  test("a store without a cluster fits any", () => {
    expect(reasons(prove(context(0, { clusterId: () => "" }), context(1)))).toEqual(["proven", "proven"]);
    expect(reasons(prove(context(0), context(1, { clusterId: () => "" })))).toEqual(["proven", "proven"]);
  });

  const otherKey = { key: new Uint8Array(32).fill(8) };
  test("another key: the acceptor says so, and gives nothing computed with its own", () => {
    const outcome = prove(context(0, otherKey), context(1));
    expect(reasons(outcome)).toEqual([null, "key"]);
    expect(outcome.acceptor.bytes).toBeNull();
  });

  test.each([
    ["cluster", { clusterId: () => "c2" }],
    ["mode", { modeHash: settingsHash("strict any") }],
    ["peers", { peersHash: settingsHash("0 1") }],
  ] as const)("same key, other %s: both sides see it themselves", (reason, more) => {
    expect(reasons(prove(context(0, more), context(1)))).toEqual([reason, reason]);
  });

  test("a peer at another's address, and a peer that is not configured", () => {
    expect(reasons(prove(context(0), context(2), { to: 1 }))).toEqual(["peers", "peers"]);
    expect(reasons(prove(context(5), context(1)))[1]).toBe("peers");
    expect(reasons(prove(context(1), context(1)))[1]).toBe("peers");
  });

  test("neighbouring versions speak what both know", () => {
    expect(reasons(prove(context(0, { release: SECOND }), context(1)))).toEqual(["proven", "proven"]);
    expect(reasons(prove(context(0), context(1, { release: SECOND })))).toEqual(["proven", "proven"]);
    const distant = { ...SECOND, peerOldest: 2 };
    expect(reasons(prove(context(0, { release: distant }), context(1)))).toEqual(["version", "version"]);
  });

  test("a version without a common protocol is refused before the proof, by both, and named", () => {
    const other = (n: number, bytes: Uint8Array): Uint8Array => {
      const packet = decodePacket(bytes);
      if (n > 0 || packet.kind !== "hello") return bytes;
      return encodePacket({ kind: "hello", hello: { ...packet.hello, release: DISTANT } });
    };
    expect(reasons(prove(context(0), context(1), { tamper: other }))[1]).toBe("version");
    const d = new DiallerProof(context(0), "connect", 1, 1);
    const a = new AcceptorProof(context(1), "connect", [0, 2]);
    const hello = decodePacket(bytesOf(give(a, d.helloBytes)));
    if (hello.kind !== "hello") throw new Error("no hello");
    const newer = encodePacket({ kind: "hello", hello: { ...hello.hello, release: DISTANT } });
    expect(give(d, newer)).toMatchObject({ kind: "mismatch", reason: "version", version: "9.0.0" });
  });

  test("whatever is changed on the way breaks it", () => {
    for (const n of [0, 1]) {
      const tamper = (at: number, bytes: Uint8Array): Uint8Array => {
        const packet = decodePacket(bytes);
        if (at !== n || packet.kind !== "hello") return bytes;
        return encodePacket({ kind: "hello", hello: { ...packet.hello, storeId: "another" } });
      };
      expect(reasons(prove(context(0), context(1), { tamper }))[1]).toBe("key");
    }
    const cut = (at: number, bytes: Uint8Array): Uint8Array => {
      const packet = decodePacket(bytes);
      if (at !== 3 || packet.kind !== "proof") return bytes;
      return encodePacket({ kind: "proof", mac: packet.mac.subarray(0, 16) });
    };
    expect(reasons(prove(context(0), context(1), { tamper: cut }))).toEqual(["key", "proven"]);
  });

  test("a proof cannot be replayed, nor reflected, nor used for the other call", () => {
    // Replayed: a recorded proof meets a fresh nonce.
    let recorded: Uint8Array | null = null;
    prove(context(0), context(1), {
      tamper: (n, bytes) => {
        if (n === 2) recorded = bytes;
        return bytes;
      },
    });
    const replay = prove(context(0), context(1), {
      tamper: (n, bytes) => (n === 2 && recorded !== null ? recorded : bytes),
    });
    expect(reasons(replay)[1]).toBe("key");
    // Reflected: the dialler gets its own proof back.
    let own: Uint8Array | null = null;
    const reflected = prove(context(0), context(1), {
      tamper: (n, bytes) => {
        if (n === 2) own = bytes;
        return n === 3 && own !== null ? own : bytes;
      },
    });
    expect(reasons(reflected)[0]).toBe("key");
    expect(reasons(prove(context(0), context(1), { calls: ["snapshot", "connect"] }))[1]).toBe("key");
  });

  test("clocks more than five minutes apart are told, and no reason to refuse", () => {
    const late = context(0, { nowMs: () => 1_800_000_000_000 + 5 * 60_000 + 1 });
    const outcome = prove(late, context(1));
    expect(outcome.acceptor).toMatchObject({ kind: "proven", clockOff: true });
    expect(outcome.dialler).toMatchObject({ kind: "proven", clockOff: true });
    const onTime = prove(context(0, { nowMs: () => 1_800_000_000_000 + 5 * 60_000 }), context(1));
    expect(onTime.acceptor).toMatchObject({ kind: "proven", clockOff: false });
  });
});
