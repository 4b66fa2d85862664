/** Which leader a replica follows, when it joins, what it acknowledges, and whose entries and snapshots it refuses. */
import { describe, expect, test } from "bun:test";
import { Following } from "../../../../src/election/core/following.ts";
import { Self } from "../../../../src/election/core/self.ts";
import { DEFAULT_TIMING, type Effect, type Restored, type StagedSnapshot } from "../../../../src/election/event.ts";
import type { Append, Batch, Beat } from "../../../../src/election/frame.ts";
import type { View } from "../../../../src/election/view.ts";
import { beatOf, identityOf } from "../../../support/core-fixtures.ts";
import { ballot, view } from "../../../support/view-notation.ts";

const VIEW = view("1.0.0@1 012");
const LOG: Restored = {
  promised: ballot("1.0"),
  admitted: true,
  rollback: false,
  lineage: [VIEW],
  logFirstSeq: 1,
  lastSeq: 5,
  appliedSeq: 3,
};

function op(seq: number, no = VIEW.no): Batch {
  return { kind: "op", viewNo: no, firstSeq: seq, ops: [new Uint8Array(1)] };
}

/** An Append of replica 0 after entry 5. */
function append(more: Partial<Append> = {}): Append {
  const base = { ballot: ballot("1.0"), prevSeq: 5, prevViewNo: VIEW.no, batches: [], commit: 5, round: 0 };
  return { type: "append", ...base, ...more };
}

/** Replica 1 of three. */
class Follower {
  readonly self: Self;
  readonly following: Following;

  constructor(restored: Partial<Restored> = {}) {
    this.self = new Self(identityOf(1), DEFAULT_TIMING, { ...LOG, ...restored });
    this.following = new Following(this.self);
  }

  hear(from: number, said: Partial<Beat>): this {
    this.self.peers.beat(from, beatOf(from, { role: "leader", leaderId: from, view: VIEW, ...said }));
    this.self.peers.heard(from);
    return this;
  }

  /** The effects of an action and of the end of its turn, as short words. */
  does(action: () => void = () => {}): string[] {
    const effects = this.self.newEffects();
    action();
    this.following.answer();
    return effects.map(inShort);
  }
}

function inShort(effect: Effect): string {
  if (effect.type === "send") {
    const { frame, to } = effect;
    return frame.type === "appendOk" ? `ok ${frame.seq} round ${frame.round} to ${to}` : `${frame.type} to ${to}`;
  }
  return effect.type === "persist" && effect.rows.cutAfter !== undefined ? "cut" : effect.type;
}

/** A follower of replica 0 that has acknowledged its first Append. */
function streaming(restored: Partial<Restored> = {}): Follower {
  const follower = new Follower(restored).hear(0, {});
  follower.following.follow(0);
  follower.does(() => follower.following.append(append()));
  return follower;
}

describe("which leader", () => {
  const newer = view("2.1.0@4 12");

  test.each<[string, Partial<Beat>, number | null, View[]]>([
    ["none that does not hear us", { hears: [2] }, null, [VIEW]],
    ["none without a view", { view: null }, null, [VIEW]],
    ["one of our own view", {}, 0, [VIEW]],
    ["none that our log has left behind", {}, null, [VIEW, newer]],
    ["one of another branch", { view: newer, lineageTail: [{ no: newer.no, startSeq: 4 }] }, 0, [VIEW]],
  ])("%s", (_title, said, leader, lineage) => {
    expect(new Follower({ lineage }).hear(0, said).following.leaderToFollow()).toBe(leader);
  });

  test("of two, the one of higher rank", () => {
    const two = new Follower().hear(0, {}).hear(2, { view: view("3.2.0@6 12") });
    two.hear(0, { view: view("2.0.0@6 012") });
    expect(two.following.leaderToFollow()).toBe(0);
  });
});

describe("joining", () => {
  test("at once, then again while no Append comes", () => {
    const follower = new Follower();
    follower.following.follow(0);
    const said = [];
    for (let ms = 0; ms <= 400; ms += 50) {
      said.push(follower.does());
      follower.following.tick(50);
    }
    expect(said.map((one) => one.length)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(said[8]).toEqual(["join to 0"]);
  });

  test("not at all while the candidate that has our promise may begin its stream", () => {
    const follower = streaming();
    follower.following.promisedTo(0);
    expect([follower.does(), follower.following.leaderId]).toEqual([[], 0]);
    follower.following.promisedTo(2);
    expect(follower.following.leaderId).toBeNull();
  });

  test("again when three heartbeats bring no Append, or one that does not fit", () => {
    const silent = streaming();
    for (let ms = 0; ms < 600; ms += 50) silent.following.tick(50);
    expect(silent.does()).toEqual(["join to 0"]);
    const ahead = streaming();
    ahead.following.tick(400);
    expect(ahead.does(() => ahead.following.append(append({ prevSeq: 9 })))).toEqual(["join to 0"]);
  });
});

describe("acknowledging", () => {
  test("what is here already at once, fresh entries when they are durable", () => {
    const follower = new Follower();
    follower.following.follow(0);
    expect(follower.does(() => follower.following.append(append()))).toEqual(["ok 5 round 0 to 0"]);
    expect(follower.does(() => follower.following.append(append({ batches: [op(6)] })))).toEqual(["persist"]);
    const durable = (): void => {
      follower.self.log.persisted(1);
      follower.following.persisted(1);
    };
    expect(follower.does(durable)).toEqual(["ok 6 round 0 to 0"]);
  });

  test("a mere notice of a commit not, a read round always", () => {
    const follower = streaming();
    expect(follower.does(() => follower.following.append(append({ commit: 6 })))).toEqual([]);
    expect(follower.does(() => follower.following.append(append({ commit: 7, round: 2 })))).toEqual([
      "ok 5 round 2 to 0",
    ]);
  });

  test("nothing to the old leader after a promise to another candidate", () => {
    const follower = streaming();
    follower.does(() => follower.following.append(append({ batches: [op(6)] })));
    follower.self.log.promise(ballot("2.2"));
    expect(follower.does(() => follower.following.persisted(1))).toEqual([]);
  });

  test("only what the leader sent counts as committed here", () => {
    const follower = streaming();
    expect([follower.following.leaderCommit, follower.following.commitHere]).toEqual([5, 5]);
    follower.following.append(append({ prevSeq: 4, commit: 9 }));
    expect([follower.following.leaderCommit, follower.following.commitHere]).toEqual([9, 5]);
    follower.following.leave();
    expect([follower.following.leaderCommit, follower.following.commitHere]).toEqual([null, 0]);
  });
});

describe("another branch", () => {
  const other = view("2.0.0@4 01");

  test("is taken by a cut, and shown as a merge", () => {
    const follower = streaming();
    const theirs = append({ ballot: ballot("2.0"), prevSeq: 3, batches: [{ kind: "view", view: other }] });
    expect(follower.does(() => follower.following.append(theirs))).toEqual(["notice", "cut"]);
    expect([follower.self.log.lastSeq, follower.self.log.promised]).toEqual([4, ballot("2.0")]);
  });

  test("is refused where it would undo what was applied", () => {
    const follower = streaming({ appliedSeq: 5 });
    const theirs = append({ ballot: ballot("2.0"), prevSeq: 3, batches: [{ kind: "view", view: other }] });
    follower.does(() => expect(follower.following.append(theirs)).toBe(false));
    expect([follower.self.log.lastSeq, follower.following.ballot]).toEqual([5, null]);
  });

  test("a view without us ends being active", () => {
    const follower = streaming();
    follower.self.becomeActive();
    follower.following.append(append({ batches: [{ kind: "view", view: view("1.0.1@6 02") }] }));
    expect(follower.self.active).toBe(false);
  });
});

describe("a tail", () => {
  const tail = { type: "tail", prevSeq: 5, prevViewNo: VIEW.no, batches: [op(6)] } as const;

  test("is taken from the replica that was asked, and from no other", () => {
    const follower = new Follower();
    follower.following.askForTail(2);
    expect([follower.following.tail(0, tail), follower.following.tail(2, tail)]).toEqual([false, true]);
    expect(follower.self.log.lastSeq).toBe(6);
  });

  test("is not taken any more after another leader was followed", () => {
    const follower = new Follower();
    follower.following.askForTail(2);
    follower.following.follow(0);
    follower.following.leave();
    expect(follower.following.tail(2, tail)).toBe(false);
  });
});

describe("a snapshot", () => {
  const staged: StagedSnapshot = {
    ref: 1,
    ballot: ballot("1.0"),
    lineage: [VIEW],
    logFirstSeq: 41,
    appliedSeq: 40,
    commonSeq: 5,
  };

  function fetching(): Follower {
    const follower = new Follower();
    follower.following.follow(0);
    const offer = { type: "snapshotOffer", ballot: ballot("1.0"), commonSeq: 5 } as const;
    expect(follower.does(() => follower.following.offered(0, offer))).toEqual(["fetchSnapshot"]);
    expect(follower.does(() => follower.following.offered(0, offer))).toEqual([]);
    return follower;
  }

  test("is opened once it is durable; no Append may come in between", () => {
    const follower = fetching();
    expect(follower.does(() => follower.following.fetched(staged))).toEqual(["persist"]);
    expect(follower.following.installing).toBe(true);
    expect(follower.does(() => follower.following.persisted(1))).toEqual(["openSnapshot", "join to 0"]);
    expect([follower.self.commit, follower.following.installing]).toEqual([40, false]);
  });

  test.each([
    ["of another ballot", { ballot: ballot("2.0") }],
    ["that begins elsewhere than our logs part", { commonSeq: 4 }],
  ])("%s is dropped", (_title, more) => {
    const follower = fetching();
    expect(follower.does(() => follower.following.fetched({ ...staged, ...more }))).toEqual(["join to 0"]);
    expect(follower.following.installing).toBe(false);
  });

  test("is not asked for while the leader's stream fits", () => {
    const follower = streaming();
    const offer = { type: "snapshotOffer", ballot: ballot("1.0"), commonSeq: 5 } as const;
    expect(follower.does(() => follower.following.offered(0, offer))).toEqual([]);
  });
});
