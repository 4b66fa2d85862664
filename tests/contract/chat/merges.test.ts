/** The rules over both implementations of Rows: the effects of recovered ops, which come from the losing branch. */
import { describe, expect, test } from "bun:test";
import { directId, messageId, passwordId } from "../../../src/chat/ids.ts";
import type { OpBody } from "../../../src/chat/kinds/kinds.ts";
import { encodeOp, markRecovered, type Op } from "../../../src/chat/kinds/op.ts";
import { ChatLog, STATES, uuid, RECOVERED, rowsOf, bodies, kinds } from "../../support/chat-log.ts";

describe.each(["memory", "sqlite"] as const)("merges over %s rows", (kind) => {
  const start = (): ChatLog => new ChatLog(STATES[kind]());

  test("a message that was accepted elsewhere is kept and flagged, whoever is gone", () => {
    const log = start();
    const [anna, ben] = [log.person("anna"), log.person("ben")];
    log.error(ben, { kind: "deleteAccount", deleteMessages: false, checked: passwordId("hash of ben") });
    log.message(anna, ben, "late", RECOVERED);
    log.message("zzzzzzzzzzzz", anna, "stranger", RECOVERED);
    expect(bodies(log)).toEqual(["late", "stranger"]);
    expect(rowsOf(log, "messages").map((row) => row["recovered"])).toEqual([1, 1]);
  });

  test("what this branch refused and the other accepted is kept", () => {
    const log = start();
    const anna = log.person("anna");
    const ben = log.registration("ben");
    const op = log.op(anna, { kind: "sendMessage", conversation: directId(anna, ben.user), body: "hi", readUpTo: "" });
    expect(log.apply(op).error).toBe("unknown_recipient");
    log.apply({ ...ben, ...RECOVERED });
    expect(log.apply({ ...op, ...RECOVERED }).error).toBe(null);
    expect(bodies(log)).toEqual(["hi"]);
  });

  test("an account that comes after its deletion or its new password is deleted, or has that password", () => {
    const deletion: OpBody = { kind: "deleteAccount", deleteMessages: true, checked: "" };
    const change = (passwordHash: string): OpBody => ({
      kind: "changePassword",
      passwordHash,
      keepSession: "",
      checked: passwordId("hash of anna"),
    });
    const look = (log: ChatLog): unknown => [
      rowsOf(log, "users").map((row) => [row["deleted"], row["password_hash"]]),
      rowsOf(log, "sessions").length,
      rowsOf(log, "early").length,
    ];
    for (const [bodies, expected] of [
      [[deletion], [[[2, ""]], 0, 0]],
      [
        [change("second"), change("third")],
        [[[0, "third"]], 0, 0],
      ],
    ] as const) {
      for (const isLast of [false, true]) {
        const log = start();
        const anna = log.registration("anna");
        const ops = bodies.map((body) => log.op(anna.user, body, RECOVERED));
        const all = [{ ...anna, ...RECOVERED }, ...ops];
        for (const op of isLast ? all.toReversed() : all) expect(log.apply(op).error).toBe(null);
        expect(look(log)).toEqual(expected);
      }
    }
  });

  test("an account that comes after its logins has those that were not ended", () => {
    const [first, second] = [passwordId("hash of anna"), passwordId("second")];
    const login = (name: string, checked: string): OpBody => ({
      kind: "login",
      session: { id: name, tokenHash: `token of ${name}` },
      checked,
    });
    const change: OpBody = { kind: "changePassword", passwordHash: "second", keepSession: "phone", checked: first };
    const reset: OpBody = {
      kind: "resetPassword",
      tokenHash: "of the link",
      passwordHash: "second",
      session: { id: "link", tokenHash: "token of link" },
    };
    for (const [bodies, expected] of [
      [[login("phone", first)], ["of anna", "phone"]],
      [[login("phone", first), { kind: "endSession", session: "phone" }], ["of anna"]],
      [
        [login("phone", first), change, login("desk", second)],
        ["desk", "phone"],
      ],
      [[login("desk", first), login("phone", first), change], ["phone"]],
      [[login("phone", first), reset], ["link"]],
      [[login("desk", first), login("phone", first), { kind: "endOtherSessions", keepSession: "phone" }], ["phone"]],
    ] as const) {
      for (const order of ["as it was", "account last", "reversed"] as const) {
        const log = start();
        const anna = log.registration("anna");
        const ops = (bodies as readonly OpBody[]).map((body) => log.op(anna.user, body, RECOVERED));
        const account = { ...anna, ...RECOVERED };
        const all = {
          "as it was": [account, ...ops],
          "account last": [...ops, account],
          reversed: [...ops.toReversed(), account],
        };
        for (const op of all[order]) expect(log.apply(op).error).toBe(null);
        const sessions = rowsOf(log, "sessions").map(({ id }) => String(id).replace(/^session-.*/, "of anna"));
        expect([order, bodies, sessions.toSorted()]).toEqual([order, bodies, [...expected]]);
      }
    }
  });

  test("two contents under one id, each accepted on its branch, both stay", () => {
    const log = start();
    const [anna, ben] = [log.person("anna"), log.person("ben")];
    const clientId = uuid(1);
    log.message(anna, ben, "here", { clientId });
    log.message(anna, ben, "there", { clientId, ...RECOVERED });
    log.message(anna, ben, "there", { clientId, ...RECOVERED });
    expect(bodies(log)).toEqual(["here", "there"]);
    const ids = rowsOf(log, "messages").map((row) => messageId(anna, String(row["client_id"])));
    expect(log.read([log.mark(ben, ids)]).error).toBe(null);
  });

  test("one name, two people: the first in the log keeps it, the other is told", () => {
    const log = start();
    const first = log.person("Anna");
    const second = log.person("anna", RECOVERED);
    const third = log.person("ANNA", RECOVERED);
    const named = new Map(rowsOf(log, "users").map((row) => [row["id"], [row["name"], row["former_folded"]]]));
    expect(named.get(first)).toEqual(["Anna", null]);
    expect(named.get(second)).toEqual(["anna-2", "anna"]);
    expect(named.get(third)).toEqual(["ANNA-3", "anna"]);
  });

  test("one registration on two branches is one account, and both tokens work", () => {
    const log = start();
    const here = log.registration("anna", { clientId: uuid(1) });
    const body = { ...here.body, session: { id: "there", tokenHash: "there" } } as Op["body"];
    log.apply(here);
    log.apply({ ...here, ...RECOVERED, body });
    expect(rowsOf(log, "users")).toHaveLength(1);
    expect(rowsOf(log, "sessions")).toHaveLength(2);
  });

  test("a deletion that arrives before its message keeps it away", () => {
    const log = start();
    const [anna, ben] = [log.person("anna"), log.person("ben")];
    const ids = [messageId(anna, uuid(1))];
    log.apply(log.op(anna, { kind: "deleteMessages", ids }, RECOVERED));
    const made = log.op(anna, { kind: "sendMessage", conversation: directId(anna, ben), body: "hi", readUpTo: "" });
    expect(log.apply({ ...made, clientId: uuid(1), ...RECOVERED }).facts).toEqual([]);
    expect(bodies(log)).toEqual([null]);
  });

  test("read marks are united; 'all' marks only what was seen", () => {
    const log = start();
    const [anna, ben] = [log.person("anna"), log.person("ben")];
    const unseen = log.message(anna, ben, "on the branch that won");
    const seen = log.message(anna, ben, "late", RECOVERED);
    // The reader may have been logged out meanwhile.
    const all = { ...log.mark(ben, [seen, "gone"], seen), session: "ended" };
    expect(log.read([all], RECOVERED).facts).toMatchObject([{ kind: "read", messageIds: [seen], upTo: 0 }]);
    expect(log.read([log.mark(ben, [unseen])]).error).toBe(null);
    expect(rowsOf(log, "members").find((row) => row["user"] === ben)).toMatchObject({ mark: 5 });
  });

  test("a mark that comes back before its message takes effect when the message comes", () => {
    const log = start();
    const [anna, ben] = [log.person("anna"), log.person("ben")];
    const late = (text: string) =>
      log.op(anna, { kind: "sendMessage", conversation: directId(anna, ben), body: text, readUpTo: "" }, RECOVERED);
    const [first, second] = [late("first"), late("second")];
    const [one, two] = [messageId(anna, first.clientId), messageId(anna, second.clientId)];
    expect(log.read([log.mark(ben, [one]), log.mark(ben, [one, two], two)], RECOVERED).facts).toEqual([]);
    expect(rowsOf(log, "early").map((row) => [row["user"], row["client_id"], row["what"]])).toEqual([
      [ben, first.clientId, "read"],
      [ben, second.clientId, "read"],
    ]);
    // Anna sent the second message on this branch too, and Ben was not shown that copy.
    const { seq } = log.apply({ ...second, recovered: false, origin: null });
    const facts = log.apply(first).facts;
    expect(kinds(facts)).toEqual(["message", "read"]);
    expect(facts[1]).toMatchObject({ readerId: ben, messageIds: [one] });
    expect(log.apply(second).facts).toMatchObject([{ kind: "read", readerId: ben, messageIds: [two], upTo: seq + 1 }]);
    expect(rowsOf(log, "early")).toEqual([]);
  });

  test("a mark that comes back before the account of its reader is kept, unless the account is gone", () => {
    const log = start();
    const [anna, carl] = [log.person("anna"), log.person("carl")];
    const registration = log.registration("ben", RECOVERED);
    const ben = registration.user;
    log.error(carl, { kind: "deleteAccount", deleteMessages: false, checked: passwordId("hash of carl") });
    const body = { kind: "sendMessage", conversation: directId(anna, ben), body: "hi", readUpTo: "" } as const;
    const message = log.op(anna, body, RECOVERED);
    const id = messageId(anna, message.clientId);
    expect(log.read([log.mark(ben, [id]), log.mark(carl, [id])], RECOVERED).result).toMatchObject({
      refusals: [null, "not_logged_in"],
    });
    log.apply(registration);
    expect(kinds(log.apply(message).facts)).toContain("read");
  });

  test("a message hidden on the branch that lost stays hidden if it comes back after that", () => {
    const log = start();
    const [anna, ben] = [log.person("anna"), log.person("ben")];
    const body = { kind: "sendMessage", conversation: directId(anna, ben), body: "hi", readUpTo: "" } as const;
    const message = log.op(anna, body, RECOVERED);
    const id = messageId(anna, message.clientId);
    expect(log.error(ben, { kind: "deleteMessages", ids: [id] }, RECOVERED)).toBe(null);
    expect(log.apply(message).facts.slice(1)).toMatchObject([
      { kind: "gone", messageIds: [id], audience: { user: ben } },
    ]);
    expect([rowsOf(log, "hidden").length, rowsOf(log, "early")]).toEqual([1, []]);
  });

  const change = (passwordHash: string, keepSession = ""): OpBody => ({
    kind: "changePassword",
    passwordHash,
    keepSession,
    checked: passwordId("hash of anna"),
  });
  const login = (id: string, passwordHash: string): OpBody => ({
    kind: "login",
    session: { id, tokenHash: id },
    checked: passwordId(passwordHash),
  });
  const sessions = (log: ChatLog): unknown[] => rowsOf(log, "sessions").map((row) => row["id"]);

  test("of two new passwords the later wins, on whichever branch", () => {
    const log = start();
    const anna = log.person("anna");
    const set = (passwordHash: string, timeMicros: number, more: Partial<Op> = {}) =>
      log.apply(log.op(anna, change(passwordHash), { ...more, timeMicros }));
    set("here", 2_000_000);
    log.error(anna, login("here", "here"));
    set("earlier there", 1_900_000, RECOVERED);
    expect(rowsOf(log, "users")).toMatchObject([{ password_hash: "here" }]);
    // On the other branch, this login was made with the password that lost.
    expect(log.error(anna, login("there", "earlier there"), RECOVERED)).toBe("wrong_password");
    expect(sessions(log)).toEqual(["here"]);
    set("later there", 2_100_000, RECOVERED);
    expect(rowsOf(log, "users")).toMatchObject([{ password_hash: "later there" }]);
    expect(sessions(log)).toEqual([]);
    expect(log.error(anna, login("later", "later there"), RECOVERED)).toBe(null);
  });

  test("[I10] the password was changed here: a login with the old one made there ends", () => {
    const log = start();
    const anna = log.person("anna");
    log.error(anna, change("new", "session-1001"));
    // Its time is after the change, but it was made on the side that did not know the change. The time does not matter.
    expect(log.error(anna, login("there", "hash of anna"), { ...RECOVERED, timeMicros: 9_000_000 })).toBe(
      "wrong_password",
    );
    expect(sessions(log)).toEqual(["session-1001"]);
  });

  test("[I10] the password was changed there: logins with the old one made here end", () => {
    const log = start();
    const anna = log.person("anna");
    const changed = log.op(anna, change("new", "session-1001"));
    log.error(anna, login("here", "hash of anna"));
    log.apply({ ...changed, ...RECOVERED });
    expect(sessions(log)).toEqual(["session-1001"]);
    expect(log.error(anna, login("late", "hash of anna"))).toBe("wrong_password");
  });

  test("one registration on two branches: the other one's token ends with a password changed here", () => {
    const log = start();
    const here = log.registration("anna", { clientId: uuid(1) });
    const body = { ...here.body, session: { id: "there", tokenHash: "there" } } as Op["body"];
    log.apply(here);
    log.error(here.user, change("new"));
    log.apply({ ...here, ...RECOVERED, body, timeMicros: 9_000_000 });
    expect(sessions(log)).toEqual([]);
  });

  test("a deletion acknowledged on another branch is kept, though the password was changed here", () => {
    const log = start();
    const anna = log.person("anna");
    log.error(anna, change("new"));
    const body = { kind: "deleteAccount", deleteMessages: false, checked: passwordId("hash of anna") } as const;
    expect(log.error(anna, body, RECOVERED)).toBe(null);
    expect(rowsOf(log, "users")).toMatchObject([{ deleted: 1 }]);
  });

  test("a recovered op keeps its key and its first origin", () => {
    const log = start();
    const op = log.registration("anna");
    const once = markRecovered(encodeOp(op), RECOVERED.origin);
    const twice = markRecovered(once, { replica: 2, view: "" });
    expect(twice).toEqual(once);
    const [plain, recovered] = log.append([encodeOp(op), once]);
    expect(recovered?.key).toBe(plain!.key);
  });
});
