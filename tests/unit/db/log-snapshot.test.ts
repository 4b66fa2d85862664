/** Snapshots: what a stream contains, that a broken one is refused, and what a crash leaves at each point. */
import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { LogDb } from "../../../src/db/log/log-db.ts";
import { SnapshotFiles, statePath } from "../../../src/db/snapshot/snapshot-store.ts";
import { CHUNK_BYTES_MAX, SnapshotFailed } from "../../../src/db/snapshot/snapshot-stream.ts";
import { openSqlite } from "../../../src/db/sqlite.ts";
import type { StagedSnapshot } from "../../../src/election/event.ts";
import type { SnapshotSource } from "../../../src/election/ports.ts";
import type { ReplicaId, Seq } from "../../../src/election/view.ts";
import { entries, opBatch, tempFolder, view, viewBatch } from "../../support/log-fixtures.ts";

/** A replica's folder with a log, a simple state, and snapshots. */
class Node {
  readonly replicaId: ReplicaId;
  readonly folder: string;
  log!: LogDb;
  state!: Database;
  files!: SnapshotFiles;
  /** The schema number of the tables that it reads and sends. */
  schema = 2;

  constructor(replicaId: ReplicaId, folder: string) {
    this.replicaId = replicaId;
    this.folder = folder;
    this.open();
  }

  open(): void {
    const { replicaId, folder } = this;
    this.log = LogDb.open({ folder, replicaId });
    const state = { flush: () => undefined, appliedSeq: () => this.appliedSeq() };
    this.log.bindState(state);
    const { schema } = this;
    this.files = new SnapshotFiles({ folder, log: this.log, state, readAppliedSeq, schema, offerIdleMs: 30_000 });
    this.files.removeLeftovers();
    this.openState();
  }

  openState(): void {
    this.state = openSqlite(statePath(this.folder, this.log.stateFile), "NORMAL");
    this.state.run("CREATE TABLE IF NOT EXISTS meta (id INTEGER PRIMARY KEY, applied INTEGER)");
    this.state.run("CREATE TABLE IF NOT EXISTS rows (seq INTEGER PRIMARY KEY, body BLOB)");
  }

  appliedSeq(): Seq {
    return this.state.query<{ applied: number }, []>("SELECT applied FROM meta").get()?.applied ?? 0;
  }

  /** Writes a view at `from` and ops up to `upTo`, and applies all of them, with `bytes` bytes a row. */
  grow(from: Seq, upTo: Seq, { counter, bytes = 10 }: { counter: number; bytes?: number }): void {
    const { no } = view(from, counter);
    const append = [
      viewBatch(from, counter),
      ...(upTo > from ? [opBatch(from + 1, upTo - from, no, `n${counter}-`)] : []),
    ];
    this.log.write([{ append }]);
    this.state.transaction(() => {
      for (let seq = from; seq <= upTo; seq++) {
        this.state.run("INSERT INTO rows VALUES (?, randomblob(?))", [seq, bytes]);
      }
      this.state.run("INSERT OR REPLACE INTO meta VALUES (1, ?)", [upTo]);
    })();
  }

  rows(): string {
    return JSON.stringify(this.state.query("SELECT seq, hex(body) AS body FROM rows ORDER BY seq").all());
  }

  entries(): string[] {
    return entries(this.log.read(this.log.firstSeq, this.log.lastSeq));
  }

  stateFiles(): string[] {
    return readdirSync(this.folder)
      .filter((name) => /^(state|offer)-\d+\.db$/.test(name))
      .sort();
  }

  stagedRows(): number {
    const db = new Database(join(this.folder, "log.db"));
    const count = db.query<{ n: number }, []>("SELECT count(*) AS n FROM staged_log").get()?.n ?? -1;
    db.close();
    return count;
  }

  switchTo(snapshot: StagedSnapshot): void {
    this.log.write([{ snapshot }]);
    this.state.close();
    this.openState();
    this.files.removeLeftovers();
  }

  close(): void {
    this.state.close();
    this.log.close();
  }
}

function readAppliedSeq(path: string): Seq {
  const db = new Database(path, { readonly: true });
  try {
    return db.query<{ applied: number }, []>("SELECT applied FROM meta").get()?.applied ?? 0;
  } finally {
    db.close();
  }
}

async function collect(source: SnapshotSource): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.chunks) chunks.push(chunk.slice());
  return chunks;
}

function sourceOf(header: SnapshotSource["header"], chunks: readonly Uint8Array[]): SnapshotSource {
  return {
    header,
    chunks: (async function* () {
      yield* chunks;
    })(),
  };
}

function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}

let folders: { path: string; remove(): void }[];
let leader: Node;
let joiner: Node;

beforeEach(() => {
  folders = [tempFolder(), tempFolder()];
  leader = new Node(0, folders[0]!.path);
  joiner = new Node(1, folders[1]!.path);
});
afterEach(() => {
  leader.close();
  joiner.close();
  for (const folder of folders) folder.remove();
});

/** Both logs are equal up to seq 5. The joiner then has another branch up to 9, the leader one up to `upTo`. */
function diverge(upTo: Seq, bytes = 10): void {
  for (const node of [leader, joiner]) node.grow(1, 5, { counter: 1 });
  joiner.grow(6, 9, { counter: 2 });
  leader.grow(6, upTo, { counter: 3, bytes });
}

describe("a snapshot", () => {
  test("brings state, log rows and lineage over; ops of the lost branch wait in the fork queue", async () => {
    diverge(40, 30_000);
    const source = await leader.files.offer(5);
    // The copy does not contain what the leader applies after it was made.
    leader.grow(41, 45, { counter: 4 });
    expect(source.header).toMatchObject({ commonSeq: 5, logFirstSeq: 6, appliedSeq: 40, ballot: view(6, 3).no.ballot });
    expect(source.header.lineage).toEqual([view(1, 1), view(6, 3)]);
    const before = joiner.entries();
    const staged = await joiner.files.receive(source);
    expect(staged).toEqual({ ref: 2, ...source.header });
    expect(joiner.entries()).toEqual(before);
    expect(leader.stateFiles()).toEqual(["state-1.db"]);

    joiner.switchTo(staged);
    expect(joiner.log.restore()).toMatchObject({ logFirstSeq: 1, lastSeq: 40, appliedSeq: 40 });
    expect(joiner.entries()).toEqual(leader.entries().slice(0, 40));
    expect(joiner.log.forkQueue(10)).toHaveLength(3);
    expect(joiner.log.lineage()).toEqual([view(1, 1), view(6, 3)]);
    expect(JSON.parse(joiner.rows())).toEqual(JSON.parse(leader.rows()).slice(0, 40));
    expect(joiner.stateFiles()).toEqual(["state-2.db"]);
    expect(joiner.stagedRows()).toBe(0);

    joiner.close();
    joiner.open();
    expect(joiner.log.restore()).toMatchObject({ lastSeq: 40, appliedSeq: 40 });
    expect(joiner.log.stateFile).toBe(2);
  });

  test("comes in pieces of at most 256 KiB, and may be cut in any other way on its way", async () => {
    diverge(40, 30_000);
    const source = await leader.files.offer(5);
    const chunks = await collect(source);
    expect(chunks.length).toBeGreaterThan(3);
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThanOrEqual(CHUNK_BYTES_MAX);
    const whole = Buffer.concat(chunks);
    const pieces: Uint8Array[] = [];
    for (let at = 0, size = 1; at < whole.length; at += size, size = (size * 7) % 100_003) {
      pieces.push(whole.subarray(at, at + size));
    }
    const staged = await joiner.files.receive(sourceOf(source.header, pieces));
    joiner.switchTo(staged);
    expect(joiner.entries()).toEqual(leader.entries());
  });

  test("of a log that was compacted, for an empty replica", async () => {
    diverge(30);
    leader.log.compact(30);
    leader.grow(31, 35, { counter: 5 });
    const staged = await joiner.files.receive(await leader.files.offer(0));
    joiner.switchTo(staged);
    expect(joiner.log.restore()).toMatchObject({ logFirstSeq: 31, lastSeq: 35, appliedSeq: 35 });
    expect(joiner.entries()).toEqual(leader.entries());
    expect(joiner.log.lineage()).toEqual(leader.log.lineage());
  });

  test("names the leader's ballot, but only views that its state covers", async () => {
    diverge(30);
    leader.log.write([{ append: [viewBatch(31, 8)] }]);
    const { header } = await leader.files.offer(5);
    expect(header).toMatchObject({ appliedSeq: 30, ballot: view(31, 8).no.ballot });
    expect(header.lineage).toEqual([view(1, 1), view(6, 3)]);
  });

  test("that was fetched waits for the switch, whatever else is cleared away", async () => {
    diverge(30);
    const offered = await leader.files.offer(5);
    leader.files.removeLeftovers();
    const staged = await joiner.files.receive(offered);
    joiner.files.removeLeftovers();
    const broken = sourceOf(offered.header, []);
    expect(await failureOf(joiner.files.receive(broken))).toBeInstanceOf(SnapshotFailed);
    joiner.switchTo(staged);
    expect(joiner.entries()).toEqual(leader.entries());
    expect(joiner.rows()).toEqual(leader.rows());
  });

  test("starts inside a batch when the common part ends there", async () => {
    diverge(30);
    const source = await leader.files.offer(12);
    expect(source.header.logFirstSeq).toBe(13);
    const empty = tempFolder();
    folders.push(empty);
    const third = new Node(2, empty.path);
    third.grow(1, 5, { counter: 1 });
    third.grow(6, 12, { counter: 3 });
    third.switchTo(await third.files.receive(source));
    expect(third.entries()).toEqual(leader.entries());
    third.close();
  });

  test("holds compaction back while it is being sent", async () => {
    diverge(30);
    const source = await leader.files.offer(5);
    leader.log.compact(30);
    // The leader compacts up to the common seq, but not what the joiner needs.
    expect(leader.log.firstSeq).toBe(6);
    const staged = await joiner.files.receive(source);
    expect(staged.logFirstSeq).toBe(6);
    leader.log.compact(30);
    expect(leader.log.firstSeq).toBe(31);
  });
});

describe("is refused, and leaves nothing behind,", () => {
  const refused = async (source: SnapshotSource): Promise<void> => {
    const before = joiner.entries();
    expect(await failureOf(joiner.files.receive(source))).toBeInstanceOf(SnapshotFailed);
    expect(joiner.stateFiles()).toEqual(["state-1.db"]);
    expect(joiner.stagedRows()).toBe(0);
    expect(joiner.entries()).toEqual(before);
    expect(joiner.log.stateFile).toBe(1);
  };

  test("when it is cut short, wherever", async () => {
    diverge(40, 30_000);
    const source = await leader.files.offer(5);
    const whole = Buffer.concat(await collect(source));
    for (const length of [0, 3, 8, 12, 300, 3000, whole.length >> 1, whole.length - 33, whole.length - 1]) {
      await refused(sourceOf(source.header, [whole.subarray(0, length)]));
    }
    await refused(sourceOf(source.header, [whole, new Uint8Array(1)]));
  });

  test("when a bit is flipped, wherever", async () => {
    diverge(40);
    const source = await leader.files.offer(5);
    const whole = Buffer.concat(await collect(source));
    for (let at = 0; at < whole.length; at += 1 + (whole.length >> 6)) {
      const flipped = Buffer.from(whole);
      flipped[at]! ^= 1 << (at % 8);
      await refused(sourceOf(source.header, [flipped]));
    }
  });

  test("when its tables are newer than those of the receiver; older ones are taken", async () => {
    diverge(40);
    const chunks = await collect(await leader.files.offer(5));
    const { header } = await leader.files.offer(5);
    joiner.schema = 1;
    joiner.close();
    joiner.open();
    await refused(sourceOf(header, chunks));
    expect(await failureOf(joiner.files.receive(sourceOf(header, chunks)))).toHaveProperty(
      "message",
      "its tables are newer (2)",
    );
    joiner.schema = 3;
    joiner.close();
    joiner.open();
    expect((await joiner.files.receive(sourceOf(header, chunks))).appliedSeq).toBe(header.appliedSeq);
  });

  test("when it is not the one announced, or its sender fails", async () => {
    diverge(40);
    const source = await leader.files.offer(5);
    const chunks = await collect(source);
    await refused(sourceOf({ ...source.header, appliedSeq: 39 }, chunks));
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield chunks[0]!.subarray(0, 2000);
      throw new Error("the connection broke");
    };
    await refused({ header: source.header, chunks: failing() });
  });

  test("when a later one takes its place, even while its sender is silent", async () => {
    diverge(40);
    const source = await leader.files.offer(5);
    const chunks = await collect(source);
    const begun = Promise.withResolvers<void>();
    const silent = async function* (): AsyncGenerator<Uint8Array> {
      yield chunks[0]!.subarray(0, 4000);
      begun.resolve();
      await new Promise(() => {});
    };
    const first = joiner.files.receive({ header: source.header, chunks: silent() });
    const firstFailure = failureOf(first);
    await begun.promise;
    const staged = await joiner.files.receive(sourceOf(source.header, chunks));
    expect(await firstFailure).toBeInstanceOf(SnapshotFailed);
    expect(joiner.stateFiles()).toEqual(["state-1.db", `state-${staged.ref}.db`]);
    joiner.switchTo(staged);
    expect(joiner.entries()).toEqual(leader.entries());
  });
});

describe("an offer", () => {
  test("is not made while the state lacks what the joiner has, nor of nothing", async () => {
    expect(await failureOf(leader.files.offer(0))).toBeInstanceOf(SnapshotFailed);
    diverge(40);
    expect(await failureOf(leader.files.offer(41))).toBeInstanceOf(SnapshotFailed);
    expect(leader.stateFiles()).toEqual(["state-1.db"]);
  });

  test("is given up when its reader leaves; two at most at once", async () => {
    diverge(40);
    const first = await leader.files.offer(5);
    const second = await leader.files.offer(5);
    expect(await failureOf(leader.files.offer(5))).toBeInstanceOf(SnapshotFailed);
    expect(leader.stateFiles()).toHaveLength(3);
    for await (const _ of first.chunks) break;
    await second.chunks[Symbol.asyncIterator]().return?.();
    expect(leader.stateFiles()).toEqual(["state-1.db"]);
    leader.log.compact(40);
    expect(leader.log.firstSeq).toBe(41);
    const third = await leader.files.offer(5);
    expect(await collect(third)).not.toBeEmpty();
  });

  test("ends with an error when the log under it is replaced", async () => {
    diverge(40);
    const source = await joiner.files.offer(2);
    joiner.switchTo(await joiner.files.receive(await leader.files.offer(5)));
    expect(await failureOf(collect(source))).toBeInstanceOf(SnapshotFailed);
  });
});

describe("after a crash", () => {
  test("between stage and switch the old branch is whole and the leftovers are gone", async () => {
    diverge(40);
    const before = joiner.entries();
    const rows = joiner.rows();
    await joiner.files.receive(await leader.files.offer(5));
    expect(joiner.stagedRows()).toBeGreaterThan(0);
    await Bun.write(join(joiner.folder, "offer-7.db"), "half a copy");
    await Bun.write(join(joiner.folder, "state-9.db-wal"), "of a state that is gone");
    joiner.close();
    joiner.open();
    expect(joiner.stateFiles()).toEqual(["state-1.db"]);
    expect(readdirSync(joiner.folder)).not.toContain("state-9.db-wal");
    expect(joiner.stagedRows()).toBe(0);
    expect(joiner.entries()).toEqual(before);
    expect(joiner.rows()).toEqual(rows);
    expect(joiner.log.restore()).toMatchObject({ lastSeq: 9, appliedSeq: 9 });
  });

  test("between switch and the opening of the new state, the new branch counts", async () => {
    diverge(40);
    const snapshot = await joiner.files.receive(await leader.files.offer(5));
    joiner.log.write([{ snapshot }]);
    joiner.close();
    joiner.open();
    expect(joiner.stateFiles()).toEqual(["state-2.db"]);
    expect(joiner.entries()).toEqual(leader.entries());
    expect(joiner.rows()).toEqual(leader.rows());
  });
});
