/** The times of ops: a clock that most others contradict dates nothing, and no replica follows a time in the future. */
import { describe, expect, test } from "bun:test";
import { offText } from "../../../src/host/clock-text.ts";
import { createLogger } from "../../../src/host/logger.ts";
import { FOLLOW_MICROS, Stamps } from "../../../src/chat/service/stamp.ts";
import { CLOCK_BOUND_MS, ClusterClock } from "../../../src/election/driver/cluster-clock.ts";
import { ClockWatch } from "../../../src/replica/clock-watch.ts";

const TRUE_MS = 1_800_000_000_000;
const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;

/** Replica 0 among clocks that are off by the given ms; `pass` lets time pass for all of them. */
function clocks(offMs: Record<number, number>) {
  let now = 5_000;
  const off = { ...offMs };
  const heard = new Set(Object.keys(offMs).map(Number));
  const wall = (id: number): number => TRUE_MS + now + (off[id] ?? 0);
  const clock = new ClusterClock({
    self: 0,
    wallMs: () => wall(0),
    nowMs: () => now,
    hears: (peer) => heard.has(peer),
  });
  const beats = (): void => {
    for (const peer of heard) if (peer !== 0) clock.heard(peer, wall(peer));
  };
  beats();
  return {
    clock,
    off,
    heard,
    beats,
    pass: (ms: number) => void (now += ms),
    /** The error of the time at which replica 0 would date an op now, ms. */
    wrongBy: () => clock.dateMs() - TRUE_MS - now,
  };
}

describe("the cluster's time", () => {
  test.each([2 * DAY_MS, 9 * YEAR_MS, -YEAR_MS, 90_000, -90_000])(
    "of three, one clock that is %d ms off dates nothing, its own host's messages neither",
    (off) => {
      const wrongHere = clocks({ 0: off, 1: 200, 2: -300 });
      expect(Math.abs(wrongHere.wrongBy())).toBeLessThanOrEqual(300);
      const wrongThere = clocks({ 0: 150, 1: off, 2: -300 });
      expect(wrongThere.wrongBy()).toBe(150);
      expect([...wrongThere.clock.judge().aheadMs.keys()]).toEqual([0, 1, 2]);
    },
  );

  test("clocks within the bound of each other are as good as each other: everybody goes by her own", () => {
    expect(clocks({ 0: CLOCK_BOUND_MS / 2, 1: 0, 2: -CLOCK_BOUND_MS / 2 }).wrongBy()).toBe(CLOCK_BOUND_MS / 2);
  });

  test("a jump between two Beats is seen at once, and one that is taken back too", () => {
    const scene = clocks({ 0: 0, 1: 0, 2: 0 });
    scene.off[0] = YEAR_MS;
    expect(scene.wrongBy()).toBe(0);
    scene.pass(1_000);
    scene.off[0] = -YEAR_MS;
    expect(scene.wrongBy()).toBe(0);
    scene.off[0] = 20;
    expect(scene.wrongBy()).toBe(20);
  });

  test("a peer counts from the moment that it is heard", () => {
    const scene = clocks({ 0: DAY_MS });
    expect(scene.wrongBy()).toBe(DAY_MS);
    for (const peer of [1, 2]) scene.clock.heard(peer, TRUE_MS + 5_000);
    // Their Beats have arrived, but the core has not processed them yet.
    expect(scene.wrongBy()).toBe(DAY_MS);
    scene.heard.add(1);
    expect(scene.wrongBy()).toBe(DAY_MS);
    scene.heard.add(2);
    expect(scene.wrongBy()).toBe(0);
  });

  test("who hears nobody goes by its own clock", () => {
    const scene = clocks({ 0: 0, 1: 0, 2: 0 });
    scene.heard.delete(1);
    scene.heard.delete(2);
    scene.off[0] = 2 * DAY_MS;
    expect(scene.wrongBy()).toBe(2 * DAY_MS);
    expect(scene.clock.judge().agreed).toBe(true);
  });

  test("two that differ keep to what was agreed on before, else each to its own clock", () => {
    const strangers = clocks({ 0: 0, 1: DAY_MS });
    expect([strangers.wrongBy(), strangers.clock.judge().agreed]).toEqual([0, false]);
    const scene = clocks({ 0: 0, 1: 0, 2: 0 });
    scene.heard.delete(2);
    scene.off[0] = DAY_MS;
    scene.pass(10_000);
    scene.beats();
    expect([scene.wrongBy(), scene.clock.judge().agreed]).toEqual([0, false]);
    // Both were wrong and have been set, so they agree again.
    scene.off[1] = DAY_MS;
    scene.beats();
    expect(scene.wrongBy()).toBe(DAY_MS);
  });

  test("of four, two and two are no majority", () => {
    expect(clocks({ 0: 0, 1: 10, 2: DAY_MS, 3: DAY_MS }).clock.judge().agreed).toBe(false);
    expect(clocks({ 0: 0, 1: 10, 2: 20, 3: DAY_MS }).clock.judge().agreed).toBe(true);
  });

  test("another replica's wall clock is known as it is", () => {
    const scene = clocks({ 0: 0, 1: YEAR_MS, 2: 0 });
    scene.pass(700);
    expect(scene.clock.wallMsOf(1) - scene.clock.wallMsOf(2)).toBe(YEAR_MS);
    expect(scene.clock.wallMsOf(0)).toBe(scene.clock.wallMsOf(2));
  });
});

describe("the time in an op", () => {
  test("is not before what was seen, but follows nobody into the future", () => {
    let [now, newest] = [1e15, 0];
    const stamps = new Stamps(
      () => now,
      () => newest,
    );
    expect(stamps.next()).toBe(now);
    expect(stamps.next()).toBe(now + 1);
    newest = now + FOLLOW_MICROS;
    expect(stamps.next()).toBe(newest + 1);
    // Its own last time is now too far ahead, like that of the newest op: a wrong clock wrote both.
    newest = now + FOLLOW_MICROS + 5;
    expect(stamps.next()).toBe(now);
    now -= 2 * FOLLOW_MICROS;
    newest = 0;
    expect(stamps.next()).toBe(now);
  });
});

describe("who is told of a wrong clock", () => {
  function watched(offMs: Record<number, number>) {
    const scene = clocks(offMs);
    const said: string[] = [];
    const events: string[] = [];
    const watch = new ClockWatch({
      self: 0,
      clock: scene.clock,
      logger: createLogger("off", 0),
      onWarning: (sentence) => said.push(sentence),
      onEvent: (text) => events.push(text),
    });
    const look = (times: number): void => {
      for (let i = 0; i < times; i++) {
        scene.pass(500);
        scene.beats();
        watch.look();
      }
    };
    return { ...scene, said, events, look };
  }

  test("the host where it stands, once, and again when it is right", () => {
    const scene = watched({ 0: 2 * DAY_MS, 1: 0, 2: 0 });
    scene.look(3);
    expect(scene.said).toEqual([]);
    scene.look(20);
    expect(scene.said).toEqual([
      "the clock of this host is 2 days fast; until it is set (NTP), the other replicas' clocks date messages",
    ]);
    scene.off[0] = 0;
    scene.look(4);
    expect(scene.said).toHaveLength(2);
    expect(scene.events).toEqual([
      "The clock of replica 0 is 2 days fast; the clocks of the others date its messages.",
      "The clock of replica 0 is right again.",
    ]);
  });

  test("everybody, by an event, if it is another's; one that is gone is not right again", () => {
    const scene = watched({ 0: 0, 1: -YEAR_MS * 3, 2: 0 });
    scene.look(4);
    scene.heard.delete(1);
    scene.look(10);
    expect(scene.said).toEqual([]);
    expect(scene.events).toEqual([
      "The clock of replica 1 is 3 years slow; the clocks of the others date its messages.",
    ]);
  });

  test("both of two that differ", () => {
    const scene = watched({ 0: 0, 1: 600_000 });
    scene.look(10);
    expect(scene.said).toEqual([
      "the clocks of replicas 0 and 1 are 10 minutes apart, and it is not known which is right; set them (NTP)",
    ]);
  });

  test.each([
    [90_000, "90 seconds fast"],
    [-110_000, "110 seconds slow"],
    [119_990, "2 minutes fast"],
    [-2 * DAY_MS, "2 days slow"],
    [9.2 * YEAR_MS, "9 years fast"],
  ])("%d ms is said as %s", (ms, text) => {
    expect(offText(ms)).toBe(text);
  });
});
