/** When a replica stands for election, to which peers it defers, and when it gives up. */
import { describe, expect, test } from "bun:test";
import type { Supporter } from "../../../../src/election/core/may-lead.ts";
import type { PeerTable } from "../../../../src/election/core/peer-table.ts";
import { Self } from "../../../../src/election/core/self.ts";
import { Standing } from "../../../../src/election/core/standing.ts";
import { DEFAULT_TIMING, type Effect, type Identity } from "../../../../src/election/event.ts";
import type { Beat, Granted } from "../../../../src/election/frame.ts";
import { NO_BALLOT, type Ballot } from "../../../../src/election/view.ts";
import { beatOf, identityOf } from "../../../support/core-fixtures.ts";
import { ballot, store, view } from "../../../support/view-notation.ts";

const VIEW = view("1.0.0@1 012");

/** Replica 1 of three, active, with the log of the newest view up to seq 9. */
class Candidate {
  readonly effects: readonly Effect[];
  readonly peers: PeerTable;
  readonly standing: Standing;
  readonly me: { -readonly [K in keyof Supporter]: Supporter[K] };
  readonly #self: Self;

  constructor(me: Partial<Supporter> = {}, identity: Partial<Identity> = {}) {
    this.me = supporter(1, me);
    this.#self = new Self(identityOf(1, identity), DEFAULT_TIMING, {
      promised: ballot("1.0"),
      admitted: true,
      rollback: false,
      lineage: [VIEW],
      logFirstSeq: 1,
      lastSeq: 9,
      appliedSeq: 9,
    });
    this.effects = this.#self.newEffects();
    this.peers = this.#self.peers;
    this.standing = new Standing(
      this.#self,
      () => this.me,
      () => "nonce",
    );
  }

  hear(from: number, said: Partial<Beat> = {}): this {
    this.peers.beat(from, beat(from, said));
    this.peers.heard(from);
    return this;
  }

  refuse(...ids: number[]): this {
    for (const id of ids) this.peers.refused(id);
    return this;
  }

  /** Ticks every 50 ms and lets the candidate decide after each. Returns when it stood, ms from now, or null. */
  standsWithin(ms: number, heard: () => void = () => {}): number | null {
    for (let passed = 0; passed <= ms; passed += 50) {
      this.standing.consider();
      if (this.standing.standing()) return passed;
      this.standing.tick(50);
      this.peers.tick(50);
      heard();
    }
    return null;
  }

  promises(): number[] {
    return this.effects.flatMap((effect) =>
      effect.type === "send" && effect.frame.type === "promise" ? [effect.to] : [],
    );
  }

  ballot(): Ballot {
    return this.#self.log.promised;
  }

  durable(): void {
    for (const effect of this.effects) if (effect.type === "persist") this.standing.onPersisted(effect.token);
  }

  grant(from: number, more: Partial<Granted> = {}): void {
    const { replicaId: _, ...said } = supporter(from);
    this.standing.onGranted(from, {
      type: "granted",
      ballot: this.ballot(),
      bootId: `b${from}`,
      ...said,
      ...more,
    } as Granted);
  }
}

function supporter(replicaId: number, more: Partial<Supporter> = {}): Supporter {
  return {
    replicaId,
    storeId: store(replicaId),
    active: true,
    eligible: true,
    admitted: true,
    leaving: false,
    view: VIEW,
    lastSeq: 9,
    ...more,
  };
}

/** A Beat of a replica with the newest view and an equally long log. */
function beat(from: number, more: Partial<Beat>): Beat {
  return beatOf(from, {
    view: VIEW,
    lineageTail: [{ no: VIEW.no, startSeq: 1 }],
    lastSeq: 9,
    durableSeq: 9,
    commit: 9,
    promised: ballot("1.0"),
    ...more,
  });
}

describe("when it stands", () => {
  test.each([
    [
      "at once, when the leader's port is refused and the other is no better",
      () => new Candidate().hear(2).refuse(0),
      0,
    ],
    ["60 ms after an equal peer with a lower id", () => new Candidate({ storeId: "s1" }).hear(0).hear(2), 100],
    ["2 s after a peer with a longer log", () => new Candidate().hear(2, { lastSeq: 10 }).refuse(0), 2_000],
    [
      "at once, if the peer with a longer log leaves",
      () => new Candidate().hear(2, { lastSeq: 10, leaving: true }).refuse(0),
      0,
    ],
    ["never while a member may hold more", () => new Candidate({ active: false }).hear(2, { active: false }), null],
    ["never while a peer hears a leader", () => new Candidate().hear(2, { leaderId: 0 }), null],
    ["never without the newest view", () => new Candidate().hear(2, { view: view("2.2.0@10 12") }).refuse(0), null],
  ])("%s", (_title, make, expected) => {
    const candidate = make();
    // The peers keep sending Beats; otherwise they would be gone after a while.
    const ids = [0, 2].filter((id) => candidate.peers.hears(id));
    expect(candidate.standsWithin(3_000, () => ids.forEach((id) => candidate.peers.heard(id)))).toBe(expected);
  });

  test("a replica that would be alone first listens 0.5 s for a peer that has not answered yet", () => {
    const unknown = new Candidate();
    unknown.refuse(2);
    unknown.peers.beat(0, beat(0, { leaving: true, active: false, hears: [] }));
    expect(unknown.standsWithin(2_000)).toBe(500);
    const known = new Candidate();
    expect(known.refuse(0, 2).standsWithin(2_000)).toBe(0);
  });

  test("its ballot is above all that it has seen, and those that hear it are asked", () => {
    const candidate = new Candidate().hear(2, { promised: { counter: 7, replicaId: 0, nonce: "x" } }).refuse(0);
    candidate.standing.consider();
    expect(candidate.ballot()).toEqual({ counter: 8, replicaId: 1, nonce: "nonce" });
    expect(candidate.promises()).toEqual([2]);
  });
});

describe("when it has won", () => {
  function stood(): Candidate {
    const candidate = new Candidate().hear(2).refuse(0);
    candidate.standing.consider();
    return candidate;
  }

  test("with its own promise durable, and those of the members that are left", () => {
    const candidate = stood();
    candidate.grant(2);
    expect(candidate.standing.won()).toBeNull();
    candidate.durable();
    expect(candidate.standing.won()?.verdict.members.map(({ replicaId }) => replicaId)).toEqual([1, 2]);
  });

  test("not by a promise of another ballot", () => {
    const candidate = stood();
    candidate.durable();
    candidate.grant(2, { ballot: NO_BALLOT });
    expect(candidate.standing.won()).toBeNull();
  });

  test("not over a longer log that came to light: its holder goes first", () => {
    const candidate = stood();
    candidate.durable();
    candidate.grant(2, { lastSeq: 12 });
    expect([candidate.standing.won(), candidate.standing.standing()]).toEqual([null, false]);
  });

  test("over a longer log, if the leader handed over", () => {
    const candidate = new Candidate().hear(2).refuse(0);
    candidate.standing.begin(ballot("1.0"));
    candidate.durable();
    candidate.grant(2, { lastSeq: 12 });
    expect(candidate.standing.won()).not.toBeNull();
  });
});

describe("when it gives up", () => {
  test("400 ms after its promise was durable; twice as long the next time", () => {
    const candidate = new Candidate().hear(2).refuse(0);
    const stand = (): number => {
      candidate.standing.consider();
      expect(candidate.standing.standing()).toBe(true);
      let ms = 0;
      // The time that the disk takes does not count.
      for (let i = 0; i < 20; i++) candidate.standing.tick(50);
      candidate.durable();
      while (candidate.standing.standing()) {
        candidate.standing.tick(50);
        ms += 50;
      }
      for (let i = 0; i < 20; i++) candidate.standing.tick(50);
      return ms;
    };
    expect([stand(), stand(), stand()]).toEqual([400, 800, 1_600]);
    candidate.standing.settled();
    expect(stand()).toBe(400);
  });

  test("when somebody promised a higher ballot", () => {
    const candidate = new Candidate().hear(2).refuse(0);
    candidate.standing.consider();
    const own = candidate.ballot();
    candidate.standing.onDenied({ type: "denied", ballot: own, promised: own, leaderId: null });
    expect(candidate.standing.standing()).toBe(true);
    candidate.standing.onDenied({
      type: "denied",
      ballot: own,
      promised: { ...own, counter: own.counter + 1 },
      leaderId: null,
    });
    expect(candidate.standing.standing()).toBe(false);
  });
});

describe("waiting for absent members", () => {
  test("is told after 1 s, and recovery by policy comes after its time", () => {
    const alone = new Candidate({ active: false }).refuse(0, 2);
    const ticks = (ms: number) => alone.standsWithin(ms);
    ticks(900);
    expect(alone.standing.waitingFor()).toEqual([]);
    ticks(200);
    expect(alone.standing.waitingFor()).toEqual([0, 2]);
    const stoodAfterMs = alone.standsWithin(DEFAULT_TIMING.policyMs * 2);
    expect(stoodAfterMs).not.toBeNull();
    expect(stoodAfterMs!).toBeGreaterThan(DEFAULT_TIMING.policyMs - 1_500);
  });

  test("the tail of a newer view that names us is fetched from the longest log", () => {
    const candidate = new Candidate();
    const newer = view("2.2.0@10 012");
    expect(candidate.standing.tailHolder()).toBeNull();
    candidate.hear(0, { view: newer, lastSeq: 12 }).hear(2, { view: newer, lastSeq: 15 });
    expect(candidate.standing.tailHolder()).toBe(2);
  });
});
