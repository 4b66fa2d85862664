/** The comparison of rows at rest: which replica differs, when this is undecidable, and what is never compared. */
import { expect, test } from "bun:test";
import type { Logger } from "../../../src/host/logger.ts";
import { Scrub } from "../../../src/replica/scrub.ts";
import { until } from "../../../harness/until.ts";

const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** Replicas whose gossip reaches all others; `rows[i]` is the hash of replica i. */
function makeReplicas(rows: readonly string[], at: (id: number) => string | null = () => "view:7") {
  const clock = { now: 0 };
  const damaged: number[] = [];
  const told: string[] = [];
  let hashed = 0;
  const scrubs: Scrub[] = rows.map(
    (hash, self) =>
      new Scrub({
        self,
        timing: { restMs: 1_000, everyMs: 100_000 },
        at: () => at(self),
        hash: async () => {
          hashed += 1;
          return { hash };
        },
        send: ({ rowHash }) => scrubs.forEach((scrub, to) => to !== self && scrub.receive(self, rowHash!)),
        onDamage: () => void damaged.push(self),
        onDiffer: (line) => void told.push(line),
        logger: SILENT,
        now: () => clock.now,
      }),
  );
  const look = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) {
      clock.now += 1_000;
      for (const scrub of scrubs) scrub.look();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { damaged, told, look, hashed: () => hashed };
}

test("equal rows: everybody hashes once, nobody is told anything", async () => {
  const made = makeReplicas(["a", "a", "a"]);
  await made.look(30);
  expect([made.damaged, made.told, made.hashed()]).toEqual([[], [], 3]);
});

test("the odd one of three is damaged, and only that", async () => {
  const made = makeReplicas(["a", "b", "a"]);
  await made.look(30);
  await until(() => made.damaged.length > 0);
  expect([made.damaged, made.told]).toEqual([[1], []]);
});

test("two that differ: nobody can say who is right, so people are told, once", async () => {
  const made = makeReplicas(["a", "b"]);
  await made.look(60);
  expect(made.damaged).toEqual([]);
  expect(made.told.length).toBe(2);
  expect(made.told[0]).toContain("the rows of replicas 0 and 1 differ");
});

test("three that all differ: people are told", async () => {
  const made = makeReplicas(["a", "b", "c"]);
  await made.look(60);
  expect([made.damaged, made.told.length]).toEqual([[], 3]);
});

test("other places in the history are never compared, and who is not in step does not take part", async () => {
  const elsewhere = makeReplicas(["a", "b", "a"], (id) => `view:${id}`);
  await elsewhere.look(60);
  expect([elsewhere.damaged, elsewhere.told]).toEqual([[], []]);
  const catchingUp = makeReplicas(["a", "b", "a"], (id) => (id === 1 ? null : "view:7"));
  await catchingUp.look(60);
  expect([catchingUp.damaged, catchingUp.told]).toEqual([[], []]);
});
