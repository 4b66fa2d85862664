/** Chaos without a cluster: the schedule of a seed, the replicas it strikes, the figures and the report. */
import { describe, expect, test } from "bun:test";
import { availabilityOf, barsFor, quietAfter, rateOf } from "../../../src/chaos/availability.ts";
import type { History, Send } from "../../../src/chaos/history.ts";
import { LiveView, faultText, viewLines, type LiveState } from "../../../src/chaos/live-view.ts";
import { reportPage } from "../../../src/chaos/report-page.ts";
import { reportLines, reportOf, type ChaosReport, type RunFacts, type RunRecord } from "../../../src/chaos/report.ts";
import { FAULT_KINDS, scheduleOf, victimsOf, type FaultKind, type Step } from "../../../src/chaos/schedule.ts";
import { axisEnd, axisTimes } from "../../../src/chaos/timeline.ts";
import { SeededRandom } from "../../../src/chaos/random.ts";

function steps(seed: number, count: number, groups: Parameters<typeof scheduleOf>[1], strict = false): Step[] {
  const schedule = scheduleOf(seed, groups, strict);
  return Array.from({ length: count }, () => schedule.next().value);
}

describe("the schedule", () => {
  test("a seed repeats it", () => {
    expect(steps(7, 50, ["kills", "pauses"])).toEqual(steps(7, 50, ["kills", "pauses"]));
    expect(steps(7, 50, ["kills", "pauses"])).not.toEqual(steps(8, 50, ["kills", "pauses"]));
  });

  test("holds every kind of the groups asked for, and no other", () => {
    for (const groups of [["kills"], ["pauses"], ["network"], ["kills", "pauses", "network"]] as const) {
      const kinds = new Set(steps(1, 1000, groups).map(({ kind }) => kind));
      const wanted = Object.entries(FAULT_KINDS).filter(([, { group }]) =>
        (groups as readonly string[]).includes(group),
      );
      expect([...kinds].toSorted()).toEqual(wanted.map(([kind]) => kind as FaultKind).toSorted());
    }
  });

  test("keeps times within the bounds of the kind", () => {
    for (const { kind, holdMs, waitMs } of steps(3, 500, ["kills", "pauses", "network"])) {
      const [min, max] = FAULT_KINDS[kind].holdMs;
      expect(holdMs).toBeGreaterThanOrEqual(min);
      expect(holdMs).toBeLessThanOrEqual(max);
      expect(waitMs).toBeGreaterThanOrEqual(300);
    }
  });

  test("strict: never takes a majority away", () => {
    const kinds = new Set(steps(1, 1000, ["kills", "pauses", "network"], true).map(({ kind }) => kind));
    expect(kinds).toContain("kill leader");
    for (const kind of ["kill two at once", "stop two", "pause two", "cut all apart"] as const)
      expect(kinds).not.toContain(kind);
  });
});

describe("whom a step strikes", () => {
  const scene = {
    leader: 1,
    members: [0, 1, 2],
    durable: new Map([
      [0, 9],
      [1, 9],
      [2, 7],
    ]),
  };

  test("one member of the view that is in step is always left alone by what ends processes", () => {
    for (const step of steps(5, 500, ["kills"])) {
      for (const members of [[0, 1, 2], [0, 1], [1, 2], [1]]) {
        const victims = victimsOf(step, { ...scene, members });
        expect(victims.length).toBeLessThan(members.length);
        expect(new Set(victims).size).toBe(victims.length);
        expect(victims.every((id) => members.includes(id))).toBe(true);
      }
    }
  });

  test.each<[FaultKind, number[][]]>([
    ["kill leader", [[1]]],
    ["kill follower", [[0], [2]]],
    ["kill holders of the newest entry", [[0, 1]]],
    ["pause all", [[0, 1, 2]]],
    [
      "pause leader, kill follower",
      [
        [1, 0],
        [1, 2],
      ],
    ],
    [
      "cut between two",
      [
        [1, 0],
        [1, 2],
        [0, 1],
        [0, 2],
        [2, 0],
        [2, 1],
      ],
    ],
  ])("%s", (kind, allowed) => {
    const found = steps(1, 300, ["kills"]).map(({ dice }) => victimsOf({ kind, dice }, scene));
    expect(new Set(found.map(String))).toEqual(new Set(allowed.map(String)));
  });

  test("the newest entry on all: one holder is spared", () => {
    const all = {
      ...scene,
      durable: new Map([
        [0, 9],
        [1, 9],
        [2, 9],
      ]),
    };
    expect(victimsOf({ kind: "kill holders of the newest entry", dice: [0, 0] }, all)).toEqual([1, 2]);
  });

  test("nobody without a leader, or with one member", () => {
    expect(victimsOf({ kind: "kill leader", dice: [0, 0] }, { ...scene, leader: null })).toEqual([]);
    expect(victimsOf({ kind: "kill leader", dice: [0, 0] }, { ...scene, members: [1] })).toEqual([]);
    expect(victimsOf({ kind: "kill two at once", dice: [0, 0] }, { ...scene, members: [0, 1] })).toEqual([]);
  });
});

function sendAt(endedAt: number, ending: Send["ending"] = "acknowledged"): Send {
  return {
    id: `0-${endedAt}`,
    author: 0,
    body: `b ${endedAt}`,
    startedAt: endedAt - 5,
    endedAt,
    ending,
    seq: endedAt,
    by: "a",
    deletion: null,
  };
}

describe("the figures", () => {
  test("stretches without an acknowledgement, the ends too", () => {
    const found = availabilityOf([sendAt(300), sendAt(400), sendAt(900, "unknown"), sendAt(1400)], 2000);
    expect(found).toMatchObject({ longestGapMs: 1000, longestGapAt: 400, unavailableMs: 1900, unavailablePercent: 95 });
    expect(found.gaps).toEqual([
      { from: 0, to: 300 },
      { from: 400, to: 1400 },
      { from: 1400, to: 2000 },
    ]);
    expect(availabilityOf([], 1000)).toMatchObject({ longestGapMs: 1000, unavailablePercent: 100 });
  });

  test("the bars belong to the kinds of faults", () => {
    const slow = availabilityOf([sendAt(100), sendAt(2300), sendAt(2400)], 2500);
    expect(barsFor(["kills"], slow).map(({ met }) => met)).toEqual([false, false]);
    expect(barsFor(["kills", "pauses"], slow).map(({ limit, met }) => [limit, met])).toEqual([[8000, true]]);
    expect(barsFor(["kills", "network"], slow)).toEqual([]);
  });

  test("what a fault cost", () => {
    const gaps = [
      { from: 0, to: 300 },
      { from: 1005, to: 1900 },
      { from: 9000, to: 9900 },
    ];
    expect(quietAfter({ at: 1000, until: 2000 }, gaps)).toBe(895);
    expect(quietAfter({ at: 5000, until: 5100 }, gaps)).toBe(0);
    expect(quietAfter({ at: 5000, until: 9500 }, gaps)).toBe(900);
  });

  test("rates in few buckets, however long the run", () => {
    expect(rateOf([sendAt(10), sendAt(260), sendAt(270), sendAt(999)], 1000)).toEqual({
      bucketMs: 250,
      counts: [1, 2, 0, 1],
    });
    expect(rateOf([], 600_000).counts.length).toBeLessThanOrEqual(240);
  });

  test("axes", () => {
    expect([0, 1, 7, 130, 999].map(axisEnd)).toEqual([1, 1, 8, 150, 1000]);
    expect(axisTimes(60_000)).toEqual([0, 10, 20, 30, 40, 50, 60].map((s) => s * 1000));
    expect(axisTimes(600_000).length).toBeLessThanOrEqual(8);
  });
});

const FACTS: RunFacts = {
  program: "lastword test",
  startedAt: new Date("2026-11-23T10:00:00Z"),
  seed: 5,
  seconds: 2,
  cluster: { own: true, replicas: [0, 1], consistency: "available", network: null },
  groups: { done: ["kills"], impossible: [{ group: "network", why: "needs <root> & more" }] },
};

function recordOf(change: Partial<RunRecord> = {}, history: Partial<History> = {}): RunRecord {
  const sends = [100, 200, 1900].map((at) => sendAt(at));
  const shown = [sends.map(({ id, body }) => ({ id, body, deleted: false }))];
  return {
    history: {
      people: 1,
      sends,
      reads: [],
      streams: [],
      contents: [0, 1].map((replica) => ({ replica, conversations: shown })),
      hashes: [0, 1].map((replica) => ({ replica, seq: 1, hash: "f" })),
      forkFrom: Infinity,
      ...history,
    },
    faults: [{ at: 190, until: 900, kind: "kill leader", group: "kills", replicas: [0], leader: 0 }],
    skippedFaults: 1,
    failovers: [{ at: 300, ms: 41, from: 0, to: 1 }],
    lanes: new Map([
      [0, [{ from: 0, to: 300, state: "leader" }]],
      [1, [{ from: 0, to: 2000, state: "follower" }]],
    ]),
    counts: {
      acknowledged: 3,
      refused: 0,
      unknown: 0,
      deletions: 0,
      readsUnanswered: 0,
      streamMoves: 0,
      streamResets: 0,
    },
    ranMs: 2000,
    longestStallMs: 3,
    interrupted: false,
    troubles: [],
    ...change,
  };
}

describe("the report", () => {
  test("all held: the verdict comes first", () => {
    const report = reportOf(FACTS, recordOf());
    expect(report).toMatchObject({ ok: true, timingIsReplayed: false, violations: [] });
    expect(report.faults[0]!.quietMs).toBe(1700);
    expect(reportLines(report, ["a.html", "a.json"])).toBe(
      [
        "the promise held: 3 messages acknowledged, 0 unknown, 1 fault, longest time without an acknowledged write 1.70 s, NOT within the bars",
        "  met: longest time without an acknowledged write, kills only 1700 ms, bar 2000 ms",
        "  MISSED: time without acknowledged writes in all, kills only 85 %, bar 5 %",
        "  not done: faults of the network: needs <root> & more",
        "report: a.html a.json",
        "",
      ].join("\n"),
    );
  });

  test("a machine that held up chaos itself is named as the cause", () => {
    const lines = reportLines(reportOf(FACTS, recordOf({ longestStallMs: 900 })), []);
    expect(lines).toContain("\n  overloaded: chaos itself got no processor for 900 ms");
  });

  test("a violation, a trouble on the way, or nothing acknowledged: not ok", () => {
    const lost = reportOf(FACTS, recordOf({}, { contents: [{ replica: 0, conversations: [[]] }] }));
    expect(lost.ok).toBe(false);
    expect(lost.verdict).toStartWith("THE PROMISE WAS BROKEN, 3 violations: ");
    expect(reportLines(lost, [])).toContain("\n  lost: replica 0 lacks the acknowledged 0-100\n");
    expect(reportOf(FACTS, recordOf({ troubles: ["replica 1 could not be read: no_leader"] })).ok).toBe(false);
    const none = recordOf();
    expect(reportOf(FACTS, { ...none, counts: { ...none.counts, acknowledged: 0 } }).violations).toEqual([
      "no message was acknowledged",
    ]);
  });

  test("as a page: whole, escaped, without anything from elsewhere", () => {
    const page = reportPage(reportOf(FACTS, recordOf()));
    expect(page).toContain("needs &lt;root&gt; &amp; more");
    expect(page.match(/<svg /g)).toHaveLength(1);
    for (const kind of ["rate", "gap", "kill", "leader", "follower", "failover"])
      expect(page).toContain(`class="${kind}"`);
    expect(page).not.toMatch(/<script|<link|<img|https?:|url\(|@import/);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("as a page: what was broken", () => {
    const page = reportPage(reportOf(FACTS, recordOf({ troubles: ["<b>"] })));
    expect(page).toContain('class="verdict broken"');
    expect(page).toContain("<li>&lt;b&gt;</li>");
  });
});

describe("the live view", () => {
  const state: LiveState = {
    phase: "faults under load",
    nowMs: 23_400,
    wholeMs: 60_000,
    seed: 3,
    acknowledged: 9321,
    unknown: 1,
    perSecond: 412,
    replicas: [
      { id: 0, state: "leader", web: "http://localhost:8081", applied: 1234, lag: 0 },
      { id: 1, state: "down", web: "http://localhost:8082", applied: null, lag: null },
    ],
    current: { at: 0, until: Infinity, kind: "kill follower", group: "kills", replicas: [1], leader: 0 },
    faults: 12,
    failovers: 5,
    lastFailover: { at: 1, ms: 43, from: 1, to: 0 },
    quietMs: 0,
    longestGapMs: 312,
  };
  // oxlint-disable-next-line no-control-regex
  const plain = (text: string): string => text.replaceAll(/\u001B\[[0-9]*[a-zA-Z]/g, "");

  test("shows who does what, and fits the terminal", () => {
    expect(viewLines(state, 79).map(plain)).toEqual([
      "lastword chaos, seed 3, 0:23 of 1:00: faults under load",
      "  412 sends/s   9,321 acknowledged   1 unknown",
      "",
      "  0  leader     seq 1,234, lag 0        http://localhost:8081",
      "  1  down                               http://localhost:8082",
      "",
      "kill follower: replica 1",
      "12 faults, 5 failovers, the last from 1 to 0 in 43 ms",
      "longest time without an acknowledged write 312 ms",
    ]);
    for (const line of viewLines({ ...state, quietMs: 0 }, 30)) expect(plain(line).length).toBeLessThanOrEqual(30);
  });

  test("elsewhere events are plain lines on stderr, and stdout stays clean", () => {
    const [out, err]: [string[], string[]] = [[], []];
    const view = new LiveView({
      columns: () => null,
      out: (t) => out.push(t),
      err: (t) => err.push(t),
      state: () => state,
    });
    view.line("1.0 s  kill leader: replica 0");
    view.stop();
    expect([out, err]).toEqual([[], ["1.0 s  kill leader: replica 0\n"]]);
  });

  test("faults in words", () => {
    expect(faultText({ kind: "kill two at once", replicas: [0, 2] })).toBe("kill two at once: replicas 0 and 2");
    expect(faultText({ kind: "cut one direction", replicas: [2, 1] })).toBe("cut one direction: 2 to 1");
  });
});

test("a seed repeats its numbers", () => {
  const numbers = (seed: number): number[] => {
    const random = new SeededRandom(seed);
    return Array.from({ length: 50 }, () => random.next());
  };
  expect(numbers(7)).toEqual(numbers(7));
  expect(numbers(7)).not.toEqual(numbers(8));
  expect(numbers(7).every((n) => n >= 0 && n < 1)).toBe(true);
});

// Other people's programs read the report, so a field that disappears breaks them.
test("the fields of the report", () => {
  const report: ChaosReport = reportOf(FACTS, recordOf());
  expect(Object.keys(report).toSorted()).toEqual(
    "availability,checks,cluster,failovers,faults,groups,hashes,interrupted,lanes,machine,ok,program,ranMs,rate,reads,seconds,seed,sends,skippedFaults,startedAt,streamEvents,timingIsReplayed,verdict,version,violations".split(
      ",",
    ),
  );
});
