/** What state.db does besides applying: checkpoints on another thread, and caches that save look-ups. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Database } from "bun:sqlite";
import { directId, userIdFor } from "../../../src/chat/ids.ts";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import { encodeOp } from "../../../src/chat/kinds/op.ts";
import { Checkpointer } from "../../../src/db/state/checkpointer.ts";
import { StateDb } from "../../../src/db/state/state-db.ts";
import { DiskRoom } from "../../../src/db/disk-room.ts";
import { StorageFull } from "../../../src/election/ports.ts";
import { RequestSpans } from "../../../src/db/state/request-spans.ts";
import { ConversationMemory } from "../../../src/db/state/conversation-memory.ts";
import { waitFor } from "../../../harness/cluster.ts";

const VIEW_NO = { ballot: { counter: 1, replicaId: 0, nonce: "00" }, minor: 0 };

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lastword-state-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A state with two people, and a way to give it ops. */
function openTwo(): { state: StateDb; ann: string; bob: string; apply: (user: string, bodies: OpBody[]) => void } {
  const state = new StateDb(join(folder, "state.db"));
  const apply = (user: string, bodies: readonly OpBody[], clientId?: string): void => {
    const ops = bodies.map((body) => {
      const id = clientId ?? crypto.randomUUID();
      return encodeOp({ user, clientId: id, timeMicros: 1e15, origin: null, recovered: false, body });
    });
    state.apply([{ kind: "op", viewNo: VIEW_NO, firstSeq: state.appliedSeq() + 1, ops }]);
    state.flush();
  };
  const register = (name: string): string => {
    const clientId = crypto.randomUUID();
    const user = userIdFor(name, clientId);
    const session = { id: `of ${user}`, tokenHash: name };
    apply(user, [{ kind: "register", name, folded: name, passwordHash: "-", session }], clientId);
    return user;
  };
  return { state, ann: register("ann"), bob: register("bob"), apply };
}

function text(conversation: string, body: string): OpBody {
  return { kind: "sendMessage", conversation, body, readUpTo: "" };
}

function read(user: string, ids: readonly string[], upTo: string | null = null): OpBody {
  return { kind: "marks", marks: [{ user, session: `of ${user}`, upTo, ids }] };
}

test("the WAL is begun anew by the checkpoints of the other thread, and nothing is lost", async () => {
  const { state, ann, bob, apply } = openTwo();
  const conversation = directId(ann, bob);
  const sizes: number[] = [];
  const seqBefore = state.appliedSeq();
  let batches = 0;
  await waitFor(
    "a WAL that has stopped growing",
    () => {
      apply(
        ann,
        Array.from({ length: 1_024 }, () => text(conversation, "x".repeat(100))),
      );
      batches += 1;
      sizes.push(statSync(join(folder, "state.db-wal")).size);
      // Without checkpoints the file grows with every batch.
      return sizes.length > 8 && sizes.at(-1) === sizes.at(-4);
    },
    15_000,
  );
  expect(state.appliedSeq()).toBe(seqBefore + batches * 1_024);
  state.close();
  const again = new StateDb(join(folder, "state.db"));
  expect(again.appliedSeq()).toBe(seqBefore + batches * 1_024);
  expect(again.queries.history(conversation, ann, Number.MAX_SAFE_INTEGER, 3)).toHaveLength(3);
  again.close();
}, 20_000);

test("a commit that is put off for lack of room undoes nothing", () => {
  const { state, ann, bob, apply } = openTwo();
  const empty = Object.getOwnPropertyDescriptor(DiskRoom.prototype, "empty")!;
  const before = state.appliedSeq();
  try {
    Object.defineProperty(DiskRoom.prototype, "empty", { ...empty, get: () => true });
    expect(() => apply(ann, [text(directId(ann, bob), "x")])).toThrow(StorageFull);
  } finally {
    Object.defineProperty(DiskRoom.prototype, "empty", empty);
  }
  expect(state.appliedSeq()).toBe(before + 1);
  state.flush();
  state.close();
  const again = new StateDb(join(folder, "state.db"));
  expect(again.appliedSeq()).toBe(before + 1);
  again.close();
});

test("what was unread once and is read, and what comes after, is found again", () => {
  const { state, ann, bob, apply } = openTwo();
  const conversation = directId(ann, bob);
  const unread = (user: string): readonly string[] => state.queries.unreadIds(conversation, user, 10);
  apply(ann, [text(conversation, "one")]);
  expect(unread(ann)).toEqual([]);
  expect(unread(bob)).toHaveLength(1);
  apply(bob, [read(bob, [], unread(bob)[0]!)]);
  expect(unread(bob)).toEqual([]);
  apply(bob, [text(conversation, "two")]);
  expect(unread(bob)).toEqual([]);
  expect(unread(ann)).toHaveLength(1);
  apply(ann, [text(conversation, "three")]);
  expect(unread(bob)).toHaveLength(1);
  state.close();
});

test("what is remembered of unread messages is what the rows say, whatever happens in between", () => {
  const { state, ann, bob, apply } = openTwo();
  const conversation = directId(ann, bob);
  let random = 7;
  const next = (below: number): number => (random = (random * 1_103_515_245 + 12_345) % 2 ** 31) % below;
  const looks: string[][] = [];
  for (let step = 0; step < 400; step++) {
    const [user, other] = next(2) === 0 ? [ann, bob] : [bob, ann];
    const all = state.queries.unreadIds(conversation, user, 50);
    const newest = all[0] ?? "";
    // The cache may answer for one message; for many, the rows answer, unless there is none.
    expect(state.queries.unreadIds(conversation, user, 1)).toEqual(all.slice(0, 1));
    looks.push([...all]);
    const kind = next(6);
    if (kind <= 2) apply(user, [{ kind: "sendMessage", conversation, body: "x", readUpTo: kind === 0 ? newest : "" }]);
    else if (kind === 3 && newest !== "") apply(user, [read(user, [all[next(all.length)]!])]);
    else if (kind === 4 && newest !== "")
      apply(next(2) === 0 ? user : other, [{ kind: "deleteMessages", ids: [newest] }]);
    else if (kind === 5 && newest !== "") apply(user, [read(user, [], newest)]);
  }
  expect(looks.some((ids) => ids.length > 1) && looks.some((ids) => ids.length === 0)).toBe(true);
  state.close();
});

test("a message is news to all but its author, until she reads it or reads singly", () => {
  const memory = new ConversationMemory();
  const message = (seq: number, author: string): void =>
    memory.added({
      conversation: "c",
      seq,
      author,
      clientId: String(seq),
      body: "",
      timeMicros: 0,
      deleted: false,
      recovered: false,
      changedSeq: 0,
      quoted: null,
      files: null,
    });
  const mark = (user: string, seq: number): void =>
    memory.setMember({ conversation: "c", user, mark: seq, markChangedSeq: 0, sinceSeq: 0, sinceMicros: 0 });
  mark("ann", 0);
  mark("bob", 0);
  message(5, "ann");
  expect(memory.newestUnread("c", "bob")).toMatchObject({ author: "ann", seq: 5 });
  // There may be older messages before the first one that the cache has seen.
  expect(memory.newestUnread("c", "ann")).toBeNull();
  mark("ann", 4);
  expect(memory.newestUnread("c", "ann")).toBe("nothing");
  memory.readSingly("c", "bob");
  expect(memory.newestUnread("c", "bob")).toBeNull();
  mark("bob", 5);
  expect(memory.newestUnread("c", "bob")).toBe("nothing");
  for (let seq = 6; seq < 90; seq++) message(seq, "ann");
  expect(memory.messagesAfter("c", 5, 10)).toBeNull();
  expect(memory.messagesAfter("c", 86, 2)?.map((m) => m.seq)).toEqual([87, 88]);
  expect(memory.seqOf("c", "ann", "89")).toBe(89);
  expect(memory.seqOf("c", "ann", "6")).toBeNull();
  memory.erased("c", 89);
  expect(memory.newestUnread("c", "bob")).toMatchObject({ seq: 88 });
});

describe("client ids that nobody has used", () => {
  /** The client ids of requests, and the cache over them; `looks` counts the reads of the rows. */
  function makeSpans() {
    const rows = new Set<string>();
    const made = { rows, looks: 0 };
    const spans = new RequestSpans((from, to, limit) => {
      made.looks += 1;
      return [...rows]
        .filter((id) => id >= from && id < to)
        .sort()
        .slice(0, limit);
    });
    return Object.assign(made, { spans });
  }

  /** A client id of one of few moments; 16 ms are a span. */
  const idAt = (ms: number, n: number): string =>
    `019ab12c-${ms.toString(16).padStart(4, "0")}-7000-8000-${n.toString(16).padStart(12, "0")}`;

  test("are never said to be new when the rows have them, whatever is written, forgotten or met again", () => {
    const { rows, spans } = makeSpans();
    let random = 11;
    const next = (below: number): number => (random = (random * 1_103_515_245 + 12_345) % 2 ** 31) % below;
    let news = 0;
    for (let step = 0; step < 5_000; step++) {
      // First a few moments close together, then ever more, so that old spans are dropped and read again.
      const id = idAt(next(2 + (step >> 1)) % 4_096, next(4));
      const clientId = [id, id, id, id.replace("-7", "-4"), `${id}~abcdefgh`, `${id.slice(0, 35)}\u{1F600}`][next(6)]!;
      const isNew = spans.isNew(clientId);
      if (isNew) {
        news += 1;
        expect(rows.has(clientId)).toBe(false);
      }
      if (next(2) === 0) {
        rows.add(clientId);
        spans.added(clientId);
      }
      if (next(400) === 0) {
        // Rolls a transaction back.
        for (const lost of [...rows].slice(-next(50))) rows.delete(lost);
        spans.clear();
      }
    }
    expect(news).toBeGreaterThan(500);
  });

  test("cost one look a minute while time passes, whatever came before and whoever is a little late", () => {
    const made = makeSpans();
    const { rows, spans } = made;
    rows.add(idAt(16, 1));
    for (let ms = 32; ms < 60_000; ms += 16) {
      const id = idAt(ms, 1);
      expect(spans.isNew(id)).toBe(true);
      rows.add(id);
      spans.added(id);
      // The span before is still remembered.
      expect(spans.isNew(idAt(ms - 16, 2))).toBe(true);
    }
    expect(made.looks).toBe(2);
    // Long forgotten, so the rows decide.
    expect(spans.isNew(idAt(64, 1))).toBe(false);
    expect(made.looks).toBe(3);
  });

  test("cost one look for those of one moment, and for a crowded one no more than a few rows", () => {
    const made = makeSpans();
    const { rows, spans } = made;
    for (let n = 0; n < 3_000; n++) {
      const id = idAt(1, n);
      expect(spans.isNew(id)).toBe(n <= 2_048);
      rows.add(id);
      spans.added(id);
    }
    expect(made.looks).toBe(1);
    spans.clear();
    expect(spans.isNew(idAt(1, 5_000))).toBe(false);
    expect(spans.isNew(idAt(1, 5_000))).toBe(false);
    expect(spans.isNew(idAt(256, 5_000))).toBe(true);
    expect(made.looks).toBe(3);
    expect(spans.isNew("3f0e0f7c-0000-4000-8000-000000000000")).toBe(false);
    expect(made.looks).toBe(3);
  });
});

test("a WAL that a burst made long is cut when there is quiet", async () => {
  const place = mkdtempSync(join(folder, "quiet-"));
  const path = join(place, "state.db");
  const db = new Database(path);
  const checkpointer = new Checkpointer(path, 10);
  db.run("PRAGMA journal_mode = WAL");
  db.run("PRAGMA wal_autocheckpoint = 0");
  db.run("CREATE TABLE t (x)");
  const size = (): number => statSync(`${path}-wal`).size;
  while (size() < 20 * 1024 * 1024) db.run("INSERT INTO t VALUES (zeroblob(1000000))");
  checkpointer.committed(1);
  await waitFor("a short WAL", () => size() < 1024 * 1024);
  checkpointer.close();
  db.close();
});
