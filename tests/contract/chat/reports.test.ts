/**
 * Reports of messages over both implementations of Rows: who may, what is kept, and what a merge makes of two branches,
 * in both directions.
 */
import { describe, expect, test } from "bun:test";
import { REPORTS_PER_HOUR } from "../../../src/chat/bounds.ts";
import { passwordId } from "../../../src/chat/ids.ts";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import { encodeOp } from "../../../src/chat/kinds/op.ts";
import { kinds, rowsOf, STATES, uuid } from "../../support/chat-log.ts";
import { merge, recovered, RoomLog, type Side } from "../../support/room-log.ts";

const report = (message: string, why = "rude", words = "rude words"): OpBody => ({
  kind: "report",
  message,
  conversation: "room",
  why,
  words,
});
const settle = (message: string, by: string, done = true): OpBody => ({ kind: "settleReport", message, by, done });
const remove = (message: string): OpBody => ({ kind: "deleteMessages", ids: [message], forEveryone: true });

/** Who reported, why, and who has dealt with it. */
function reports(log: RoomLog): string[] {
  return rowsOf(log.log, "reports")
    .map((row) => {
      const state = row["done_tag"] === "" ? "new" : row["is_done"] === 1 ? "done" : "open";
      const settled = row["done_by"] === "" ? "" : ` by ${log.nameOf(String(row["done_by"]))}`;
      return `${log.nameOf(String(row["by"]))} ${String(row["why"])} ${state}${settled}: ${String(row["words"])}`;
    })
    .toSorted();
}

const audited = (log: RoomLog): unknown[] =>
  rowsOf(log.log, "audit")
    .map(({ action }) => action)
    .filter((action) => action !== "register" && action !== "makeRoom");

describe.each(["memory", "sqlite"] as const)("reports over %s rows", (kind) => {
  /** A private room of ben, eve and dan; anna, who runs the chat, is not in it. */
  function begin(): { log: RoomLog; room: string; message: string } {
    const log = new RoomLog(STATES[kind]());
    const room = log.room(log.ben, "den", { people: [log.eve], isPrivate: true });
    return { log, room, message: log.say(log.ben, room, "rude words") };
  }

  test("whoever sees a message reports it, once; those who run the chat are told, and nobody else", () => {
    const { log, message } = begin();
    const made = log.do(log.eve, report(message));
    expect(made.facts).toEqual([{ kind: "reports", open: 1, audience: { user: log.anna } }]);
    expect(log.do(log.eve, report(message, "again")).facts).toEqual([]);
    expect(reports(log)).toEqual(["eve rude new: rude words"]);
    expect(audited(log)).toEqual(["report"]);
    expect(log.error(log.dan, report(message))).toBe("not_found");
    expect(log.error(log.ben, report(message))).toBe("invalid");
    expect(log.error(log.eve, report(message.replace(/-.*/, `-${uuid(90)}`)))).toBe("not_found");
    expect(log.error(log.eve, report(message, "x".repeat(3_000)))).toBe("invalid");
  });

  test("an admin of the chat deletes what was reported, wherever it is, and only that", () => {
    const { log, room, message } = begin();
    const other = log.say(log.ben, room, "kind words");
    expect(log.error(log.anna, remove(message))).toBe("not_found");
    log.do(log.eve, report(message));
    expect(log.error(log.eve, remove(message))).toBe("not_allowed");
    expect(log.error(log.anna, remove(other))).toBe("not_found");
    expect(kinds(log.do(log.anna, remove(message)).facts)).toEqual(["changed"]);
    expect(log.said(room)).toEqual(["", "kind words"]);
    // It tells what the message said.
    expect(reports(log)).toEqual(["eve rude new: rude words"]);
  });

  test("it is done, and open again; only for those who run the chat", () => {
    const { log, message } = begin();
    log.do(log.eve, report(message));
    expect(log.error(log.ben, settle(message, log.eve))).toBe("not_allowed");
    expect(log.error(log.anna, settle(message, log.dan))).toBe("not_found");
    expect(log.do(log.anna, settle(message, log.eve)).facts).toMatchObject([{ kind: "reports", open: 0 }]);
    expect(log.do(log.anna, settle(message, log.eve)).facts).toEqual([]);
    expect(reports(log)).toEqual(["eve rude done by anna: rude words"]);
    expect(audited(log)).toEqual(["report", "settleReport"]);
    expect(log.do(log.anna, settle(message, log.eve, false)).facts).toMatchObject([{ open: 1 }]);
    expect(reports(log)).toEqual(["eve rude open by anna: rude words"]);
  });

  test(`one user makes ${REPORTS_PER_HOUR} within an hour`, () => {
    const { log, room } = begin();
    const sent = Array.from({ length: REPORTS_PER_HOUR + 1 }, (_, n) => log.say(log.ben, room, String(n)));
    const at = (timeMicros: number) => ({ timeMicros });
    for (const message of sent.slice(1)) expect(log.error(log.eve, report(message), at(5e9))).toBe(null);
    expect(log.error(log.eve, report(sent[0]!), at(5e9 + 3.5e9))).toBe("slow_down");
    expect(log.error(log.eve, report(sent[0]!), at(5e9 + 3.7e9))).toBe(null);
  });

  test("an account that is deleted with its messages leaves no words, also of a report that comes later", () => {
    const { log, room, message } = begin();
    const second = log.say(log.ben, room, "more");
    log.do(log.eve, report(message));
    const late = log.log.op(log.eve, report(second));
    log.do(log.ben, { kind: "deleteAccount", deleteMessages: true, checked: passwordId("hash of ben") });
    log.log.append(recovered([encodeOp(late)]));
    expect(reports(log)).toEqual(["eve rude new: ", "eve rude new: "]);
  });
});

describe.each(["memory", "sqlite"] as const)("merges of reports over %s rows", (kind) => {
  let message = "";
  let eve = "";
  const before: Side = (log) => {
    eve = log.eve;
    log.do(log.anna, { kind: "setRole", person: log.dan, role: "admin" });
    const room = log.room(log.ben, "den", { people: [log.eve], isPrivate: true, clientId: uuid(50) });
    message = log.say(log.ben, room, "rude words", { clientId: uuid(51) });
  };
  const at = (user: "anna" | "ben" | "eve" | "dan", timeMicros: number, body: () => OpBody): Side => {
    return (log) => log.do(log[user], body(), { timeMicros });
  };
  const both = (sides: readonly [Side, Side], found: readonly string[], first: Side = before): void => {
    for (const pair of [sides, [sides[1], sides[0]] as const]) {
      const { wins, other } = merge(STATES[kind], first, pair);
      for (const log of [wins, other]) expect(reports(log)).toEqual([...found]);
    }
  };
  const reported: Side = (log) => {
    before(log);
    log.do(log.eve, report(message), { timeMicros: 1_500_000 });
  };

  test("reported on one branch, deleted on the other: the report is kept, with its words", () => {
    const gone = at("ben", 3_000_000, () => ({ kind: "deleteMessages", ids: [message] }));
    both([at("eve", 2_000_000, () => report(message)), gone], ["eve rude new: rude words"]);
  });

  test("reported by one person on both branches: the earlier one", () => {
    const sides = [2_000_000, 3_000_000].map((time) => at("eve", time, () => report(message, `at ${time}`)));
    both([sides[0]!, sides[1]!], ["eve at 2000000 new: rude words"]);
  });

  test("done on one branch and opened on the other: the later one counts", () => {
    const isDone = at("anna", 4_000_000, () => settle(message, eve));
    const close: Side = (log) => {
      reported(log);
      log.do(log.anna, settle(message, log.eve), { timeMicros: 1_600_000 });
    };
    const open = at("dan", 5_000_000, () => settle(message, eve, false));
    both([isDone, open], ["eve rude open by dan: rude words"], close);
    const sooner = at("dan", 3_000_000, () => settle(message, eve, false));
    both([isDone, sooner], ["eve rude done by anna: rude words"], close);
  });

  test("a report that one branch makes is not done by what was done to another one", () => {
    const more = (log: RoomLog): unknown => log.do(log.eve, report(message), { timeMicros: 2_000_000 });
    both([more, () => undefined], ["eve rude new: rude words"]);
  });

  test("settled before the report arrives: it is done when it does, and not listed until then", () => {
    const source = new RoomLog(STATES[kind]());
    before(source);
    const made = source.log.op(source.eve, report(message), { timeMicros: 2_000_000 });
    const settled = source.log.op(source.anna, settle(message, source.eve), { timeMicros: 3_000_000 });
    source.log.append(recovered([encodeOp(settled)]));
    expect(source.log.append(recovered([encodeOp(made)]))[0]!.facts).toMatchObject([{ open: 0 }, { open: 0 }]);
    expect(reports(source)).toEqual(["eve rude done by anna: rude words"]);
  });
});
