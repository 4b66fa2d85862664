/** Links, and the audit log, over both implementations of Rows: on one branch, and merged in both directions. */
import { describe, expect, test } from "bun:test";
import type { ChatErrorCode } from "../../../src/chat/errors.ts";
import { GENERAL_ID, type ConversationId, type InviteId, type UserId } from "../../../src/chat/ids.ts";
import { inviteIdOf, type CreateInvite } from "../../../src/chat/kinds/create-invite.ts";
import { OPERATOR } from "../../../src/chat/kinds/roles.ts";
import type { InviteUse } from "../../../src/chat/kinds/use-invite.ts";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import type { Op } from "../../../src/chat/kinds/op.ts";
import { roomIdOf } from "../../../src/chat/kinds/create-room.ts";
import { AUDIT_MICROS } from "../../../src/chat/audit-rows.ts";
import { RECOVERED, rowsOf, STATES, uuid, type Made } from "../../support/chat-log.ts";
import { merge, RoomLog, todo, type Side } from "../../support/room-log.ts";

const DAY = 24 * 3600;

/** Makes a link; its id. */
function makes(
  log: RoomLog,
  by: UserId,
  more: Partial<CreateInvite> = {},
  clientId = log.log.nextClientId(),
): InviteId {
  const asked = { role: "member", rooms: [], usesMax: 25, seconds: DAY, ...more } as const;
  const body = { kind: "createInvite", tokenHash: `hash of ${clientId}`, ...asked } as const;
  const op = log.log.op(by, body, { clientId });
  log.log.apply(op);
  return inviteIdOf(op, body);
}

const revoke = (invite: InviteId, ...used: UserId[]): OpBody => ({ kind: "revokeInvite", invite, used });

/** Somebody registers by a link. */
function comes(log: RoomLog, name: string, use: InviteUse, more: object = {}): Made {
  const op = log.log.registration(name, more);
  return log.log.apply({ ...op, body: { ...op.body, general: "general", invite: use } as never });
}

function useOf(log: RoomLog, id: InviteId): InviteUse {
  const row = rowsOf(log.log, "invites").find((one) => one["id"] === id)!;
  const rooms = String(row["rooms"]);
  return {
    id,
    role: row["role"] as InviteUse["role"],
    rooms: rooms === "" ? [] : (rooms.split(" ") as ConversationId[]),
    by: row["by"] as UserId,
  };
}

/** Names of everybody who has an account. */
function everybody(log: RoomLog): string[] {
  return rowsOf(log.log, "users")
    .map(({ name }) => String(name))
    .toSorted();
}

/** "actor action target", with names, oldest first. */
function audit(log: RoomLog): string[] {
  const names = new Map(rowsOf(log.log, "users").map(({ id, name }) => [id, String(name)]));
  const links = rowsOf(log.log, "invites").map(({ id }) => id);
  const named = (id: unknown): string => (links.includes(id as string) ? "link" : (names.get(id) ?? String(id)));
  return rowsOf(log.log, "audit").map(({ actor, action, target, detail, recovered }) =>
    [named(actor), action, named(target), detail, recovered === 1 ? "late" : ""]
      .filter((word) => word !== "")
      .join(" "),
  );
}

describe.each(["memory", "sqlite"] as const)("links over %s rows", (kind) => {
  const start = (): RoomLog => new RoomLog(STATES[kind]());

  test("whoever comes by a link is in the rooms that it names, and everybody is in #general", () => {
    const log = start();
    const open = log.room(log.ben, "open");
    const hidden = log.room(log.anna, "hidden", { isPrivate: true });
    const id = makes(log, log.anna, { rooms: [open, hidden] });
    expect(comes(log, "fay", useOf(log, id)).error).toBe(null);
    const fay = rowsOf(log.log, "users").find(({ name }) => name === "fay")!["id"];
    const rooms = rowsOf(log.log, "members").flatMap((row) => (row["user"] === fay ? [row["conversation"]] : []));
    expect(new Set(rooms)).toEqual(new Set([open, hidden, GENERAL_ID]));
    expect(log.seat(hidden, fay as UserId)).toMatchObject({ state: "joined", role: "member", seated_by: log.anna });
    expect(audit(log).slice(6)).toEqual(["anna makeInvite link", "fay register link"]);
  });

  test("only who runs the chat makes links, and only into rooms that she may see", () => {
    const log = start();
    const { anna, ben } = log;
    const hidden = log.room(ben, "hidden", { isPrivate: true });
    const tries = (by: UserId, more: Partial<CreateInvite> = {}): ChatErrorCode | null => {
      const asked = { role: "member", rooms: [], usesMax: 25, seconds: DAY, ...more } as const;
      return log.error(by, { kind: "createInvite", tokenHash: `hash ${Math.random()}`, ...asked });
    };
    expect(tries(ben)).toBe("not_allowed");
    expect(tries(anna, { rooms: [hidden] })).toBe("not_found");
    expect(tries(OPERATOR, { rooms: [hidden] })).toBe("not_found");
    expect(tries(anna, { rooms: ["NoSuchRoom00"] })).toBe("not_found");
    expect(tries(OPERATOR)).toBe(null);
    for (const wrong of [{ usesMax: 0 }, { usesMax: 1001 }, { seconds: 0 }, { seconds: 400 * DAY }, { role: "owner" }])
      expect(tries(anna, wrong as Partial<CreateInvite>)).toBe("invalid");
    expect(tries(anna, { rooms: Array<string>(21).fill(hidden) })).toBe("invalid");
    log.do(anna, { kind: "setRole", person: ben, role: "admin" });
    expect(tries(ben, { rooms: [hidden] })).toBe(null);
    for (let n = 0; n < 498; n++) expect(tries(anna)).toBe(null);
    expect(tries(anna)).toBe("too_many");
  });

  test("a link that is unknown, expired, used up, revoked, or whose maker does not run the chat lets nobody in", () => {
    const log = start();
    const { anna, ben } = log;
    expect(comes(log, "fay", { id: "NoSuchLink00", role: "member", rooms: [], by: anna }).error).toBe("not_found");
    const short = makes(log, anna, { seconds: 1 });
    expect(comes(log, "fay", useOf(log, short), { timeMicros: 2_100_000 }).error).toBe("link_expired");
    const once = makes(log, anna, { usesMax: 1 });
    expect(comes(log, "fay", useOf(log, once)).error).toBe(null);
    expect(comes(log, "gil", useOf(log, once)).error).toBe("link_used");
    const gone = makes(log, anna);
    expect(log.error(ben, revoke(gone))).toBe("not_found");
    expect(log.error(anna, revoke("NoSuchLink00"))).toBe("not_found");
    expect(log.error(anna, revoke(gone))).toBe(null);
    expect(log.error(anna, revoke(gone))).toBe(null);
    expect(comes(log, "gil", useOf(log, gone)).error).toBe("link_revoked");
    log.do(anna, { kind: "setRole", person: ben, role: "admin" });
    const bens = makes(log, ben);
    log.do(anna, { kind: "setRole", person: ben, role: "member" });
    expect(comes(log, "gil", useOf(log, bens)).error).toBe("link_revoked");
    log.do(anna, { kind: "setRole", person: ben, role: "admin" });
    expect(comes(log, "gil", useOf(log, bens)).error).toBe(null);
    expect(everybody(log)).toEqual(["anna", "ben", "dan", "eve", "fay", "gil"]);
  });

  test("a room that was archived, or from which the maker was sent away, is left out", () => {
    const log = start();
    const { anna, ben } = log;
    const [old, hidden] = [log.room(anna, "old"), log.room(ben, "hidden", { isPrivate: true, people: [anna] })];
    const id = makes(log, anna, { rooms: [old, hidden] });
    log.do(anna, todo.archive(old));
    log.do(ben, todo.remove(hidden, anna));
    expect(comes(log, "fay", useOf(log, id)).error).toBe(null);
    expect([log.people(old), log.people(hidden)]).toEqual([["anna owner"], ["ben owner"]]);
  });

  test("after everybody has deleted the account, the next one is the first, and the owner", () => {
    const log = start();
    for (const name of ["anna", "ben", "eve", "dan"] as const)
      log.do(log[name], { kind: "deleteAccount", deleteMessages: false, checked: "" }, RECOVERED);
    const first = (name: string): Op => {
      const op = log.log.registration(name);
      return { ...op, body: { ...op.body, first: true } as never };
    };
    const fay = first("fay");
    expect(log.log.apply(fay).error).toBe(null);
    expect(rowsOf(log.log, "roles").find(({ user }) => user === fay.user)?.["role"]).toBe("owner");
    expect(log.log.apply(first("gil")).error).toBe("registration_closed");
  });

  test("a link into a room that a merge has not brought yet: whoever came is in it once it comes", () => {
    const log = start();
    const { anna, ben } = log;
    const create = todo.create("ops", { people: [ben] });
    const made = log.log.op(anna, create, { clientId: uuid(50), ...RECOVERED });
    const id = roomIdOf(made, create);
    const other = log.log.op(anna, todo.create("dev"), { clientId: uuid(51), ...RECOVERED });
    const rooms = [id, roomIdOf(other, todo.create("dev"))];
    const came = comes(log, "fay", { id: "NotYetHere00", role: "member", rooms, by: anna }, RECOVERED);
    expect([came.error, log.people(GENERAL_ID).length]).toEqual([null, 5]);
    log.do(ben, todo.say(id, "early"), RECOVERED);
    log.log.apply(made);
    log.log.apply(other);
    expect(log.people(id)).toEqual(["? member", "anna owner", "ben member"]);
    expect(log.people(rooms[1]!)).toEqual(["? member", "anna owner"]);
    expect(log.said(id)).toEqual(["early late"]);
  });

  test("an entry of the audit log goes after 400 days", () => {
    const log = start();
    expect(audit(log)).toEqual(["anna register", "ben register", "eve register", "dan register"]);
    makes(log, log.anna);
    log.do(log.anna, { kind: "setRole", person: log.ben, role: "admin" }, { timeMicros: 1_000_003 + AUDIT_MICROS });
    expect(audit(log)).toEqual(["eve register", "dan register", "anna makeInvite link", "anna setRole ben admin"]);
  });

  test("one use used on both sides: both are in, and the audit log says so", () => {
    let id: InviteId = "";
    const before: Side = (log) => {
      id = makes(log, log.anna, { usesMax: 1 }, uuid(70));
    };
    const by =
      (name: string): Side =>
      (log) => {
        expect(comes(log, name, useOf(log, id)).error).toBe(null);
        expect(comes(log, `${name}2`, useOf(log, id)).error).toBe("link_used");
      };
    const { wins, other } = merge(STATES[kind], before, [by("fay"), by("gil")]);
    for (const [log, late] of [
      [wins, "gil"],
      [other, "fay"],
    ] as const) {
      // A refusal on the other branch, which had acknowledged nothing, comes back as a registration.
      expect(everybody(log).filter((name) => /^(?:fay|gil)$/.test(name))).toEqual(["fay", "gil"]);
      expect(audit(log)).toContain(`${late} overuse link late`);
      expect(rowsOf(log.log, "invite_uses").length).toBeGreaterThanOrEqual(2);
    }
  });

  test("revoked here, used there: it stays revoked, and whoever came unseen waits, deactivated, for an admin", () => {
    let id: InviteId = "";
    const before: Side = (log) => {
      id = makes(log, log.anna, {}, uuid(70));
      comes(log, "early", useOf(log, id));
    };
    const users = (log: RoomLog): UserId[] => rowsOf(log.log, "invite_uses").map(({ user }) => user as UserId);
    const sides: [Side, Side] = [
      (log) => {
        // Later than the one on the other side.
        comes(log, "hal", useOf(log, id), { timeMicros: 8_000_000 });
        log.do(log.anna, revoke(id, ...users(log)), { timeMicros: 9_000_000 });
      },
      (log) => comes(log, "fay", useOf(log, id)),
    ];
    const { wins, other } = merge(STATES[kind], before, sides);
    for (const log of [wins, other]) {
      const off = rowsOf(log.log, "deactivations").map(({ user }) => user);
      const named = rowsOf(log.log, "users").filter((row) => off.includes(row["id"]));
      expect([everybody(log).includes("fay"), named.map(({ name }) => name)]).toEqual([true, ["fay"]]);
      expect(rowsOf(log.log, "sessions").filter((row) => off.includes(row["user"]))).toEqual([]);
      expect(audit(log).filter((line) => line.includes("lateUse fay"))).toHaveLength(1);
      expect(comes(log, "gil", useOf(log, id)).error).toBe("link_revoked");
    }
  });

  test("one request on both sides makes one link; a revocation may come before the link, and a use before both", () => {
    const make: Side = (log) => makes(log, log.anna, {}, uuid(70));
    const { wins, other } = merge(STATES[kind], () => undefined, [make, make]);
    for (const log of [wins, other]) expect(rowsOf(log.log, "invites")).toHaveLength(1);

    const log = start();
    const asked = { role: "member", rooms: [], usesMax: 25, seconds: DAY } as const;
    const body = { kind: "createInvite", tokenHash: "hash", ...asked } as const;
    const op = log.log.op(log.anna, body, { clientId: uuid(70), ...RECOVERED });
    const id = inviteIdOf(op, body);
    expect(comes(log, "fay", { id, role: "member", rooms: [], by: log.anna }, RECOVERED).error).toBe(null);
    log.do(log.anna, revoke(id), RECOVERED);
    log.log.apply(op);
    expect(rowsOf(log.log, "invites")).toMatchObject([{ token_hash: "hash", uses_max: 25, by: log.anna }]);
    expect(comes(log, "gil", useOf(log, id)).error).toBe("link_revoked");
    expect(everybody(log)).toContain("fay");
  });
});
