/** The rules over both implementations of Rows: what each kind of op does. For merges see merges.test.ts. */
import { describe, expect, test } from "bun:test";
import { withChecksum } from "../../../proto/op-checksum.ts";
import { directId, messageId, passwordId } from "../../../src/chat/ids.ts";
import { applyOp, type ApplyOp } from "../../../src/chat/kinds/apply.ts";
import { OP_FORMAT, type OpBody } from "../../../src/chat/kinds/kinds.ts";
import { decodeOp, encodeOp, FormatTooNew, type Op } from "../../../src/chat/kinds/op.ts";
import {
  ChatLog,
  POISON,
  FIRST_VIEW,
  poisonRules,
  STATES,
  uuid,
  RECOVERED,
  rowsOf,
  bodies,
  kinds,
} from "../../support/chat-log.ts";

describe.each(["memory", "sqlite"] as const)("rules over %s rows", (kind) => {
  const start = (): ChatLog => new ChatLog(STATES[kind]());

  test("a name belongs to the first; the refusal is recorded", () => {
    const log = start();
    log.person("Anna");
    const other = log.registration("ANNA");
    expect(log.apply(other).result).toMatchObject({ error: "name_taken", repeated: false });
    expect(log.apply(other).result).toMatchObject({ error: "name_taken", repeated: true });
    expect(rowsOf(log, "users").map((row) => row["name"])).toEqual(["Anna"]);
  });

  test("where registration is closed, only the very first account counts", () => {
    const log = start();
    const first = (name: string, more: Partial<Op> = {}): Op => {
      const op = log.registration(name);
      return { ...op, body: { ...op.body, first: true } as OpBody, ...more };
    };
    expect(log.apply(first("anna")).error).toBe(null);
    const ben = first("ben");
    expect(log.apply(ben).error).toBe("registration_closed");
    expect(log.apply(ben).result).toMatchObject({ error: "registration_closed", repeated: false });
    // The first account of its own branch is kept, and another replica may have open registration.
    expect(log.apply(first("eve", RECOVERED)).error).toBe(null);
    expect(log.apply(log.registration("carl")).error).toBe(null);
    expect(rowsOf(log, "users").map((row) => row["name"])).toHaveLength(3);
  });

  test("a name that looks like another one is taken, too; one that lost it in a merge gets a suffix", () => {
    const log = start();
    const named = (name: string, skeleton: string, more: Partial<Op> = {}): Op => {
      const op = log.registration(name);
      return { ...op, body: { ...op.body, skeleton } as OpBody, ...more };
    };
    expect(log.apply(named("limes", "limes")).error).toBe(null);
    expect(log.apply(named("Iimes", "limes")).error).toBe("name_taken");
    expect(log.apply(named("Iimes", "limes", RECOVERED)).error).toBe(null);
    expect(log.apply(named("1imes", "limes", RECOVERED)).error).toBe(null);
    expect(log.apply(named("limes-2", "limes-2")).error).toBe("name_taken");
    expect(
      rowsOf(log, "users")
        .map((row) => `${String(row["name"])} ${String(row["skeleton"])}`)
        .toSorted(),
    ).toEqual(["1imes-3 limes-3", "Iimes-2 limes-2", "limes limes"]);
  });

  test("a registration repeated gets the first one's session, not a second", () => {
    const log = start();
    const first = log.registration("Anna", { clientId: uuid(1) });
    const { result } = log.apply(first);
    const again: Op = {
      ...first,
      body: { ...(first.body as never as object), session: { id: "x", tokenHash: "y" } } as never,
    };
    expect(log.apply(again).result).toMatchObject({ ...result, kind: "registered", repeated: true });
    expect(rowsOf(log, "sessions")).toHaveLength(1);
  });

  test("a message sent twice is there once, and has the same answer", () => {
    const log = start();
    const [anna, ben] = [log.person("anna"), log.person("ben")];
    const op = log.op(anna, { kind: "sendMessage", conversation: directId(anna, ben), body: "hi", readUpTo: "" });
    const first = log.apply(op);
    const again = log.apply({ ...op, timeMicros: op.timeMicros + 5 });
    expect(kinds(first.facts)).toEqual(["message"]);
    const { seq } = first;
    const sent = { kind: "sent", conversation: directId(anna, ben), seq } as const;
    expect(first.result).toEqual({ ...sent, repeated: false, timeMicros: op.timeMicros });
    expect(again.result).toEqual({ ...sent, repeated: true, timeMicros: null });
    expect(again.facts).toEqual([]);
    expect(bodies(log)).toEqual(["hi"]);
  });

  test("other content under the same id is refused and changes nothing", () => {
    const log = start();
    const [anna, ben] = [log.person("anna"), log.person("ben")];
    const clientId = uuid(1);
    log.message(anna, ben, "hi", { clientId });
    const body = { kind: "sendMessage", conversation: directId(anna, ben), body: "ho", readUpTo: "" } as const;
    expect(log.error(anna, body, { clientId })).toBe("id_reused_with_other_content");
    expect(log.error(ben, { ...body }, { clientId })).toBe(null);
    expect(bodies(log)).toEqual(["hi", "ho"]);
  });

  test("who may not send where", () => {
    const log = start();
    const [anna, ben, eve] = [log.person("anna"), log.person("ben"), log.person("eve")];
    const to = (conversation: string) => ({ kind: "sendMessage", conversation, body: "hi", readUpTo: "" }) as const;
    expect(log.error(eve, to(directId(anna, ben)))).toBe("not_found");
    expect(log.error(anna, to("nonsense"))).toBe("not_found");
    expect(log.error(anna, to(directId(anna, "zzzzzzzzzzzz")))).toBe("unknown_recipient");
    expect(log.error("zzzzzzzzzzzz", to(directId(anna, "zzzzzzzzzzzz")))).toBe("not_logged_in");
    log.error(ben, { kind: "deleteAccount", deleteMessages: false, checked: passwordId("hash of ben") });
    expect(log.error(anna, to(directId(anna, ben)))).toBe("unknown_recipient");
    expect(log.error(ben, to(directId(anna, ben)))).toBe("not_logged_in");
    expect(bodies(log)).toEqual([]);
  });

  test("who may and who hears is asked of the rows, not of the id", () => {
    // As future kinds of conversations will do it: a person joins whom the id does not name.
    const joining: ApplyOp = (bytes, seq, rows) => {
      const { user, body } = decodeOp(bytes);
      if (body.kind === "sendMessage" && body.body === "let me in")
        rows.putMember({
          conversation: body.conversation,
          user,
          mark: 0,
          markChangedSeq: 0,
          sinceSeq: 0,
          sinceMicros: 0,
        });
      return applyOp(bytes, seq, rows);
    };
    const log = new ChatLog(STATES[kind](joining));
    const [anna, ben, eve] = [log.person("anna"), log.person("ben"), log.person("eve")];
    const conversation = directId(anna, ben);
    const first = log.message(anna, ben, "hi");
    const say = (body: string): OpBody => ({ kind: "sendMessage", conversation, body, readUpTo: "" });
    expect(log.error(eve, say("hello"))).toBe("not_found");
    expect(log.error(eve, { kind: "deleteMessages", ids: [first] })).toBe("not_found");
    expect(log.error(eve, say("let me in"))).toBe(null);
    expect(log.error(eve, say("hello"))).toBe(null);
    expect(log.apply(log.op(anna, { kind: "deleteMessages", ids: [first] })).facts).toEqual([
      { kind: "gone", conversationId: conversation, messageIds: [first], audience: { membersOf: conversation } },
    ]);
    // Somebody is still there to read it.
    log.error(ben, { kind: "deleteAccount", deleteMessages: false, checked: passwordId("hash of ben") });
    expect(log.error(anna, say("still here?"))).toBe(null);
    log.error(eve, { kind: "deleteAccount", deleteMessages: false, checked: passwordId("hash of eve") });
    expect(log.error(anna, say("nobody?"))).toBe("unknown_recipient");
  });

  test("an op whose rule throws is undone and recorded, and the log goes on", () => {
    const log = new ChatLog(STATES[kind](poisonRules));
    const [anna, ben] = [log.person("anna"), log.person("ben")];
    const send = (text: string): Op =>
      log.op(anna, { kind: "sendMessage", conversation: directId(anna, ben), body: text, readUpTo: "" });
    const poison = send("poison");
    const applied = log.append([send("before"), poison, send("after"), poison].map(encodeOp));
    expect(applied.map((a) => kinds(a.facts))).toEqual([["message"], [], ["message"], []]);
    expect(log.apply(poison).result).toMatchObject({ error: "invalid", repeated: true });
    expect(bodies(log)).toEqual(["before", "after"]);
  });

  test("bytes that are no op are a recorded nothing; a later version stops the process", () => {
    const log = start();
    const good = encodeOp(log.registration("anna"));
    const [a, b, c] = log.append([withChecksum(new Uint8Array([255, 255, 1])), withChecksum(good.slice(0, 30)), good]);
    expect([a?.key, b?.key]).toEqual(["", ""]);
    expect(c?.facts).toHaveLength(1);
    // An empty message in field 111: no version writes it in format 1, and in a later one that version must apply it.
    const [broken] = log.append([withChecksum(new Uint8Array([0x08, 1, 0xfa, 0x06, 0]))]);
    expect(broken?.result).toMatchObject({ error: "invalid" });
    const future = withChecksum(new Uint8Array([0x08, OP_FORMAT + 1, 0xfa, 0x06, 0]));
    expect(() => log.append([good, future])).toThrow(FormatTooNew);
    // The process ends here, so the file has the rows of the last flush.
    expect(log.state.appliedSeq()).toBeLessThanOrEqual(6);
  });

  test("a format is enabled where it is understood, once, and not by a merge; else the process stops before it", () => {
    const log = start();
    const enable = (format: number, version: string, more: Partial<Op> = {}) =>
      log.op("", { kind: "enable", format, version, without: [] }, more);
    const stopped = (op: Op): unknown => {
      try {
        log.append([encodeOp(op)]);
        return null;
      } catch (error) {
        return error;
      }
    };
    const formats = (): unknown => rowsOf(log, "formats");
    // A format that is already in force, or that another branch has enabled, changes nothing.
    expect(log.apply(enable(1, "0.1.0")).result).toMatchObject({ kind: "done" });
    expect(log.apply(enable(9, "0.9.0", { recovered: true })).result).toMatchObject({ kind: "done" });
    expect([formats(), rowsOf(log, "requests")]).toEqual([[], []]);
    const before = log.state.appliedSeq();
    expect(stopped(enable(9, "0.9.0"))).toMatchObject({ name: "FormatTooNew", format: 9, version: "0.9.0" });
    expect(log.state.appliedSeq()).toBeLessThanOrEqual(before);
    expect(formats()).toEqual([]);
  });

  test("the newest format that was enabled is in force, unless what enabled it is undone", () => {
    const seen: number[] = [];
    const rules: ApplyOp = (bytes, seq, rows) => {
      const { body } = decodeOp(bytes);
      if (body.kind === "touch") rows.enableFormat(seq, "0.9.0", seq);
      seen.push(rows.opFormat());
      if (body.kind === "touch" && body.session === POISON) throw new TypeError(POISON);
      return applyOp(bytes, seq, rows);
    };
    const log = new ChatLog(STATES[kind](rules));
    const touch = (session: string) => encodeOp(log.op("nobody", { kind: "touch", session }));
    log.append([encodeOp(log.registration("anna"))]);
    log.append([touch("a")]);
    log.append([touch(POISON)]);
    log.append([encodeOp(log.registration("ben"))]);
    expect([seen[0], seen[1], seen.at(-1)]).toEqual([1, 3, 3]);
    expect(rowsOf(log, "formats")).toEqual([{ format: 3, version: "0.9.0", seq: 3 }]);
  });

  test("reading: single ones, all or none, and the mark follows", () => {
    const log = start();
    const [anna, ben, eve] = [log.person("anna"), log.person("ben"), log.person("eve")];
    const ids = ["1", "2", "3"].map((text) => log.message(anna, ben, text));
    const second = log.read([log.mark(ben, [ids[1]!])]);
    expect(second.facts).toMatchObject([{ kind: "read", readerId: ben, messageIds: [ids[1]], upTo: 0 }]);
    expect(rowsOf(log, "reads")).toHaveLength(1);
    const first = log.read([log.mark(ben, [ids[0]!])]);
    expect(first.facts).toMatchObject([{ kind: "read", messageIds: [ids[0]], upTo: 6 }]);
    expect(rowsOf(log, "reads")).toHaveLength(0);
    expect(log.read([log.mark(eve, [ids[2]!])]).error).toBe("not_found");
    expect(log.read([log.mark(ben, [ids[2]!, "nonsense"])]).error).toBe("not_found");
    expect(rowsOf(log, "reads")).toHaveLength(0);
    // A reply marks what was unread; the user's own message never counts.
    log.message(ben, anna, "yes", { readUpTo: ids[2]! });
    expect(rowsOf(log, "members").find((row) => row["user"] === ben)).toMatchObject({ mark: log.state.appliedSeq() });
  });

  test("mark all read covers what the reader knew, not what came since", () => {
    const log = start();
    const [anna, ben] = [log.person("anna"), log.person("ben")];
    const known = log.message(anna, ben, "1");
    log.message(anna, ben, "2");
    expect(log.read([log.mark(ben, [known], known)]).facts).toMatchObject([{ kind: "read", upTo: 4 }]);
    expect(log.read([log.mark(log.person("eve"), [known], known)]).error).toBe("not_found");
    expect(log.read([log.mark("zzzzzzzzzzzz", [known], known)]).error).toBe("not_logged_in");
  });

  test("marks of many people are one op: each has its own answer, none leaves a request, none goes back", () => {
    const log = start();
    const [anna, ben, eve] = [log.person("anna"), log.person("ben"), log.person("eve")];
    const [toBen, toEve] = [log.message(anna, ben, "1"), log.message(anna, eve, "2")];
    const later = log.message(anna, ben, "3");
    const requests = rowsOf(log, "requests");
    const asked = [log.mark(ben, [toBen, later], later), log.mark(ben, [toEve]), log.mark(eve, [toEve])];
    const made = log.read(asked);
    expect(made.result).toEqual({ kind: "marked", refusals: [null, "not_found", null], seq: 8, repeated: false });
    expect(made.facts).toMatchObject([
      { kind: "read", readerId: ben, conversationId: directId(anna, ben), upTo: 7 },
      { kind: "read", readerId: eve, conversationId: directId(anna, eve), messageIds: [toEve], upTo: 6 },
    ]);
    const members = rowsOf(log, "members");
    // The same marks again, and an older one: nothing moves, and nobody is notified.
    expect(log.read([...asked, log.mark(ben, [], toBen)]).facts).toEqual([]);
    expect(rowsOf(log, "members")).toEqual(members);
    expect(rowsOf(log, "reads")).toEqual([]);
    expect(rowsOf(log, "requests")).toEqual(requests);
  });

  test("[I10] marks of a session that ended, by whatever, and of an account that is gone are refused", () => {
    const log = start();
    const [anna, ben] = [log.person("anna"), log.person("ben")];
    const id = log.message(anna, ben, "1");
    const mark = log.mark(ben, [id]);
    const old = passwordId("hash of ben");
    const login = (session: string, checked: string): OpBody => ({
      kind: "login",
      session: { id: session, tokenHash: session },
      checked,
    });
    expect(log.read([{ ...mark, session: log.mark(anna, []).session }]).error).toBe("not_logged_in");
    log.error(ben, login("ended", old));
    log.error(ben, { kind: "endSession", session: "ended" });
    expect(log.read([{ ...mark, session: "ended" }]).error).toBe("not_logged_in");
    log.error(ben, { kind: "changePassword", passwordHash: "new", keepSession: "", checked: old });
    expect(log.read([mark]).error).toBe("not_logged_in");
    log.error(ben, login("fresh", passwordId("new")));
    log.error(ben, { kind: "deleteAccount", deleteMessages: false, checked: passwordId("new") });
    expect(log.read([{ ...mark, session: "fresh" }]).error).toBe("not_logged_in");
    expect(log.read([{ ...mark, session: "fresh" }], RECOVERED).error).toBe("not_logged_in");
    expect(rowsOf(log, "members").map((row) => row["mark"])).toEqual([0, 0]);
  });

  test("deleting: own for everyone, others' for oneself; a repeat of the message does not bring it back", () => {
    const log = start();
    const [anna, ben] = [log.person("anna"), log.person("ben")];
    const send = log.op(anna, { kind: "sendMessage", conversation: directId(anna, ben), body: "own", readUpTo: "" });
    log.apply(send);
    const others = log.message(ben, anna, "theirs");
    const ids = [messageId(anna, send.clientId), others];
    const made = log.apply(log.op(anna, { kind: "deleteMessages", ids }));
    expect(made.facts).toEqual([
      {
        kind: "gone",
        conversationId: directId(anna, ben),
        messageIds: [ids[0]!],
        audience: { membersOf: directId(anna, ben) },
      },
      { kind: "gone", conversationId: directId(anna, ben), messageIds: [others], audience: { user: anna } },
    ]);
    log.apply(send);
    log.apply({ ...send, ...RECOVERED });
    expect(bodies(log)).toEqual([null, "theirs"]);
    expect(rowsOf(log, "hidden")).toMatchObject([{ user: anna }]);
  });

  test("times: a wrong clock ends no login, and what it left in the future goes with the next op", () => {
    const log = start();
    const registered = log.registration("anna");
    const anna = registered.user;
    log.apply(registered);
    const years = 20 * 365 * 86_400 * 1e6;
    const login = { kind: "login", session: { id: "s", tokenHash: "t" }, checked: passwordId("hash of anna") } as const;
    expect(log.apply(log.op(anna, login, { timeMicros: years })).facts).toEqual([]);
    expect(rowsOf(log, "sessions")).toHaveLength(2);
    expect(rowsOf(log, "users")[0]).toMatchObject({ last_seen_micros: years });
    const touch = log.op(anna, { kind: "touch", session: "s" });
    log.apply(touch);
    const { timeMicros } = touch;
    expect(rowsOf(log, "users")[0]).toMatchObject({ last_seen_micros: timeMicros });
    expect(rowsOf(log, "sessions").find(({ id }) => id === "s")).toMatchObject({ last_used_micros: timeMicros });
    // A recovered op does not replace a newer time.
    log.apply(log.op(anna, { kind: "touch", session: "s" }, { ...RECOVERED, timeMicros: timeMicros - 1 }));
    expect(rowsOf(log, "users")[0]).toMatchObject({ last_seen_micros: timeMicros });
    // The other branch accepted the same registration, by a clock that was behind. Its session keeps working.
    const session = { id: "other", tokenHash: "other" };
    const body = { ...registered.body, session } as typeof registered.body;
    log.apply({ ...registered, ...RECOVERED, body, timeMicros: 5 });
    expect(rowsOf(log, "sessions").map(({ id }) => id)).toContain("other");
  });

  test("sessions: fifty, the least recently used ends; a new password ends the others", () => {
    const log = start();
    const anna = log.person("anna");
    const old = passwordId("hash of anna");
    const login = (n: number) =>
      log.op(anna, { kind: "login", session: { id: `s${n}`, tokenHash: `t${n}` }, checked: old });
    for (let n = 0; n < 49; n++) expect(log.apply(login(n)).facts).toEqual([]);
    log.apply(log.op(anna, { kind: "touch", session: "session-1001" }));
    expect(log.apply(login(49)).facts).toEqual([{ kind: "ended", audience: { user: anna, session: "s0" } }]);
    const change = log.op(anna, { kind: "changePassword", passwordHash: "new", keepSession: "s7", checked: old });
    expect(log.apply(change).facts).toHaveLength(49);
    expect(rowsOf(log, "sessions").map((row) => row["id"])).toEqual(["s7"]);
    expect(log.error(anna, { kind: "endSession", session: "s3" })).toBe("not_found");
    expect(log.apply(log.op(anna, { kind: "endSession", session: "s7" })).facts).toHaveLength(1);
    const named = (n: number) => ({ id: `d${n}`, tokenHash: `d${n}`, device: `device ${n}` });
    for (let n = 0; n < 3; n++)
      log.apply(log.op(anna, { kind: "login", session: named(n), checked: passwordId("new") }));
    expect(log.error(anna, { kind: "endOtherSessions", keepSession: "s7" })).toBe("not_logged_in");
    expect(log.apply(log.op(anna, { kind: "endOtherSessions", keepSession: "d1" })).facts).toHaveLength(2);
    expect(rowsOf(log, "sessions")).toMatchObject([{ id: "d1", device: "device 1" }]);
    expect(log.error("nobody", { kind: "endOtherSessions", keepSession: "d1" })).toBe("not_logged_in");
  });

  test("[I10] whatever was checked against a password that no longer counts is refused", () => {
    const log = start();
    const anna = log.person("anna");
    const [old, now] = [passwordId("hash of anna"), passwordId("new")];
    const change = { kind: "changePassword", passwordHash: "new", keepSession: "", checked: old } as const;
    const login = (n: number, checked: string): OpBody => ({
      kind: "login",
      session: { id: `s${n}`, tokenHash: `t${n}` },
      checked,
    });
    // It was under way before the change, or its proposer does not know the change. Its time does not matter.
    const early = log.op(anna, login(1, old));
    expect(log.error(anna, change)).toBe(null);
    expect(log.apply(early).error).toBe("wrong_password");
    expect(log.error(anna, login(2, old))).toBe("wrong_password");
    expect(log.error(anna, { ...change, passwordHash: "the thief's" })).toBe("wrong_password");
    expect(log.error(anna, { kind: "deleteAccount", deleteMessages: true, checked: old })).toBe("wrong_password");
    expect(rowsOf(log, "sessions")).toEqual([]);
    expect(rowsOf(log, "users")).toMatchObject([{ password_hash: "new", deleted: 0 }]);
    expect(log.error(anna, login(3, now))).toBe(null);
    expect(log.error(anna, { kind: "deleteAccount", deleteMessages: false, checked: now })).toBe(null);
    expect(log.error(anna, login(4, passwordId("")))).toBe("wrong_password");
  });

  test("an account deleted with its messages is erased in steps", () => {
    const log = start();
    const [ben, anna] = [log.person("ben"), log.person("anna")];
    for (let n = 0; n < 600; n++) log.message(anna, ben, `m${n}`);
    const gone = log.apply(
      log.op(anna, { kind: "deleteAccount", deleteMessages: true, checked: passwordId("hash of anna") }),
    );
    expect(kinds(gone.facts)).toEqual(["ended", "person"]);
    const left = [];
    for (let n = 0; n < 4; n++) {
      log.message(ben, ben, "note");
      left.push(bodies(log).filter((body) => String(body).startsWith("m")).length);
    }
    // Each op examines 256 requests, including other people's.
    expect(left[0]).toBeGreaterThanOrEqual(600 - 256);
    expect(left[0]).toBeLessThan(600);
    expect(left[1]).toBeLessThan(left[0]!);
    expect(left.slice(2)).toEqual([0, 0]);
    expect(rowsOf(log, "purges")).toEqual([]);
    expect(log.read([log.mark(log.person("ANNA"), ["none"])]).error).toBe("not_logged_in");
    expect(new Set(rowsOf(log, "users").map((row) => row["name"]))).toEqual(new Set(["", "ben"]));
  });
});

test("the position moves with views too", () => {
  for (const make of Object.values(STATES)) {
    const log = new ChatLog(make());
    log.person("anna");
    const no = { ...FIRST_VIEW.no, minor: 1 };
    log.state.apply([{ kind: "view", view: { ...FIRST_VIEW, no, startSeq: 3 } }]);
    expect([log.state.appliedSeq(), log.state.appliedView(), log.state.firstView()]).toEqual([
      3,
      "1.0.00000000000000aa.1",
      "1.0.00000000000000aa.0",
    ]);
    // Entries up to the position have already been applied.
    log.state.apply([{ kind: "view", view: FIRST_VIEW }]);
    expect(log.state.appliedSeq()).toBe(3);
  }
});
