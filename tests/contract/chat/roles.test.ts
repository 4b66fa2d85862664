/**
 * Who runs the chat, over both implementations of Rows: what may be done on one branch, and what a merge makes of it, in
 * both directions.
 */
import { describe, expect, test } from "bun:test";
import { passwordId, type UserId } from "../../../src/chat/ids.ts";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import { ownersOf, roleOf, type RolesRead } from "../../../src/chat/kinds/roles.ts";
import { OPERATOR } from "../../../src/chat/kinds/roles.ts";
import type { Role } from "../../../src/chat/rows.ts";
import { ChatLog, RECOVERED, rowsOf, STATES, uuid } from "../../support/chat-log.ts";
import { MemoryRows } from "../../support/memory-rows.ts";
import { merge, RoomLog, type Side } from "../../support/room-log.ts";

const NAMES = ["anna", "ben", "eve", "dan"] as const;
type Name = (typeof NAMES)[number];

const give = (person: UserId, role: Role): OpBody => ({ kind: "setRole", person, role });
const ends = (name: Name): OpBody => ({
  kind: "deleteAccount",
  deleteMessages: false,
  checked: passwordId(`hash of ${name}`),
});

/** The rows that a lookup of roles reads, from the tables: what every replica would find. */
function read(log: ChatLog): RolesRead {
  const users = rowsOf(log, "users").map((row) => ({
    id: String(row["id"]) as UserId,
    createdMicros: Number(row["created_micros"]),
    deleted: Number(row["deleted"]),
  }));
  const roles = rowsOf(log, "roles") as unknown as ReturnType<RolesRead["roles"]>;
  const living = users.filter(({ deleted }) => deleted === 0);
  return {
    user: (id) => (users.find((user) => user.id === id) ?? null) as ReturnType<RolesRead["user"]>,
    locks: new MemoryRows().locks,
    role: (id) => roles.find(({ user }) => user === id) ?? null,
    roles: () => roles,
    livingUsers: () => living.map(({ id }) => id),
  };
}

/** What everybody is, in one line: "anna owner, ben member". The deleted have no role. */
function look({ log, ...people }: RoomLog): string {
  const rows = read(log);
  return NAMES.filter((name) => rows.user((people as RoomLog)[name])?.deleted === 0)
    .map((name) => `${name} ${roleOf((people as RoomLog)[name], rows)}`)
    .join(", ");
}

describe.each(["memory", "sqlite"] as const)("roles over %s rows", (kind) => {
  const start = (): RoomLog => new RoomLog(STATES[kind]());

  test("the first account is the owner, all others are members", () => {
    expect(look(start())).toBe("anna owner, ben member, eve member, dan member");
  });

  test("an owner gives every role; an admin makes admins and members, but touches no owner; a member gives none", () => {
    const chat = start();
    const { anna, ben, eve, dan } = chat;
    expect(chat.error(anna, give(ben, "admin"))).toBe(null);
    expect(chat.error(ben, give(eve, "admin"))).toBe(null);
    expect(chat.error(ben, give(eve, "owner"))).toBe("not_allowed");
    expect(chat.error(ben, give(anna, "admin"))).toBe("not_allowed");
    expect(chat.error(ben, give(ben, "owner"))).toBe("not_allowed");
    for (const role of ["member", "admin", "owner"] as const)
      expect([role, chat.error(dan, give(dan, role))]).toEqual([role, "not_allowed"]);
    expect(chat.error(anna, give(eve, "owner"))).toBe(null);
    expect(look(chat)).toBe("anna owner, ben admin, eve owner, dan member");
    expect(chat.error(ben, give(ben, "member"))).toBe(null);
    expect(chat.error(ben, give(dan, "admin"))).toBe("not_allowed");
    expect(look(chat)).toBe("anna owner, ben member, eve owner, dan member");
  });

  test("what is no role, a stranger and somebody who is gone are refused", () => {
    const chat = start();
    const { anna, ben } = chat;
    expect(chat.error(anna, give(ben, "king" as Role))).toBe("invalid");
    expect(chat.error(anna, give("zzzzzzzzzzzz" as UserId, "admin"))).toBe("not_found");
    chat.do(ben, ends("ben"));
    expect(chat.error(anna, give(ben, "admin"))).toBe("not_found");
    expect(chat.error(ben, give(anna, "member"))).toBe("not_logged_in");
  });

  test("the last owner neither steps down nor deletes the account, until there is another", () => {
    const chat = start();
    const { anna, ben } = chat;
    expect(chat.error(anna, give(anna, "member"))).toBe("last_owner");
    expect(chat.error(OPERATOR, give(anna, "admin"))).toBe("last_owner");
    expect(chat.error(anna, ends("anna"))).toBe("last_owner");
    // A wrong password learns nothing about who runs the chat.
    expect(chat.error(anna, ends("ben"))).toBe("wrong_password");
    chat.do(anna, give(ben, "owner"));
    expect(chat.error(anna, give(anna, "member"))).toBe(null);
    expect(chat.error(ben, give(ben, "member"))).toBe("last_owner");
    chat.do(ben, give(anna, "owner"));
    expect(chat.error(anna, ends("anna"))).toBe(null);
    expect(look(chat)).toBe("ben owner, eve member, dan member");
  });

  test("the last person of all may delete the account, and whoever comes then runs the chat", () => {
    const log = new ChatLog(STATES[kind]());
    const anna = log.person("anna");
    expect(log.error(anna, ends("anna"))).toBe(null);
    expect(ownersOf(read(log))).toEqual([]);
    const ben = log.person("ben");
    expect(ownersOf(read(log))).toEqual([ben]);
    const eve = log.person("eve");
    expect(log.error(eve, give(eve, "owner"))).toBe("not_allowed");
    // Making another owner does not end the first one.
    expect(log.error(ben, give(eve, "owner"))).toBe(null);
    expect(ownersOf(read(log)).toSorted()).toEqual([ben, eve].toSorted());
  });

  test("an operator's command gives every role, once for each request", () => {
    const chat = start();
    const op = chat.log.op(OPERATOR, give(chat.ben, "owner"));
    expect(chat.log.apply(op).error).toBe(null);
    chat.do(chat.anna, give(chat.ben, "member"));
    expect(chat.log.apply(op)).toMatchObject({ error: null, facts: [] });
    expect(look(chat)).toBe("anna owner, ben member, eve member, dan member");
  });

  test("a repeat has the first answer and no second effect", () => {
    const chat = start();
    const op = chat.log.op(chat.anna, give(chat.ben, "admin"));
    expect(chat.log.apply(op).facts).toMatchObject([{ kind: "person", person: chat.ben }]);
    chat.do(chat.anna, give(chat.ben, "member"));
    expect(chat.log.apply(op)).toMatchObject({ error: null, facts: [], result: { repeated: true } });
    expect(look(chat)).toBe("anna owner, ben member, eve member, dan member");
  });
});

describe.each(["memory", "sqlite"] as const)("merges of roles over %s rows", (kind) => {
  const nothing: Side = () => undefined;
  /** Merged in both directions; whoever wins, everybody is the same. */
  const both = (before: Side, sides: readonly [Side, Side], expected: string): void => {
    for (const order of [sides, [sides[1], sides[0]] as const]) {
      const { wins, other } = merge(STATES[kind], before, order);
      expect([look(wins), look(other)]).toEqual([expected, expected]);
    }
  };
  const at = (timeMicros: number) => ({ timeMicros });
  const owners =
    (...names: Name[]): Side =>
    (log) => {
      for (const name of names) log.do(log.anna, give(log[name], "owner"));
    };

  test("of two roles of one person the later counts", () => {
    for (const [early, late] of [
      ["admin", "owner"],
      ["owner", "admin"],
      ["admin", "member"],
    ] as const) {
      both(
        nothing,
        [
          (log) => log.do(log.anna, give(log.ben, early), at(5_000_000)),
          (log) => log.do(log.anna, give(log.ben, late), at(5_000_001)),
        ],
        `anna owner, ben ${late}, eve member, dan member`,
      );
    }
  });

  test("roles of different people are all kept", () => {
    both(
      nothing,
      [(log) => log.do(log.anna, give(log.ben, "admin")), (log) => log.do(log.anna, give(log.eve, "owner"))],
      "anna owner, ben admin, eve owner, dan member",
    );
  });

  test("what an admin gave is kept, though she was made a member on the other side", () => {
    both(
      (log) => log.do(log.anna, give(log.ben, "admin")),
      [(log) => log.do(log.anna, give(log.ben, "member")), (log) => log.do(log.ben, give(log.eve, "admin"))],
      "anna owner, ben member, eve admin, dan member",
    );
  });

  test("of two owners one steps down on each side: the one whose account is older runs the chat", () => {
    both(
      owners("ben"),
      [(log) => log.do(log.anna, give(log.anna, "member")), (log) => log.do(log.ben, give(log.ben, "member"))],
      "anna owner, ben member, eve member, dan member",
    );
  });

  test("the same with an admin: the admin runs the chat, and among several the one whose account is oldest", () => {
    both(
      (log) => {
        owners("ben")(log);
        for (const name of ["dan", "eve"] as const) log.do(log.anna, give(log[name], "admin"));
      },
      [(log) => log.do(log.anna, give(log.anna, "member")), (log) => log.do(log.ben, give(log.ben, "member"))],
      "anna member, ben member, eve owner, dan admin",
    );
  });

  test("one steps down, the other deletes the account: somebody runs the chat", () => {
    both(
      owners("ben"),
      [(log) => log.do(log.anna, give(log.anna, "member")), (log) => log.do(log.ben, ends("ben"))],
      "anna owner, eve member, dan member",
    );
    both(
      owners("ben"),
      [(log) => log.do(log.anna, ends("anna")), (log) => log.do(log.ben, give(log.ben, "member"))],
      "ben owner, eve member, dan member",
    );
  });

  test("both owners delete their accounts: the oldest account that is left runs the chat", () => {
    both(
      owners("ben"),
      [(log) => log.do(log.anna, ends("anna")), (log) => log.do(log.ben, ends("ben"))],
      "eve owner, dan member",
    );
  });

  test("whoever was made an owner on the other side runs the chat, not the one who would do so without", () => {
    both(
      owners("ben"),
      [
        (log) => log.do(log.anna, give(log.anna, "member")),
        (log) => {
          log.do(log.anna, give(log.dan, "owner"));
          log.do(log.ben, give(log.ben, "member"));
        },
      ],
      "anna member, ben member, eve member, dan owner",
    );
  });

  test("whoever runs a chat without an owner makes another one, and stays an owner", () => {
    const { wins } = merge(STATES[kind], owners("ben"), [
      (log) => log.do(log.anna, give(log.anna, "member")),
      (log) => log.do(log.ben, give(log.ben, "member")),
    ]);
    expect(wins.error(wins.ben, give(wins.ben, "owner"))).toBe("not_allowed");
    expect(wins.error(wins.anna, give(wins.anna, "member"))).toBe("last_owner");
    expect(wins.error(wins.anna, give(wins.eve, "owner"))).toBe(null);
    expect(look(wins)).toBe("anna owner, ben member, eve owner, dan member");
  });

  test("a role that comes before the account of its person is there when the account comes", () => {
    const log = new ChatLog(STATES[kind]());
    const anna = log.person("anna");
    const ben = log.registration("ben", { ...RECOVERED, clientId: uuid(7) });
    expect(log.error(anna, give(ben.user, "owner"), RECOVERED)).toBe(null);
    expect(ownersOf(read(log))).toEqual([anna]);
    log.apply(ben);
    expect(ownersOf(read(log)).toSorted()).toEqual([anna, ben.user].toSorted());
  });

  test("an account that is older and comes late counts as older", () => {
    const log = new ChatLog(STATES[kind]());
    const gone = log.person("gone");
    const young = log.person("young");
    log.error(gone, { kind: "deleteAccount", deleteMessages: false, checked: passwordId("hash of gone") }, RECOVERED);
    // Asked here, and remembered.
    expect(log.error(young, give(gone, "admin"))).toBe("not_found");
    expect(log.error(young, give(young, "member"))).toBe("last_owner");
    const old = log.registration("old", { ...RECOVERED, clientId: uuid(8), timeMicros: 1_000_000 });
    log.apply(old);
    expect(ownersOf(read(log))).toEqual([old.user]);
    expect(log.error(young, give(young, "owner"))).toBe("not_allowed");
  });

  test("two branches each with a first account: the one that is first in the log is the owner", () => {
    const log = new ChatLog(STATES[kind]());
    const anna = log.person("anna");
    log.person("ben", RECOVERED);
    expect(ownersOf(read(log))).toEqual([anna]);
  });
});

describe.each(["memory", "sqlite"] as const)("a chat that a merge leaves without members over %s rows", (kind) => {
  test("has the guest as its owner whose account was created first, in both directions", () => {
    const guest =
      (name: "ben" | "eve" | "dan"): Side =>
      (log) =>
        log.do(log.anna, { kind: "setRole", person: log[name], role: "guest" });
    const before: Side = (log) => {
      guest("eve")(log);
      log.do(log.anna, { kind: "setRole", person: log.ben, role: "owner" });
    };
    const gone: Side = (log) => {
      guest("dan")(log);
      log.do(log.anna, { kind: "deleteAccount", deleteMessages: false, checked: passwordId("hash of anna") });
    };
    const left: Side = (log) =>
      log.do(log.ben, { kind: "deleteAccount", deleteMessages: false, checked: passwordId("hash of ben") });
    for (const pair of [
      [gone, left],
      [left, gone],
    ] as const) {
      const { wins, other } = merge(STATES[kind], before, pair);
      for (const log of [wins, other]) expect(look(log)).toBe("eve owner, dan guest");
    }
  });
});
