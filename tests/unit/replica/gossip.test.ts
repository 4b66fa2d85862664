/** Typing and signs of life between replicas: told once, bounded, never mistaken for presence. */
import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import { ReplicaGossip } from "../../../src/replica/gossip.ts";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** Two replicas that have heard of each other. */
function pair() {
  const heard: string[] = [];
  const sent: string[] = [];
  const make = (self: number, other: () => ReplicaGossip): ReplicaGossip =>
    new ReplicaGossip({
      self,
      peers: [1 - self],
      hears: () => true,
      send: (payload) => {
        sent.push(payload);
        other().receive(self, payload);
      },
    });
  const a: ReplicaGossip = make(0, () => b);
  const b: ReplicaGossip = make(1, () => a);
  b.onTyping((conversation, user) => heard.push(`${user} in ${conversation}`));
  for (const [id, one] of [a, b].entries()) {
    one.start({ pid: id, bootId: `boot${id}`, version: "1", grpc: "g", web: "w", front: null, names: [], since: "s" });
  }
  jest.advanceTimersByTime(1000);
  return { a, b, heard, sent };
}

describe("typing", () => {
  test("reaches the others once for what came within a moment, and moves no number", () => {
    const { a, b, heard, sent } = pair();
    for (let i = 0; i < 20; i++) a.sendTyping("c1", "ann");
    a.sendTyping("c2", "ann");
    a.setLocal("ann", true);
    jest.advanceTimersByTime(100);
    expect(heard).toEqual(["ann in c1", "ann in c2"]);
    expect(b.isOnline("ann")).toBe(true);
    const before = sent.length;
    a.setLocal("ann", false);
    jest.advanceTimersByTime(100);
    // Nobody had to ask for everything again.
    expect(sent.slice(before).some((payload) => payload.includes("want"))).toBe(false);
    expect(b.isOnline("ann")).toBe(false);
    for (const one of [a, b]) one.stop();
  });

  test("is bounded, and what a peer cannot mean is left out", () => {
    const { a, b, heard } = pair();
    for (let i = 0; i < 1000; i++) a.sendTyping(`c${i}`, "ann");
    jest.advanceTimersByTime(100);
    expect(heard).toHaveLength(200);
    const many = Array.from({ length: 201 }, (_, i) => [`c${i}`, "ann"]);
    const bad = [
      { typing: "c1" },
      { typing: many },
      { typing: [["c1"]] },
      { typing: [["c1", 7]] },
      { typing: [["a", "b", "c"]] },
    ];
    for (const message of bad) b.receive(0, JSON.stringify({ boot: "boot0", n: 1, ...message }));
    b.receive(7, JSON.stringify({ boot: "boot0", n: 1, typing: [["c1", "ann"]] }));
    expect(heard).toHaveLength(200);
    for (const one of [a, b]) one.stop();
  });
});

describe("signs of life of streams that are elsewhere", () => {
  test("reach the replica that has the stream, one message for all of a moment, and move no number", () => {
    const { a, b, sent } = pair();
    const alive: string[] = [];
    b.onAlive((user, stream) => alive.push(`${user} ${stream}`));
    const before = sent.length;
    for (let i = 0; i < 3; i++) a.sendAlive("ann", "s1");
    a.sendAlive("ben", "s2");
    jest.advanceTimersByTime(100);
    expect(alive).toEqual(["ann s1", "ben s2"]);
    expect(sent.length - before).toBe(1);
    a.setLocal("ann", true);
    jest.advanceTimersByTime(100);
    expect(sent.slice(before).some((payload) => payload.includes("want"))).toBe(false);
    for (const one of [a, b]) one.stop();
  });

  test("are bounded, and what a peer cannot mean is left out", () => {
    const { a, b } = pair();
    const alive: string[] = [];
    b.onAlive((user, stream) => alive.push(`${user} ${stream}`));
    for (let i = 0; i < 1000; i++) a.sendAlive("ann", `s${i}`);
    jest.advanceTimersByTime(100);
    expect(alive).toHaveLength(500);
    for (const bad of ["ann", [["ann"]], [["ann", 7]], Array.from({ length: 501 }, (_, i) => ["ann", `s${i}`])])
      b.receive(0, JSON.stringify({ boot: "boot0", n: 1, alive: bad }));
    b.receive(7, JSON.stringify({ boot: "boot0", n: 1, alive: [["ann", "s"]] }));
    expect(alive).toHaveLength(500);
    for (const one of [a, b]) one.stop();
  });
});

test("a peer that is no longer heard is not told as living, but where it was is known", () => {
  let hears = true;
  const a = new ReplicaGossip({ self: 0, peers: [1], hears: () => hears, send: () => {} });
  const facts = { pid: 1, bootId: "boot1", version: "1", grpc: "g", web: "http://b:8081", since: "s" };
  a.start({ ...facts, bootId: "boot0", front: null, names: [] });
  const told = { ...facts, front: null, names: ["10.9.0.2"] };
  a.receive(1, JSON.stringify({ boot: "boot1", n: 1, facts: told, all: [] }));
  hears = false;
  jest.advanceTimersByTime(5000);
  expect(a.factsOf(1)).toBeNull();
  expect(a.lastFactsOf(1)).toEqual(told);
  a.stop();
});

test("facts that are not whole are left out", () => {
  const { a, b } = pair();
  const facts = { pid: 0, bootId: "boot9", version: "1", grpc: "g", web: "w", since: "s" };
  for (const more of [{}, { front: 7, names: [] }, { front: null }, { front: null, names: "n" }])
    b.receive(0, JSON.stringify({ boot: "boot9", n: 1, facts: { ...facts, ...more }, all: [] }));
  expect(b.factsOf(0)?.bootId).toBe("boot0");
  for (const one of [a, b]) one.stop();
});
