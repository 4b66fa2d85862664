import { afterEach, describe, expect, jest, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { replicaFolder } from "../../../src/host/data-folder.ts";
import { createLogger } from "../../../src/host/logger.ts";
import { Roster } from "../../../src/replica/roster.ts";
import { removeRunFile, writeRunFile } from "../../../src/host/run-file.ts";
import type { CoreStatus } from "../../../src/election/core/core-status.ts";
import type { Notice } from "../../../src/election/event.ts";
import type { Beat } from "../../../src/election/frame.ts";
import { NO_BALLOT, type View } from "../../../src/election/view.ts";
import { Chronicle } from "../../../src/ops/chronicle.ts";
import { MismatchWatch } from "../../../src/replica/mismatch-watch.ts";
import type { ReplicaFacts } from "../../../src/ops/replica-facts.ts";
import { ReplicaGossip } from "../../../src/replica/gossip.ts";
import { StatusReport } from "../../../src/ops/status-report.ts";
import { FIRST, SECOND } from "../../support/releases.ts";

function facts(id: number): ReplicaFacts {
  return {
    pid: 100 + id,
    bootId: `boot${id}`,
    version: "1",
    grpc: `h:${id}`,
    web: `http://h:${id}`,
    front: null,
    names: [],
    since: "s",
  };
}

describe("gossip", () => {
  /** Three replicas whose frames arrive at once, unless they are cut off. */
  function three() {
    const lost = new Set<number>();
    const dead = new Set<number>();
    const all: ReplicaGossip[] = [0, 1, 2].map(
      (self) =>
        new ReplicaGossip({
          self,
          peers: [0, 1, 2].filter((id) => id !== self),
          send: (payload) => {
            if (lost.has(self)) return;
            for (const [id, other] of all.entries()) if (id !== self && !lost.has(id)) other.receive(self, payload);
          },
          filesLacking: () => 0,
          hears: (peer) => !dead.has(peer) && !lost.has(peer),
        }),
    );
    jest.useFakeTimers();
    for (const [id, gossip] of all.entries()) gossip.start(facts(id));
    jest.advanceTimersByTime(1000);
    return { all, lost, dead };
  }
  afterEach(() => void jest.useRealTimers());

  test("everybody knows where the others are and who is connected to them", () => {
    const { all } = three();
    expect(all[2]!.factsOf(0)).toEqual(facts(0));
    const heard: string[] = [];
    all[2]!.onChange((user, online) => heard.push(`${user} ${online}`));
    all[0]!.setLocal("ann", true);
    all[1]!.setLocal("ann", true);
    jest.advanceTimersByTime(100);
    expect(all.map((gossip) => gossip.isOnline("ann"))).toEqual([true, true, true]);
    all[0]!.setLocal("ann", false);
    jest.advanceTimersByTime(100);
    expect(all[2]!.isOnline("ann")).toBe(true);
    all[1]!.setLocal("ann", false);
    jest.advanceTimersByTime(100);
    expect(all.map((gossip) => gossip.isOnline("ann"))).toEqual([false, false, false]);
    expect(heard).toEqual(["ann true", "ann false"]);
    for (const gossip of all) gossip.stop();
  });

  test("what a dead replica said is forgotten; what was lost on the way is said again", () => {
    const { all, lost, dead } = three();
    all[0]!.setLocal("ann", true);
    jest.advanceTimersByTime(100);
    dead.add(0);
    lost.add(0);
    jest.advanceTimersByTime(1000);
    expect(all[1]!.factsOf(0)).toBeNull();
    // Its users may be on their way to another replica.
    jest.advanceTimersByTime(5000);
    expect(all[1]!.isOnline("ann")).toBe(false);
    all[0]!.setLocal("bob", true);
    jest.advanceTimersByTime(1000);
    dead.clear();
    lost.clear();
    jest.advanceTimersByTime(2000);
    expect([all[1]!.isOnline("ann"), all[1]!.isOnline("bob"), all[1]!.factsOf(0)]).toEqual([true, true, facts(0)]);
    for (const gossip of all) gossip.stop();
  });

  test("more people than one frame holds", () => {
    const { all } = three();
    for (let i = 0; i < 5000; i++) all[0]!.setLocal(`user${i}`, true);
    jest.advanceTimersByTime(100);
    expect([all[1]!.isOnline("user0"), all[1]!.isOnline("user4999")]).toEqual([true, true]);
    all[0]!.peerConnected();
    expect([all[1]!.isOnline("user0"), all[1]!.isOnline("user4999")]).toEqual([true, true]);
    for (const gossip of all) gossip.stop();
  });

  test("news of nothing and of a stranger are left out", () => {
    const { all } = three();
    all[1]!.receive(0, {});
    const { front: _, ...stranger } = facts(9);
    all[1]!.receive(9, { presenceAll: { number: 1, facts: stranger, online: [], filesLacking: 0 } });
    expect([all[1]!.factsOf(0), all[1]!.factsOf(9)]).toEqual([facts(0), null]);
    for (const gossip of all) gossip.stop();
  });
});

describe("the report", () => {
  const member = (replicaId: number) => ({ replicaId, storeId: `s${replicaId}` });
  function view(leader: number, ids: number[], counter = 1): View {
    const ballot = { counter, replicaId: leader, nonce: "n" };
    const no = { ballot, minor: 0 };
    const members = ids.map(member);
    return { no, startSeq: 1, leader, members, forkRisk: null, consistency: "available", recovery: "any" };
  }
  function reporting(
    more: {
      core?: Partial<CoreStatus>;
      beat?: (peer: number) => Partial<Beat> | null;
      lacking?: [number, number][];
    } = {},
  ) {
    let now = 0;
    const lacking = new Map(more.lacking);
    const core: CoreStatus = {
      role: "follower",
      leaderId: 1,
      accepting: false,
      active: true,
      view: view(1, [0, 1, 2]),
      viewActive: true,
      lastSeq: 9,
      durableSeq: 9,
      commit: 9,
      waitingFor: [],
      lacksReplicas: false,
      leaving: false,
      ...more.core,
    };
    const chronicle = new Chronicle({ bootId: "boot", configured: [0, 1, 2], dateMs: () => now, send: () => {} });
    const report = new StatusReport({
      self: 0,
      configured: [0, 1, 2],
      consistency: "available",
      recovery: "any",
      clusterId: () => "c",
      status: () => core,
      applied: () => 8,
      notWritable: () => null,
      peerBeat: (peer) => (more.beat?.(peer) as Beat | null | undefined) ?? null,
      factsOf: (id) => (id === 0 || more.beat?.(id) ? facts(id) : null),
      lastKnown: (id) => (id === 2 ? { grpc: "g2", web: "w2" } : { grpc: "g1", web: "w1" }),
      chronicle,
      gate: {
        releaseOf: (id) => (id === 0 ? SECOND : (more.beat?.(id)?.release ?? null)),
        unreadOf: (peer) => (peer === 1 ? [{ frame: 18, version: "0.2.0", count: 7 }] : []),
        heldOpsOf: (id) => (id === 1 ? 4 : 0),
        formats: () => ({ inForce: 1, next: 2, lacking: ["replica 2 is not heard"], peerProtocol: 1 }),
      },
      filesLacking: (id) => lacking.get(id) ?? null,
      hasFiles: () => lacking.size > 0,
      clocksOff: () => new Map([[1, 172_800_000]]),
      now: () => now,
    });
    const tell = (...notices: Notice[]): void => notices.forEach((notice) => report.onNotice(notice));
    return { report, chronicle, tell, pass: (ms: number) => void (now += ms) };
  }

  test("on how many disks all files of messages are; what is not known does not count", () => {
    const lacking: [number, number][] = [
      [0, 0],
      [1, 3],
    ];
    const status = reporting({ lacking }).report.status();
    expect(status.filesOn).toBe(1);
    expect(status.replicas.map(({ filesLacking }) => filesLacking)).toEqual([undefined, 3, undefined]);
    const all: [number, number][] = [0, 1, 2].map((id) => [id, 0]);
    expect(reporting({ lacking: all }).report.status().filesOn).toBeUndefined();
    expect(reporting().report.status().filesOn).toBeUndefined();
  });

  test("says of each replica what can be known", () => {
    const beat = {
      role: "leader",
      active: true,
      bootId: "boot1",
      durableSeq: 9,
      commit: 9,
      applied: 7,
      release: FIRST,
      promised: NO_BALLOT,
    } as const;
    const { report, chronicle } = reporting({ beat: (peer) => (peer === 1 ? beat : null) });
    chronicle.heard(2, "boot2", true);
    const status = report.status();
    expect(status).toMatchObject({ writable: true, protected: 1, seq: { committed: 9, applied: 8 } });
    expect(status.formats).toEqual({ inForce: 1, next: 2, lacking: ["replica 2 is not heard"], peerProtocol: 1 });
    expect(status.replicas).toMatchObject([
      { id: 0, state: "follower", pid: 100, lag: 1, applied: 8 },
      {
        id: 1,
        state: "leader",
        pid: 101,
        bootId: "boot1",
        applied: 7,
        lag: 2,
        web: "http://h:1",
        clockOffMs: 172_800_000,
      },
      { id: 2, state: "stopped", pid: null, web: "w2", grpc: "g2" },
    ]);
    expect(status.replicas.map(({ release, unread }) => [release, unread])).toEqual([
      [SECOND, undefined],
      [FIRST, [{ frame: 18, version: "0.2.0", count: 7 }]],
      [undefined, undefined],
    ]);
    expect(reporting().report.status().replicas[1]).toMatchObject({ state: "unreachable", web: "w1", pid: null });
  });

  test("counts a failover from the loss of the old leader to the new active view", () => {
    const { report, tell, pass } = reporting();
    tell({ kind: "view", view: view(1, [0, 1, 2]), previous: null });
    pass(5000);
    tell({ kind: "role", role: "follower", leaderId: null });
    pass(30);
    tell({ kind: "role", role: "leader", leaderId: 0 });
    pass(11);
    tell({ kind: "view", view: view(0, [0, 2], 2), previous: view(1, [0, 1, 2]) });
    const { lastFailover, events } = report.status();
    expect(lastFailover).toMatchObject({ from: 1, to: 0, ms: 41 });
    expect(events.map(({ kind, text }) => [kind, text])).toEqual([
      ["failover", "Replica 0 took over from replica 1 in 41 ms."],
      ["leave", "Replica 1 is no longer in step; the others carry on."],
    ]);
  });

  test("tells of a wait only if it lasts, and of its end", () => {
    const { report, tell, pass } = reporting();
    const texts = (): string[] => report.status().events.map(({ text }) => text);
    tell({ kind: "view", view: view(1, [0, 1, 2]), previous: null }, { kind: "waiting", missing: [1, 2] });
    pass(900);
    expect(texts()).toEqual([]);
    pass(200);
    expect(texts()).toEqual(["Waiting for replicas 1 and 2, which may hold newer messages."]);
    tell({ kind: "view", view: view(0, [0, 1, 2], 3), previous: null });
    expect(texts().at(-1)).toBe("The wait for replicas 1 and 2 is over.");
  });

  test("keeps the newest 50 events", () => {
    const { report, tell } = reporting();
    for (let i = 0; i < 60; i++) tell({ kind: "merge", winner: 1, ops: i });
    const { events } = report.status();
    expect(events).toHaveLength(50);
    expect(events.at(-1)!.text).toContain("59 entries");
  });
});

describe("a peer that does not fit", () => {
  function watching(options: { admitted: boolean; inView?: () => boolean }) {
    jest.useFakeTimers();
    const ended: string[] = [];
    const warned: string[] = [];
    const watch = new MismatchWatch({
      peers: [1, 2],
      admitted: options.admitted,
      inView: options.inView ?? (() => false),
      logger: createLogger("off", 0),
      onMismatch: (what) => ended.push(what),
      onWarning: (sentence) => warned.push(sentence),
    });
    return { watch, ended, warned };
  }
  afterEach(() => void jest.useRealTimers());

  test("ends a newcomer that got nowhere within 3 s", () => {
    const { watch, ended } = watching({ admitted: false });
    watch.report(1, "key");
    jest.advanceTimersByTime(2999);
    expect(ended).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(ended).toEqual(["replica 1 has another cluster key"]);
  });

  test("does not end one that got into a view, nor one that belonged, unless all disagree", () => {
    let inView = false;
    const newcomer = watching({ admitted: false, inView: () => inView });
    newcomer.watch.report(1, "peers");
    inView = true;
    jest.advanceTimersByTime(5000);
    expect(newcomer.ended).toEqual([]);
    newcomer.watch.report(2, "version");
    expect(newcomer.warned).toHaveLength(1);
    const member = watching({ admitted: true });
    member.watch.report(1, "mode");
    jest.advanceTimersByTime(5000);
    expect([member.ended.length, member.warned.length]).toEqual([0, 1]);
    member.watch.report(2, "mode");
    jest.advanceTimersByTime(5000);
    expect(member.ended).toHaveLength(1);
  });

  test("a version without a common protocol is named, with what to install", () => {
    const { watch, warned } = watching({ admitted: true, inView: () => true });
    watch.report(1, "version", "9.0.0");
    expect(warned).toEqual([
      "replica 1 is lastword 9.0.0, which this one (0.0.0-dev) cannot talk to, and stays out; install the newer one here, or one that lies between them first, as CHANGELOG.md says",
    ]);
  });

  test("a clock is no reason to end", () => {
    const { watch, ended, warned } = watching({ admitted: false });
    watch.report(1, "clock");
    jest.advanceTimersByTime(5000);
    expect([ended, warned]).toEqual([[], []]);
  });
});

test("the roster remembers addresses", () => {
  const data = mkdtempSync(join(tmpdir(), "lastword-roster-"));
  try {
    const run = { ...facts(0), pid: process.pid, front: "http://f", supervisor: null, words: [] };
    for (const id of [0, 1]) mkdirSync(replicaFolder(data, id));
    writeRunFile(data, 0, run);
    // No process has this id, because Linux ids end at 2^22.
    writeRunFile(data, 1, { ...run, pid: 2 ** 22 + 1 });
    const roster = new Roster(data, [0, 1, 2]);
    expect([0, 1, 2].map((id) => roster.lastKnown(id)?.web)).toEqual([run.web, run.web, undefined]);
    expect([roster.sharesFront("http://f", 1), roster.sharesFront("http://f", 0)]).toEqual([true, false]);
    removeRunFile(data, 0, run.bootId);
    const later = new Roster(data, [0]);
    expect(later.lastKnown(0)).toBeNull();
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
});
