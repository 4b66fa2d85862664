/** The index in its own thread: it follows the rows through merges, changes, damage and a full disk. */
import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostScheduler, type Scheduler } from "../../../src/base/scheduler.ts";
import type { AppliedOp } from "../../../src/chat/applied-op.ts";
import { SearchIndex } from "../../../src/db/search/search-index.ts";
import { StateDb } from "../../../src/db/state/state-db.ts";
import type { Seq, ViewNo } from "../../../src/election/view.ts";
import type { Ask, Found } from "../../../src/search/message-search.ts";
import { askFor } from "../../support/asks.ts";
import { until } from "../../../harness/until.ts";

const ANN = "annannannann";
const NOTES = `${ANN}_${ANN}`;

/** A replica's history, as far as the index sees it: from which seq on each view is, and the rows. */
class History {
  readonly views: { readonly from: Seq; readonly no: ViewNo }[] = [];
  readonly state: StateDb;
  seq = 0;

  constructor(folder: string, name: string) {
    this.state = new StateDb(join(folder, `${name}.db`));
    const client = this.state.client();
    client.run("INSERT INTO conversations (id, kind, created_seq) VALUES (?, 'direct', 1)", [NOTES]);
    client.run("INSERT INTO members (user, conversation, mark, mark_changed_seq) VALUES (?, ?, 0, 0)", [ANN, NOTES]);
    this.view("a");
    this.#reach(1);
  }

  view(nonce: string): void {
    const no = { ballot: { counter: 1, replicaId: 0, nonce: nonce.repeat(16) }, minor: 0 };
    this.views.push({ from: this.seq + 1, no });
  }

  say(...bodies: string[]): void {
    for (const body of bodies) {
      this.#reach(this.seq + 1);
      this.state
        .client()
        .run(
          "INSERT INTO messages (conversation, seq, author, client_id, body, time_micros, deleted, recovered, changed_seq) VALUES (1, ?, ?, ?, ?, ?, 0, 0, 0)",
          [this.seq, ANN, crypto.randomUUID(), body, this.seq],
        );
    }
  }

  edit(seq: Seq, body: string): void {
    this.#reach(this.seq + 1);
    const client = this.state.client();
    client.run("UPDATE messages SET body = ?, changed_seq = ? WHERE seq = ?", [body, this.seq, seq]);
    client.run("INSERT INTO versions (seq, tag, body) VALUES (?, ?, ?)", [seq, String(this.seq), body]);
  }

  delete(seq: Seq): void {
    this.#reach(this.seq + 1);
    this.state
      .client()
      .run("UPDATE messages SET body = '', deleted = 1, changed_seq = ? WHERE seq = ?", [this.seq, seq]);
  }

  viewNoAt(seq: Seq): ViewNo | null {
    return seq > this.seq ? null : (this.views.findLast(({ from }) => from <= seq)?.no ?? null);
  }

  #reach(seq: Seq): void {
    this.seq = seq;
    this.state
      .client()
      .run(
        "INSERT OR REPLACE INTO meta (id, applied_seq, applied_view, first_view, newest_micros) VALUES (1, ?, '', '', 0)",
        [seq],
      );
  }
}

let folder: string;
let history: History;
let index: SearchIndex;
let isDiskLow = false;
let lines: string[] = [];

function open(scheduler: Pick<Scheduler, "now" | "after"> = hostScheduler): SearchIndex {
  return new SearchIndex({
    path: join(folder, "search.db"),
    position: {
      applied: () => ({ viewNo: history.viewNoAt(history.seq)!, seq: history.seq }),
      viewNoAt: (seq) => history.viewNoAt(seq),
    },
    statePath: () => history.state.path,
    flush: () => {},
    isDiskLow: () => isDiskLow,
    scheduler,
    say: (event, reason) => void lines.push(`${event} ${reason}`),
  });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "search-"));
  history = new History(folder, "state-1");
  [isDiskLow, lines] = [false, []];
  index = open();
});
afterEach(() => {
  index.stop();
  history.state.close();
  // The thread may end a moment later, and removes its WAL.
  rmSync(folder, { recursive: true, force: true });
});

const asked = (typed: string): Ask => askFor(typed, ANN);

async function answer(typed: string): Promise<Found> {
  let found = await index.find(asked(typed));
  // The thread may take longer to start than a question waits.
  await until(async () => {
    found = await index.find(asked(typed));
    return found.kind !== "unavailable" || isDiskLow;
  });
  return found;
}

async function seqs(typed: string): Promise<readonly Seq[]> {
  const found = await answer(typed);
  return found.kind === "found" ? found.places.map(({ seq }) => seq) : [];
}

/** A change of a message, as apply tells it. */
function tell(): void {
  index.reread();
}

test("what is applied is found by the next question, also after a restart", async () => {
  history.say("granite", "slate", "会議室");
  expect(await seqs("granite")).toEqual([2]);
  history.say("granite again");
  expect(await seqs("granite")).toEqual([5, 2]);
  expect(await seqs("会議")).toEqual([4]);
  index.stop();
  index = open();
  history.say("granite 3");
  expect(await seqs("granite")).toEqual([6, 5, 2]);
});

test("edits and deletions", async () => {
  history.say("granite", "slate");
  expect(await seqs("granite")).toEqual([2]);
  history.edit(2, "basalt");
  history.delete(3);
  tell();
  expect(await seqs("basalt")).toEqual([2]);
  expect(await seqs("granite")).toEqual([]);
  expect(await seqs("slate")).toEqual([]);
});

test("a merge: what the losing branch said and changed is gone, and what it deleted is found again", async () => {
  history.say("granite", "slate", "marble");
  const other = new History(folder, "state-2");
  other.say("granite", "slate", "marble");
  history.view("b");
  history.say("only on the losing side");
  history.edit(2, "basalt");
  history.delete(3);
  expect(await seqs("losing")).toEqual([5]);
  tell();
  expect(await seqs("basalt")).toEqual([2]);
  other.view("c");
  other.say("gravel", "losing? no, another message at this seq");
  history.state.close();
  history = other;
  tell();
  expect(await seqs("losing")).toEqual([6]);
  expect(await seqs("basalt")).toEqual([]);
  expect(await seqs("granite")).toEqual([2]);
  expect(await seqs("slate")).toEqual([3]);
  expect(await seqs("gravel")).toEqual([5]);
  expect(lines).toEqual([]);
});

test("an index of another history is made anew", async () => {
  history.say("granite");
  expect(await seqs("granite")).toEqual([2]);
  history.state.close();
  history = new History(folder, "state-2");
  history.views.splice(0);
  history.seq = 0;
  history.view("d");
  history.say("slate");
  tell();
  expect(await seqs("granite")).toEqual([]);
  expect(await seqs("slate")).toEqual([1]);
});

test("a damaged search.db is set aside with one line, and made anew", async () => {
  index.stop();
  writeFileSync(join(folder, "search.db"), "this is no database, and long enough to be read as one".repeat(200));
  index = open();
  history.say("granite");
  expect(await seqs("granite")).toEqual([2]);
  expect(lines).toEqual(["search_damaged SQLITE_NOTADB"]);
  expect(existsSync(join(folder, "search.db.damaged"))).toBe(true);
});

test("damage that only a question meets is mended too, once", async () => {
  history.say("granite", "slate");
  expect(await seqs("granite")).toEqual([2]);
  const path = join(folder, "search.db");
  using other = new Database(path, { strict: true });
  other.run("PRAGMA busy_timeout = 2000");
  other.run("PRAGMA wal_checkpoint(TRUNCATE)");
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0x5a, 4096));
  // The thread reads the pages again after a commit of somebody else.
  other.run("PRAGMA user_version = 1");
  const asks = await Promise.all([index.find(asked("granite")), index.find(asked("slate"))]);
  expect(asks.map(({ kind }) => kind)).toEqual(["unavailable", "unavailable"]);
  expect(await seqs("granite")).toEqual([2]);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toStartWith("search_damaged SQLITE_CORRUPT");
});

test("a full disk stops the index, and says so once", async () => {
  isDiskLow = true;
  history.say("granite");
  await until(() => lines.length > 0 || (void index.find(asked("granite")), false));
  expect(await index.find(asked("granite"))).toMatchObject({
    kind: "unavailable",
    why: expect.stringContaining("full"),
  });
  expect(lines).toEqual(["search_stopped the disk is full"]);
});

test("many messages are taken in small batches, and a question meanwhile says how far the index is", async () => {
  history.say("granite");
  expect(await seqs("granite")).toEqual([2]);
  for (let n = 0; n < 4_000; n++) history.say(`gravel ${n}`);
  const found = await index.find(asked("granite"));
  expect(found).toMatchObject({ kind: "found" });
  if (found.kind === "found") expect(found.percent).toBeLessThan(100);
  await until(async () => {
    const later = await index.find(asked("gravel"));
    return later.kind === "found" && later.percent === 100;
  });
  expect((await seqs("3999")).length).toBe(1);
});

/** Time that moves only when the test moves it; what is due at once still runs by itself. */
class HeldTime {
  readonly timers = new Map<() => void, number>();
  #now = 0;

  now(): number {
    return this.#now;
  }

  after(ms: number, action: () => void): () => void {
    if (ms <= 0) return hostScheduler.after(0, action);
    this.timers.set(action, this.#now + ms);
    return () => void this.timers.delete(action);
  }

  pass(ms: number): void {
    this.#now += ms;
    for (const [action, at] of this.timers) {
      if (at > this.#now) continue;
      this.timers.delete(action);
      action();
    }
  }
}

test("while the chat is busy the index rests after each batch, but not while a question waits", async () => {
  index.stop();
  const time = new HeldTime();
  index = open(time);
  history.say("granite");
  expect(await seqs("granite")).toEqual([2]);
  const before = index.position()!.seq;
  const bodies = Array.from({ length: 600 }, (_, n) => `gravel ${n}`);
  history.say(...bodies);
  index.follow(bodies.map((): Pick<AppliedOp, "facts"> => ({ facts: [] })) as AppliedOp[]);
  time.pass(100);
  await until(() => time.timers.size === 1 && index.position()!.seq > before);
  expect(index.position()!.seq).toBe(before + 200);
  expect((await seqs("gravel 599")).length).toBe(1);
  expect(index.position()!.seq).toBe(history.seq);
});
