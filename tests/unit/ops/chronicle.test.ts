/** An event is reported once, by the replica that caused it, and reads the same everywhere. */
import { describe, expect, test } from "bun:test";
import { Chronicle } from "../../../src/ops/chronicle.ts";

/** Three replicas that send each other everything, except those in `cut`. */
function three() {
  const cut = new Set<number>();
  let now = Date.parse("2026-11-28T20:00:00Z");
  const all: Chronicle[] = [0, 1, 2].map(
    (id) =>
      new Chronicle({
        bootId: `boot${id}`,
        configured: [0, 1, 2],
        // The clocks may differ.
        dateMs: () => now + id * 1_000,
        send: ({ chronicle }) => {
          if (cut.has(id)) return;
          for (const [to, other] of all.entries()) if (to !== id && !cut.has(to)) other.receive(chronicle!);
        },
      }),
  );
  return { all: all as [Chronicle, Chronicle, Chronicle], cut, pass: (ms: number) => void (now += ms) };
}

describe("the chronicle", () => {
  test("a failover has one time and one duration, also for a replica that returns", () => {
    const { all, cut, pass } = three();
    const [zero, one, two] = all;
    cut.add(0);
    one.add("failover", "Replica 1 took over from replica 0 in 41 ms.", {
      id: "v leads",
      failover: { ms: 41, from: 0, to: 1 },
    });
    one.add("leave", "Replica 0 is no longer in step; the others carry on.", { id: "v leave 0" });
    expect(zero.lastFailover).toBeNull();
    pass(60_000);
    cut.delete(0);
    // A replica that connects sends everything, and a repetition adds nothing.
    two.sayAll();
    one.sayAll();
    expect(one.lastFailover).toEqual({ at: "2026-11-28T20:00:01.000Z", ms: 41, from: 0, to: 1 });
    for (const other of [zero, two]) {
      expect(other.lastFailover).toEqual(one.lastFailover);
      expect(other.events).toEqual(one.events);
    }
  });

  test("is in the order of time, whoever told it when, and keeps the newest 50", () => {
    const { all, pass } = three();
    for (let i = 0; i < 60; i++) {
      all[i % 3]!.add("merge", `event ${i}`);
      pass(2_000);
    }
    const texts = all[0].events.map(({ text }) => text);
    expect([texts.length, texts.at(-1)]).toEqual([50, "event 59"]);
    expect(all.map(({ events }) => events)).toEqual([all[0].events, all[0].events, all[0].events]);
  });

  test("only who said so has stopped; everybody knows it alike, and a new process has not", () => {
    const { all, cut } = three();
    const [zero, one, two] = all;
    one.heard(2, "boot2", false);
    expect(one.saidStop(2)).toBe(false);
    cut.add(0);
    one.heard(2, "boot2", true);
    cut.delete(0);
    one.sayAll();
    expect([zero.saidStop(2), one.saidStop(2), zero.saidStop(1)]).toEqual([true, true, false]);
    for (const other of [zero, one]) other.heard(2, "boot2 again", false);
    // A replica that does not know the new process yet sends an old entry.
    two.receive({ entries: [], stops: [{ replicaId: 2, bootId: "boot2" }] });
    one.receive({ entries: [], stops: [{ replicaId: 2, bootId: "boot2" }] });
    expect([zero.saidStop(2), one.saidStop(2)]).toEqual([false, false]);
  });

  test("takes no entry that cannot be one or that only a newer version knows, and every other beside it", () => {
    const { all } = three();
    const entry = { id: "x", at: "2026-11-28T20:00:00Z", kind: "format", text: "Format 2.", takeover: null };
    const bad = [{ id: "" }, { at: "soon" }, { kind: "party" }, { kind: "toString" }, { text: "t".repeat(501) }];
    const entries = [...bad.map((wrong) => ({ ...entry, id: JSON.stringify(wrong), ...wrong })), entry];
    all[0].receive({ entries, stops: [{ replicaId: 9, bootId: "b" }] });
    expect(all[0].events).toEqual([{ at: entry.at, kind: "format", text: entry.text }]);
    expect(all[0].saidStop(9)).toBe(false);
  });
});
