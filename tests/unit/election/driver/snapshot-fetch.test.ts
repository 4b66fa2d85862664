/** Snapshot fetches that fail: how soon the core is notified, and that a full disk is reported. */
import { expect, test } from "bun:test";
import { hostScheduler } from "../../../../src/base/scheduler.ts";
import {
  StorageFull,
  type PeerTransport,
  type SnapshotSource,
  type SnapshotStore,
} from "../../../../src/election/ports.ts";
import { SnapshotFetch } from "../../../../src/election/driver/snapshot-fetch.ts";
import { until } from "../../../../harness/until.ts";

/** Timers count whole ms, and may be early by a part of one. */
const ROUND_MS = 1;

function makeFetch(outcome: () => Error | null) {
  const made = { fetched: 0, failed: 0, asked: 0, may: "takes" as "takes" | "waits" | "ends" };
  const source = { header: {}, chunks: (async function* () {})() } as unknown as SnapshotSource;
  const transport = { fetchSnapshot: () => (made.asked++, Promise.resolve(source)) } as unknown as PeerTransport;
  const snapshots: Pick<SnapshotStore, "receive"> = {
    receive: () => {
      const error = outcome();
      return error === null ? Promise.resolve({} as never) : Promise.reject(error);
    },
  };
  const fetch = new SnapshotFetch({
    transport,
    snapshots: snapshots as SnapshotStore,
    formats: { inForce: () => 1, mayAppend: () => true, snapshotFrom: () => made.may },
    scheduler: hostScheduler,
    fetched: () => void (made.fetched += 1),
    failed: () => void (made.failed += 1),
  });
  return Object.assign(made, { fetch });
}

test("the first failure is told at once, the next later: each attempt costs the leader a copy", async () => {
  const made = makeFetch(() => new Error("broken off"));
  await made.fetch.start(0, 1);
  expect(made.failed).toBe(1);
  const since = performance.now();
  await made.fetch.start(0, 1);
  expect(made.failed).toBe(1);
  await until(() => made.failed === 2);
  expect(performance.now() - since).toBeGreaterThanOrEqual(1_000 - ROUND_MS);
});

test("after one that came whole the next failure is told at once again", async () => {
  const outcomes = [new Error("broken off"), null, new Error("broken off")];
  const made = makeFetch(() => outcomes.shift()!);
  await made.fetch.start(0, 1);
  await made.fetch.start(0, 1);
  expect([made.fetched, made.failed]).toEqual([1, 1]);
  await made.fetch.start(0, 1);
  expect(made.failed).toBe(2);
});

test("a disk without room shows until a snapshot fits", async () => {
  const outcomes = [new StorageFull("no room"), null];
  const made = makeFetch(() => outcomes.shift()!);
  await made.fetch.start(0, 1);
  expect(made.fetch.noRoom).toBe(true);
  await made.fetch.start(0, 1);
  expect(made.fetch.noRoom).toBe(false);
});

test("a snapshot that could not be read here is not asked for: it waits and is tried again, or the process ends", async () => {
  const made = makeFetch(() => null);
  made.may = "waits";
  await made.fetch.start(0, 1);
  expect([made.asked, made.fetched, made.failed]).toEqual([0, 0, 1]);
  made.may = "ends";
  await made.fetch.start(0, 1);
  expect([made.asked, made.fetched, made.failed]).toEqual([0, 0, 1]);
  made.may = "takes";
  await made.fetch.start(0, 1);
  expect([made.asked, made.fetched, made.failed]).toEqual([1, 1, 1]);
});
