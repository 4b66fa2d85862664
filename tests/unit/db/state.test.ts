/** state.db as a file: it survives, is durable on demand, and has the same hash in the replica and from a copy. */
import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHECKSUM_BYTES, withChecksum } from "../../../proto/op-checksum.ts";
import { applyOp } from "../../../src/chat/kinds/apply.ts";
import { directId } from "../../../src/chat/ids.ts";
import { encodeOp, FormatTooNew } from "../../../src/chat/kinds/op.ts";
import { readAppliedSeq, StateDb } from "../../../src/db/state/state-db.ts";
import { StorageDamaged } from "../../../src/election/ports.ts";
import { viewNoKey } from "../../../src/election/view.ts";
import { ChatLog, FIRST_VIEW } from "../../support/chat-log.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lastword-state-"));
  path = join(folder, "state-1.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function filled(): { state: StateDb; log: ChatLog } {
  const state = new StateDb(path);
  const log = new ChatLog(state);
  const [anna, ben] = [log.person("anna"), log.person("ben")];
  for (let n = 0; n < 100; n++) log.message(anna, ben, `message ${n}`);
  return { state, log };
}

describe("the file", () => {
  test("opened again it stands where it stood", () => {
    const { state } = filled();
    const before = { hash: state.hash(), view: state.appliedView(), newest: state.queries.newestMicros() };
    state.close();
    expect(readAppliedSeq(path)).toBe(103);
    const again = new StateDb(path);
    expect({ hash: again.hash(), view: again.appliedView(), newest: again.queries.newestMicros() }).toEqual(before);
    expect(again.firstView()).toBe(viewNoKey(FIRST_VIEW.no));
    again.close();
  });

  test("sync makes durable what another process then finds, while it is open", async () => {
    const { state } = filled();
    await state.sync();
    expect(readAppliedSeq(path)).toBe(103);
    state.close();
  });

  test("aside, while ops are applied: the hash of one seq", async () => {
    const { state, log } = filled();
    const before = state.hash();
    const aside = state.hashAside();
    log.person("carl");
    expect(await aside).toEqual(before);
    expect((await state.hashAside()).hash).toBe(state.hash().hash);
    expect(state.hash().hash).not.toBe(before.hash);
    state.close();
  });

  test.each(["users", "sessions", "requests", "conversations", "members", "messages"])(
    "the hash covers %s",
    (table) => {
      const { state } = filled();
      const before = state.hash().hash;
      state.client().run(`DELETE FROM ${table}`);
      expect(state.hash().hash).not.toBe(before);
      state.close();
    },
  );

  test("a request whose message is missing is damage, and is told", () => {
    const { state, log } = filled();
    const [anna, ben] = [log.person("ann"), log.person("bea")];
    const send = log.op(anna, { kind: "sendMessage", conversation: directId(anna, ben), body: "x", readUpTo: "" });
    log.apply(send);
    state.client().run(`DELETE FROM messages WHERE client_id = '${send.clientId}'`);
    const told: unknown[] = [];
    state.onDamage = (error) => told.push(error);
    expect(() => state.queries.request(anna, send.clientId)).toThrow(StorageDamaged);
    expect(() => log.apply(send)).toThrow(StorageDamaged);
    expect(told).toHaveLength(2);
    state.close();
  });

  test("a file that is no database is said to be damaged", () => {
    writeFileSync(path, "this is not a database, and long enough to be looked at".repeat(100));
    expect(() => new StateDb(path)).toThrow(StorageDamaged);
  });
});

describe("a batch that cannot be applied leaves nothing behind", () => {
  test("an op of a later version", () => {
    const { state, log } = filled();
    const before = state.hash();
    const late = encodeOp(log.registration("carl"));
    late[late.indexOf(0x08) + 1] = 2;
    const batch = [encodeOp(log.registration("dora")), withChecksum(late.subarray(0, -CHECKSUM_BYTES))];
    expect(() => log.append(batch)).toThrow(FormatTooNew);
    expect(state.hash()).toEqual(before);
    state.close();
  });

  test("an op that is not what its proposer wrote: the store is damaged, nothing is recorded", () => {
    const { state, log } = filled();
    const before = state.hash();
    const damaged = encodeOp(log.registration("carl"));
    damaged[damaged.length - CHECKSUM_BYTES - 1]! ^= 1;
    expect(() => log.append([encodeOp(log.registration("dora")), damaged])).toThrow(StorageDamaged);
    expect(state.hash()).toEqual(before);
    state.close();
  });

  test("a full disk: nothing is applied, and the same batch goes in when there is room", () => {
    const { state, log } = filled();
    const before = state.hash();
    const pages = state.client().query<{ page_count: number }, []>("PRAGMA page_count").get()!.page_count;
    const ops = Array.from({ length: 60 }, (_, n) => encodeOp(log.registration(`${"x".repeat(2000)}${n}`)));
    state.client().run(`PRAGMA max_page_count = ${pages + 2}`);
    expect(() => log.append(ops)).toThrow("full");
    expect(state.hash()).toEqual(before);
    state.client().run("PRAGMA max_page_count = 100000");
    expect(log.append(ops)).toHaveLength(60);
    state.close();
  });

  test("an error of the disk is never taken for the fault of an op", () => {
    let broken = false;
    const state = new StateDb(path, {
      rules: (bytes, seq, rows) => {
        if (broken) state.client().run("PRAGMA query_only = 1");
        return applyOp(bytes, seq, rows);
      },
    });
    const log = new ChatLog(state);
    const anna = log.registration("anna");
    broken = true;
    expect(() => log.apply(anna)).toThrow(StorageDamaged);
    expect(state.appliedSeq()).toBe(1);
    state.client().run("PRAGMA query_only = 0");
    state.close();
  });
});

test("the tables can be read by anybody with SQLite", () => {
  const { state } = filled();
  state.close();
  const db = new Database(path, { readonly: true });
  expect(db.query("SELECT count(*) AS n FROM messages").get()).toEqual({ n: 100 });
  db.close();
});
