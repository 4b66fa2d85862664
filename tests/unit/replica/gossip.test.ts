/** Typing and signs of life between replicas: sent once, bounded, never taken for presence. */
import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import type { GossipNews } from "../../../src/election/frame.ts";
import { ReplicaGossip } from "../../../src/replica/gossip.ts";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** Two replicas that know each other. */
function pair() {
  const heard: string[] = [];
  const sent: GossipNews[] = [];
  const lacking = [0, 0];
  const make = (self: number, other: () => ReplicaGossip): ReplicaGossip =>
    new ReplicaGossip({
      self,
      peers: [1 - self],
      hears: () => true,
      filesLacking: () => lacking[self]!,
      send: (news) => {
        sent.push(news);
        other().receive(self, news);
      },
    });
  const a: ReplicaGossip = make(0, () => b);
  const b: ReplicaGossip = make(1, () => a);
  b.onTyping((conversation, user) => heard.push(`${user} in ${conversation}`));
  for (const [id, one] of [a, b].entries()) {
    one.start({ pid: id, bootId: `boot${id}`, version: "1", grpc: "g", web: "w", front: null, names: [], since: "s" });
  }
  jest.advanceTimersByTime(1000);
  return { a, b, heard, sent, lacking };
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
    // No replica had to ask for everything again.
    expect(sent.slice(before).some(({ presenceWanted }) => presenceWanted !== undefined)).toBe(false);
    expect(b.isOnline("ann")).toBe(false);
    for (const one of [a, b]) one.stop();
  });

  test("is bounded, and what is more than anybody may send is left out", () => {
    const { a, b, heard } = pair();
    for (let i = 0; i < 1000; i++) a.sendTyping(`c${i}`, "ann");
    jest.advanceTimersByTime(100);
    expect(heard).toHaveLength(200);
    const places = Array.from({ length: 201 }, (_, i) => ({ conversationId: `d${i}`, userId: "ann" }));
    b.receive(0, { typing: { places } });
    expect(heard).toHaveLength(400);
    b.receive(7, { typing: { places } });
    expect(heard).toHaveLength(400);
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
    expect(sent.slice(before).some(({ presenceWanted }) => presenceWanted !== undefined)).toBe(false);
    for (const one of [a, b]) one.stop();
  });

  test("are bounded, and what is more than anybody may send is left out", () => {
    const { a, b } = pair();
    const alive: string[] = [];
    b.onAlive((user, stream) => alive.push(`${user} ${stream}`));
    for (let i = 0; i < 1000; i++) a.sendAlive("ann", `s${i}`);
    jest.advanceTimersByTime(100);
    expect(alive).toHaveLength(500);
    const pages = Array.from({ length: 501 }, (_, i) => ({ userId: "ann", streamId: `t${i}` }));
    b.receive(0, { alive: { pages } });
    expect(alive).toHaveLength(1000);
    b.receive(7, { alive: { pages } });
    expect(alive).toHaveLength(1000);
    for (const one of [a, b]) one.stop();
  });
});

test("a peer that is no longer heard is not told as living, but where it was is known", () => {
  let hears = true;
  const a = new ReplicaGossip({ self: 0, peers: [1], hears: () => hears, filesLacking: () => 0, send: () => {} });
  const facts = { pid: 1, bootId: "boot1", version: "1", grpc: "g", web: "http://b:8081", since: "s" };
  a.start({ ...facts, bootId: "boot0", front: null, names: [] });
  const told = { ...facts, names: ["10.9.0.2"] };
  a.receive(1, { presenceAll: { number: 1, facts: told, online: [], filesLacking: 4 } });
  expect(a.filesLackingAt(1)).toBe(4);
  hears = false;
  jest.advanceTimersByTime(5000);
  expect([a.factsOf(1), a.filesLackingAt(1)]).toEqual([null, null]);
  expect(a.lastFactsOf(1)).toEqual({ ...told, front: null });
  a.stop();
});

test("users of a peer that is not heard for a moment stay online; of one that does not return, they go", () => {
  let hears = true;
  const a = new ReplicaGossip({ self: 0, peers: [1], hears: () => hears, filesLacking: () => 0, send: () => {} });
  const facts = { pid: 1, bootId: "boot1", version: "1", grpc: "g", web: "w", names: [], since: "s" };
  a.start({ ...facts, bootId: "boot0", front: null });
  const changes: string[] = [];
  a.onChange((user, online) => changes.push(`${user} ${online}`));
  const say = (number: number, online: string[]): void =>
    a.receive(1, { presenceAll: { number, facts, online, filesLacking: 0 } });
  say(1, ["ann", "ben"]);
  hears = false;
  jest.advanceTimersByTime(3000);
  expect(a.factsOf(1)).toBeNull();
  hears = true;
  // Ben has left meanwhile.
  say(2, ["ann"]);
  expect(changes).toEqual(["ann true", "ben true", "ben false"]);
  hears = false;
  jest.advanceTimersByTime(3000);
  expect(a.isOnline("ann")).toBe(true);
  jest.advanceTimersByTime(3000);
  expect(a.isOnline("ann")).toBe(false);
  expect(changes.slice(3)).toEqual(["ann false"]);
  a.stop();
});

test("a replica that does not say what it is, is left out", () => {
  const { a, b } = pair();
  b.receive(0, { presenceAll: { number: 9, facts: null, online: ["ann"], filesLacking: 0 } });
  expect(b.isOnline("ann")).toBe(false);
  expect(b.factsOf(0)?.bootId).toBe("boot0");
  for (const one of [a, b]) one.stop();
});

test("how many files a replica lacks is known at the others within 2 s", () => {
  const { a, b, lacking } = pair();
  expect(b.filesLackingAt(0)).toBe(0);
  lacking[0] = 7;
  jest.advanceTimersByTime(2000);
  expect([a.filesLackingAt(1), b.filesLackingAt(0)]).toEqual([0, 7]);
  for (const one of [a, b]) one.stop();
});
