/** Links for new passwords, and deactivation, over both implementations of Rows: on one branch, and merged both ways. */
import { describe, expect, test } from "bun:test";
import { passwordId, type UserId } from "../../../src/chat/ids.ts";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import { OPERATOR } from "../../../src/chat/kinds/roles.ts";
import { directId } from "../../../src/chat/ids.ts";
import { rowsOf, STATES, uuid } from "../../support/chat-log.ts";
import { merge, RoomLog, todo, type Side } from "../../support/room-log.ts";

const DAY_MICROS = 24 * 3600 * 1e6;

const reset = (person: UserId, tokenHash = `hash for ${person}`): OpBody => ({
  kind: "createReset",
  person,
  tokenHash,
});
const sets = (person: UserId, passwordHash: string, tokenHash = `hash for ${person}`): OpBody => ({
  kind: "resetPassword",
  tokenHash,
  passwordHash,
  session: { id: `s ${passwordHash}`, tokenHash: `t ${passwordHash}` },
});
const off = (person: UserId): OpBody => ({ kind: "setActive", person, active: false, seen: "" });
const on = (person: UserId, seen = ""): OpBody => ({ kind: "setActive", person, active: true, seen });
const role = (person: UserId, what: "member" | "admin" | "owner"): OpBody => ({ kind: "setRole", person, role: what });
const logIn = (name: string, session: string): OpBody => ({
  kind: "login",
  session: { id: session, tokenHash: `t ${session}` },
  checked: passwordId(`hash of ${name}`),
});

const passwordOf = (log: RoomLog, user: UserId): unknown =>
  rowsOf(log.log, "users").find(({ id }) => id === user)?.["password_hash"];
const sessionsOf = (log: RoomLog, user: UserId): unknown[] =>
  rowsOf(log.log, "sessions").flatMap((row) => (row["user"] === user ? [row["id"]] : []));
const isOff = (log: RoomLog, user: UserId): boolean =>
  rowsOf(log.log, "deactivations").some((row) => row["user"] === user && row["off"] === 1);
const tagOff = (log: RoomLog, user: UserId): string =>
  String(rowsOf(log.log, "deactivations").find((row) => row["user"] === user)!["tag"]);
const acts = (log: RoomLog): string[] =>
  rowsOf(log.log, "audit")
    .map(({ action }) => String(action))
    .slice(4)
    .filter((action) => action !== "makeRoom");

describe.each(["memory", "sqlite"] as const)("locks over %s rows", (kind) => {
  const start = (): RoomLog => new RoomLog(STATES[kind]());
  const nothing: Side = () => undefined;
  const both = <Seen>(
    before: Side,
    sides: readonly [Side, Side],
    look: (log: RoomLog) => Seen,
    expected: Seen,
  ): void => {
    const { wins, other } = merge(STATES[kind], before, sides);
    expect(look(wins)).toEqual(expected);
    expect(look(other)).toEqual(expected);
  };

  test("a link sets a password once, ends all other sessions, and begins one", () => {
    const log = start();
    const { anna, ben } = log;
    expect(log.error(anna, reset(ben))).toBe(null);
    expect(log.error(ben, sets(ben, "wrong", "another hash"))).toBe("link_revoked");
    expect(log.error(ben, sets(ben, "new"))).toBe(null);
    expect([passwordOf(log, ben), sessionsOf(log, ben)]).toEqual(["new", ["s new"]]);
    expect(log.error(ben, sets(ben, "newer"))).toBe("link_used");
    log.do(anna, reset(ben, "second"));
    expect(log.error(ben, sets(ben, "newer"))).toBe("link_revoked");
    expect(log.error(ben, sets(ben, "newer", "second"), { timeMicros: 3_000_000 + DAY_MICROS })).toBe("link_expired");
    expect(acts(log)).toEqual(["makeReset", "resetPassword", "makeReset"]);
  });

  test("an owner manages everybody else, an admin those who are neither, an operator all; nobody herself", () => {
    const log = start();
    const { anna, ben, eve, dan } = log;
    log.do(anna, role(ben, "admin"));
    log.do(anna, role(dan, "admin"));
    for (const body of [reset, off]) {
      expect(log.error(eve, body(ben))).toBe("not_allowed");
      expect(log.error(ben, body(anna))).toBe("not_allowed");
      expect(log.error(ben, body(dan))).toBe("not_allowed");
      expect(log.error(ben, body(ben))).toBe("not_allowed");
      expect(log.error(anna, body("NoSuchPerson" as UserId))).toBe("not_found");
      expect(log.error(ben, body(eve))).toBe(null);
      expect(log.error(anna, body(dan))).toBe(null);
    }
    expect(log.error(OPERATOR, reset(anna))).toBe(null);
    expect(log.error(OPERATOR, off(anna))).toBe("last_owner");
    log.do(anna, role(ben, "owner"));
    expect(log.error(OPERATOR, off(anna))).toBe(null);
    expect(log.error(ben, off(ben))).toBe("not_allowed");
    // Whoever is deactivated runs nothing.
    expect(log.error(OPERATOR, role(ben, "member"))).toBe("last_owner");
  });

  test("a deactivated account does nothing, gets nothing, and keeps its place; reactivated, it goes on", () => {
    const log = start();
    const { anna, ben, eve } = log;
    const room = log.room(ben, "ops", { people: [eve] });
    expect(log.error(anna, off(ben))).toBe(null);
    expect(log.error(anna, off(ben))).toBe(null);
    expect([isOff(log, ben), sessionsOf(log, ben)]).toEqual([true, []]);
    expect(log.error(ben, todo.say(room, "I am still here"))).toBe("deactivated");
    expect(log.error(ben, logIn("ben", "s2"))).toBe("deactivated");
    expect(log.error(eve, todo.say(directId(ben, eve), "are you there?"))).toBe("deactivated");
    expect(log.error(eve, todo.invite(log.room(eve, "dev"), ben))).toBe("deactivated");
    // The room goes on with another owner beside the one who cannot act.
    expect(log.people(room)).toEqual(["ben owner", "eve owner"]);
    expect(log.error(anna, on(ben))).toBe(null);
    expect(log.error(ben, logIn("ben", "s3"))).toBe(null);
    expect(log.error(ben, todo.say(room, "back"))).toBe(null);
    expect(acts(log)).toEqual(["deactivate", "reactivate"]);
  });

  test("a room whose people are all deactivated is run by whoever acts there first again", () => {
    const log = start();
    const { anna, ben, eve, dan } = log;
    const room = log.room(ben, "ops", { people: [eve] });
    for (const person of [eve, ben]) expect(log.error(anna, off(person))).toBe(null);
    expect(log.people(room)).toEqual(["ben owner", "eve member"]);
    expect(log.error(anna, on(eve))).toBe(null);
    expect(log.people(room)).toEqual(["ben owner", "eve owner"]);
    const other = log.room(ben, "dev");
    expect(log.error(anna, on(ben))).toBe(null);
    const own = log.room(ben, "own");
    expect(log.error(anna, off(ben))).toBe(null);
    expect(log.error(dan, todo.join(own))).toBe(null);
    expect([log.people(own), log.row(other)]).toEqual([["ben owner", "dan owner"], undefined] as never);
  });

  test("deactivated here, written and logged in there: what was written is kept, and the account stays off", () => {
    let room = "";
    const before: Side = (log) => {
      room = log.room(log.ben, "ops", { people: [log.anna], clientId: uuid(50) });
    };
    for (const micros of [2_000_000, 8_000_000]) {
      const shut: Side = (log) => log.do(log.anna, off(log.ben), { timeMicros: 5_000_000 });
      const goesOn: Side = (log) => {
        log.do(log.ben, logIn("ben", "s2"), { timeMicros: micros });
        log.say(log.ben, room, "late", { timeMicros: micros + 1 });
      };
      const look = (log: RoomLog): unknown[] => [isOff(log, log.ben), sessionsOf(log, log.ben), log.said(room).length];
      both(before, [shut, goesOn], look, [true, [], 1]);
    }
  });

  test("a deactivation that was known is undone; another one of the same time is not", () => {
    const shut: Side = (log) => log.do(log.anna, off(log.ben));
    const open: Side = (log) => log.do(log.anna, on(log.ben, tagOff(log, log.ben)));
    const again: Side = (log) => {
      open(log);
      log.do(log.anna, off(log.ben));
    };
    both(shut, [open, nothing], (log) => isOff(log, log.ben), false);
    both(shut, [open, again], (log) => isOff(log, log.ben), true);
    both(nothing, [shut, shut], (log) => isOff(log, log.ben), true);
  });

  test("one link used on both sides: the later password counts, with its session alone", () => {
    const before: Side = (log) => log.do(log.anna, reset(log.ben));
    const uses =
      (password: string, timeMicros: number): Side =>
      (log) => {
        expect(log.error(log.ben, sets(log.ben, password), { timeMicros })).toBe(null);
      };
    const look = (log: RoomLog): unknown[] => [passwordOf(log, log.ben), sessionsOf(log, log.ben)];
    both(before, [uses("early", 2_000_000), uses("late", 3_000_000)], look, ["late", ["s late"]]);
    // Used there, replaced here: the new link still works.
    const replaced: Side = (log) => log.do(log.anna, reset(log.ben, "second"), { timeMicros: 9_000_000 });
    const { wins, other } = merge(STATES[kind], before, [replaced, uses("there", 3_000_000)]);
    for (const log of [wins, other])
      expect(log.error(log.ben, sets(log.ben, "newest", "second"), { timeMicros: 9_500_000 })).toBe(null);
  });
});
