/** [I12] Which ops their own branch refused: those have failed for good if that branch loses. */
import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeOp } from "../../../src/chat/kinds/op.ts";
import { StateDb } from "../../../src/db/state/state-db.ts";
import type { Batch } from "../../../src/election/frame.ts";
import { FIRST_VIEW, STATES, uuid } from "../../support/chat-log.ts";
import { recovered, RoomLog, todo } from "../../support/room-log.ts";

/** The number of nobody who has an account. */
const NOBODY = "nobody000000";

describe.each(["memory", "sqlite"] as const)("over %s rows", (kind) => {
  /** A room of anna, and ops that follow in the log without being applied. */
  function begin() {
    const log = new RoomLog(STATES[kind]());
    const room = log.room(log.anna, "ops");
    const { state } = log.log;
    const batch = (...ops: readonly Uint8Array[]): Batch[] => [
      { kind: "op", viewNo: FIRST_VIEW.no, firstSeq: state.appliedSeq() + 1, ops },
    ];
    const stranger = encodeOp(log.log.op(NOBODY, todo.say(room, "who am I?"), { clientId: uuid(900) }));
    return { log, room, state, batch, stranger };
  }

  test("among the applied ones: not what was done, and not what a merge brought back", () => {
    const { log, room, state, stranger } = begin();
    const made = log.do(log.ben, todo.topic(room, "not his"));
    expect(made.error).not.toBeNull();
    log.say(log.anna, room, "hello");
    const other = log.do(log.eve, todo.rename(room, "hers"));
    state.apply([{ kind: "op", viewNo: FIRST_VIEW.no, firstSeq: state.appliedSeq() + 1, ops: recovered([stranger]) }]);
    expect([...state.refusedAfter(0, [])]).toEqual([made.seq, other.seq]);
    expect([...state.refusedAfter(made.seq, [])]).toEqual([other.seq]);
  });

  test("among those that follow: they are tried out, and nothing of them stays", () => {
    const { log, room, state, batch, stranger } = begin();
    const before = state.hash();
    const fine = encodeOp(log.log.op(log.anna, todo.say(room, "hello"), { clientId: uuid(901) }));
    const archive = encodeOp(log.log.op(log.anna, todo.archive(room), { clientId: uuid(902) }));
    const late = encodeOp(log.log.op(log.anna, todo.say(room, "too late"), { clientId: uuid(903) }));
    const from = state.appliedSeq() + 1;
    const rest = batch(fine, stranger, archive, late);
    expect([...state.refusedAfter(0, rest)]).toEqual([from + 1, from + 3]);
    expect(state.hash()).toEqual(before);
    expect(state.appliedSeq()).toBe(from - 1);
    expect([...state.refusedAfter(0, [])]).toEqual([]);
    // The state goes on as if nothing had been tried.
    log.say(log.anna, room, "hello");
    expect(log.said(room)).toEqual(["hello"]);
  });
});

test("state.db remembers them after the process has ended", () => {
  const folder = mkdtempSync(join(tmpdir(), "lastword-refusals-"));
  try {
    const path = join(folder, "state.db");
    const state = new StateDb(path);
    const log = new RoomLog(state);
    const room = log.room(log.anna, "ops");
    const { seq } = log.do(log.ben, todo.topic(room, "not his"));
    state.close();
    const again = new StateDb(path);
    expect([...again.refusedAfter(0, [])]).toEqual([seq]);
    again.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
