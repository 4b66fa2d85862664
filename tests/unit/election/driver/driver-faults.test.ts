/**
 * The driver between a real core and parts that fail: a full disk under the state, frames from
 * before a pause, snapshot fetches that end late. There is one driver and no network.
 */
import { afterEach, describe, expect, test } from "bun:test";
import { withChecksum } from "../../../../proto/op-checksum.ts";
import { hostScheduler } from "../../../../src/base/scheduler.ts";
import { Core } from "../../../../src/election/core/core.ts";
import { Driver } from "../../../../src/election/driver/driver.ts";
import { DEFAULT_TIMING, type Identity, type PersistRows } from "../../../../src/election/event.ts";
import type { Append, Batch, Beat, Frame } from "../../../../src/election/frame.ts";
import { batchLastSeq } from "../../../../src/election/frame.ts";
import {
  StorageFull,
  type AppliedEntry,
  type AppliedGroup,
  type SnapshotSource,
} from "../../../../src/election/ports.ts";
import { ReadIndexes } from "../../../../src/election/driver/read-indexes.ts";
import { viewNoKey, type Ballot, type View } from "../../../../src/election/view.ts";
import { MemoryLog } from "../../../support/memory-log.ts";
import { until } from "../../../../harness/until.ts";

const BALLOT: Ballot = { counter: 7, replicaId: 0, nonce: "00000000000000aa" };
const MEMBERS = [0, 1].map((replicaId) => ({ replicaId, storeId: storeOf(replicaId) }));
const FIRST_VIEW: View = {
  no: { ballot: BALLOT, minor: 0 },
  startSeq: 1,
  leader: 0,
  members: MEMBERS,
  forkRisk: null,
  consistency: "available",
  recovery: "wait",
};

function storeOf(id: number): string {
  return `000000000000000${id}`;
}

/** Stores only its position, as long as the disk has room. */
class CountingState {
  full = false;
  seq = 0;

  appliedSeq(): number {
    return this.seq;
  }

  apply(batches: readonly Batch[]): AppliedGroup<AppliedEntry<Uint8Array>>[] {
    if (this.full) throw new StorageFull("state.db");
    const groups: AppliedGroup<AppliedEntry<Uint8Array>>[] = [];
    for (const batch of batches) {
      this.seq = batchLastSeq(batch);
      if (batch.kind === "view") continue;
      const ops = batch.ops.map((op, i) => ({
        key: Buffer.from(op.subarray(0, 1)).toString("hex"),
        seq: batch.firstSeq + i,
        result: op,
        recovered: false,
      }));
      groups.push({ view: viewNoKey(batch.viewNo), ops });
    }
    return groups;
  }

  flush(): void {}

  async sync(): Promise<void> {}

  refusedAfter(): ReadonlySet<number> {
    return new Set();
  }
}

interface Fetch {
  readonly resolve: (source: SnapshotSource) => void;
  readonly reject: (error: Error) => void;
}

/** A driver with everything around it in memory. `now` is its clock, ms. */
function makeDriver(self: number, configured: readonly number[]) {
  const log = new MemoryLog();
  const state = new CountingState();
  log.bindState(state);
  const receive = (): Promise<never> => new Promise(() => {});
  const made = {
    receive,
    now: 1_000,
    sent: [] as Frame[],
    fetches: [] as Fetch[],
    fatal: [] as unknown[],
    log,
    state,
    inForce: 1,
    snapshotFrom: "takes" as "takes" | "waits" | "ends",
  };
  const identity: Identity = {
    replicaId: self,
    storeId: storeOf(self),
    bootId: `b${self}`,
    configured,
    consistency: "available",
    recovery: "wait",
    loopback: true,
    creator: self === 0,
  };
  let nonces = 0;
  const core = new Core(identity, DEFAULT_TIMING, log.restore(), () => (++nonces).toString(16).padStart(16, "0"));
  const driver = new Driver<AppliedEntry<Uint8Array>>({
    core,
    timing: DEFAULT_TIMING,
    log,
    state,
    formats: { inForce: () => made.inForce, mayAppend: () => true, snapshotFrom: () => made.snapshotFrom },
    snapshots: {
      offer: () => Promise.reject(new Error("no offers here")),
      receive: () => made.receive(),
    },
    transport: {
      send: (_to, frame) => void made.sent.push(frame),
      flush: () => true,
      probe: () => {},
      resetPeers: () => {},
      fetchSnapshot: () => new Promise((resolve, reject) => made.fetches.push({ resolve, reject })),
    },
    openState: () => state,
    onApplied: () => {},
    recover: (op) => ({ key: Buffer.from(op).toString("hex"), op }),
    onNotice: () => {},
    dated: (beat) => beat,
    onGossip: () => {},
    onFatal: (error) => void made.fatal.push(error),
    scheduler: { ...hostScheduler, now: () => made.now },
  });
  drivers.push(driver);
  return Object.assign(made, { driver });
}

function beat(about: Partial<Beat> = {}): Beat {
  return {
    type: "beat",
    role: "leader",
    storeId: storeOf(0),
    bootId: "b0",
    active: true,
    eligible: true,
    admitted: true,
    view: FIRST_VIEW,
    lineageTail: [{ no: FIRST_VIEW.no, startSeq: 1 }],
    lastSeq: 1,
    durableSeq: 1,
    commit: 1,
    promised: BALLOT,
    leaderId: 0,
    hears: [1],
    leaving: false,
    floor: 0,
    firstSeq: 1,
    ...about,
  };
}

function append(batches: readonly Batch[], commit: number): Append {
  const prevSeq = batches.length === 0 ? 1 : 0;
  const prevViewNo = prevSeq === 0 ? null : FIRST_VIEW.no;
  return { type: "append", ballot: BALLOT, prevSeq, prevViewNo, batches, commit, round: 0 };
}

const drivers: Driver<AppliedEntry<Uint8Array>>[] = [];

afterEach(() => {
  for (const driver of drivers.splice(0)) driver.stop();
});

/** A member of the view that replica 0 leads. */
async function makeFollower() {
  const follower = makeDriver(1, [0, 1]);
  follower.driver.start();
  follower.driver.onFrame(0, beat());
  await until(() => follower.driver.status().leaderId === 0);
  follower.driver.onFrame(0, append([{ kind: "view", view: FIRST_VIEW }], 0));
  await until(() => follower.driver.status().durableSeq === 1);
  follower.driver.onFrame(0, append([], 1));
  await until(() => follower.driver.status().active);
  return follower;
}

describe("a full disk under the state", () => {
  test("stops writing, not the process; what was committed is applied when there is room", async () => {
    const { driver, state, fatal } = makeDriver(0, [0]);
    driver.start();
    await until(() => driver.status().viewActive);
    state.full = true;
    const answer = driver.propose("01", withChecksum(Uint8Array.of(1)));
    await until(() => driver.notWritable() !== null);
    expect(driver.notWritable()).toContain("full");
    expect(await driver.propose("02", withChecksum(Uint8Array.of(2)))).toMatchObject({ kind: "not_writable" });
    state.full = false;
    expect(await answer).toMatchObject({ kind: "applied" });
    expect(driver.notWritable()).toBeNull();
    expect(fatal).toEqual([]);
  });
});

describe("a busy disk", () => {
  test("what comes meanwhile, from here and from a follower, is the next batch", async () => {
    const { driver, log } = makeDriver(0, [0, 1]);
    driver.start();
    // The last write before this records that the store was in an active view.
    await until(() => driver.status().active && log.restore().admitted);
    const writes: { readonly rows: readonly PersistRows[]; readonly done: () => void }[] = [];
    const writeAside = (rows: readonly PersistRows[]): Promise<void> =>
      new Promise((resolve) => {
        log.write(rows);
        writes.push({ rows, done: resolve });
      });
    Object.assign(log, { writeAside });
    const answers = [driver.propose("01", withChecksum(Uint8Array.of(1)))];
    await until(() => writes.length === 1);
    answers.push(driver.propose("02", withChecksum(Uint8Array.of(2))));
    driver.onFrame(1, { type: "propose", ops: [withChecksum(Uint8Array.of(3))], keys: ["03"] });
    answers.push(driver.propose("04", withChecksum(Uint8Array.of(4))));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(driver.status().lastSeq).toBe(2);
    writes[0]!.done();
    await until(() => writes.length === 2);
    expect(driver.status().lastSeq).toBe(5);
    writes[1]!.done();
    expect((await Promise.all(answers)).map((answer) => answer.kind)).toEqual(["applied", "applied", "applied"]);
    expect(writes.length).toBe(2);
  });
});

describe("a pause", () => {
  test("[I1] frames that were read with the first look after it do not make a member active again", async () => {
    const follower = await makeFollower();
    follower.now += 30_000;
    // All of these arrive in one turn of the event loop. The old leader sent them before it dropped us.
    follower.driver.onFrame(0, append([], 1));
    follower.driver.onFrame(0, beat());
    follower.driver.onFrame(0, append([], 1));
    await until(() => !follower.driver.status().active);
    expect(follower.driver.status()).toMatchObject({ active: false, leaderId: null });
  });
});

describe("fetching a snapshot", () => {
  test("the end of a superseded fetch does not begin another", async () => {
    const follower = await makeFollower();
    const { driver, fetches } = follower;
    const higher = { ...BALLOT, counter: 9 };
    // The leader is refused, wins with a higher ballot, and offers again before the first copy has arrived.
    driver.onFrame(0, beat({ role: "recovering", leaderId: null }));
    await until(() => driver.status().leaderId === null);
    driver.onFrame(0, beat({ promised: higher }));
    await until(() => driver.status().leaderId === 0);
    driver.onFrame(0, { type: "snapshotOffer", ballot: { ...BALLOT, counter: 8 }, commonSeq: 1 });
    await until(() => fetches.length === 1);
    driver.onFrame(0, { type: "snapshotOffer", ballot: higher, commonSeq: 1 });
    await until(() => fetches.length === 2);
    fetches[0]!.reject(new Error("broken off"));
    driver.onFrame(0, beat({ promised: higher, commit: 2 }));
    await until(() => driver.peerBeat(0)?.commit === 2);
    driver.onFrame(0, { type: "snapshotOffer", ballot: higher, commonSeq: 1 });
    driver.onFrame(0, beat({ promised: higher, commit: 3 }));
    await until(() => driver.peerBeat(0)?.commit === 3);
    expect(fetches.length).toBe(2);
  });

  test("[I0] an end that waits in the mailbox behind the offer of another is not the end of that one", async () => {
    const follower = await makeFollower();
    const { driver, fetches } = follower;
    const higher = { ...BALLOT, counter: 9 };
    driver.onFrame(0, beat({ role: "recovering", leaderId: null }));
    await until(() => driver.status().leaderId === null);
    driver.onFrame(0, beat({ promised: higher }));
    await until(() => driver.status().leaderId === 0);
    driver.onFrame(0, { type: "snapshotOffer", ballot: { ...BALLOT, counter: 8 }, commonSeq: 1 });
    await until(() => fetches.length === 1);
    // Both are read in one turn: the offer, and that the copy of the former one was broken off.
    driver.onFrame(0, { type: "snapshotOffer", ballot: higher, commonSeq: 1 });
    fetches[0]!.reject(new Error("broken off"));
    await until(() => fetches.length === 2);
    driver.onFrame(0, { type: "snapshotOffer", ballot: higher, commonSeq: 1 });
    driver.onFrame(0, beat({ promised: higher, commit: 3 }));
    await until(() => driver.peerBeat(0)?.commit === 3);
    expect(fetches.length).toBe(2);
  });

  test("a disk without room for a snapshot takes writes again once the leader goes on without one", async () => {
    const follower = await makeFollower();
    const { driver, fetches } = follower;
    const higher = { ...BALLOT, counter: 9 };
    driver.onFrame(0, beat({ role: "recovering", leaderId: null }));
    await until(() => driver.status().leaderId === null);
    driver.onFrame(0, beat({ promised: higher }));
    await until(() => driver.status().leaderId === 0);
    follower.receive = () => Promise.reject(new StorageFull("the snapshot"));
    driver.onFrame(0, { type: "snapshotOffer", ballot: higher, commonSeq: 1 });
    await until(() => fetches.length === 1);
    const header = { ballot: higher, lineage: [FIRST_VIEW], logFirstSeq: 2, appliedSeq: 1, commonSeq: 1 };
    fetches[0]!.resolve({ header, chunks: (async function* () {})() });
    await until(() => driver.diskFull);
    // A leader still has the entries that this replica lacks in its log.
    driver.onFrame(0, { ...append([], 1), ballot: higher });
    await until(() => driver.status().role === "follower");
    expect(driver.diskFull).toBe(false);
    expect(driver.notWritable()).toBeNull();
  });

  test("a source that comes too late is let go", async () => {
    const follower = await makeFollower();
    const { driver, fetches } = follower;
    driver.onFrame(0, beat({ role: "recovering", leaderId: null }));
    await until(() => driver.status().leaderId === null);
    driver.onFrame(0, beat());
    await until(() => driver.status().leaderId === 0);
    driver.onFrame(0, { type: "snapshotOffer", ballot: { ...BALLOT, counter: 8 }, commonSeq: 1 });
    await until(() => fetches.length === 1);
    driver.onFrame(0, { type: "snapshotOffer", ballot: { ...BALLOT, counter: 9 }, commonSeq: 1 });
    await until(() => fetches.length === 2);
    let released = false;
    async function* chunks(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array(1);
      } finally {
        released = true;
      }
    }
    const header = { ballot: BALLOT, lineage: [FIRST_VIEW], logFirstSeq: 2, appliedSeq: 1, commonSeq: 1 };
    fetches[0]!.resolve({ header, chunks: chunks() });
    await until(() => released);
    expect(released).toBe(true);
  });
});

describe("a read index", () => {
  test("[I8] two processes never ask under the same id: an answer to the one before would be stale", () => {
    const asked: number[] = [];
    for (let i = 0; i < 2; i++) {
      const reads = new ReadIndexes(hostScheduler, (id) => asked.push(id));
      void reads.ask(1);
    }
    expect(new Set(asked).size).toBe(2);
  });
});
