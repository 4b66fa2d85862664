/** The service over the real rules and rows, without a cluster: every call, every refusal. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { directId, passwordId, tokenHash, userIdFor } from "../../../src/chat/ids.ts";
import { encodeOp } from "../../../src/chat/kinds/op.ts";
import type { AdminQueries } from "../../../src/chat/queries.ts";
import type { Answer } from "../../../src/chat/errors.ts";
import type { Caller, MessageView, SendInput } from "../../../src/chat/chat-service.ts";
import type { MessagesInput } from "../../../src/chat/messages-input.ts";
import { createSoloChat, SOLO_PASSWORD, type Person, type SoloChat } from "../../support/solo-chat.ts";

const CALLER = { address: "127.0.0.1" };
const STRANGER = { address: "192.0.2.1" };
const id = (): string => crypto.randomUUID();

function must<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value;
}

function code(answer: Answer<unknown>): string {
  return answer.ok ? "ok" : answer.error.code;
}

let solo: SoloChat;
let anna: Person;
let ben: Person;
beforeEach(async () => {
  solo = createSoloChat();
  anna = await solo.person("Anna");
  ben = await solo.person("ben");
});
afterEach(() => solo.close());

async function send(from: Person, to: string, body: string): Promise<MessageView> {
  return must(await solo.chat.send(from.session, { to, body, clientId: id() }));
}

describe("accounts", () => {
  test("register again with the same request: the same account, logged in; with another password: refused", async () => {
    const input = { name: "Carl", password: SOLO_PASSWORD, clientId: id() };
    const first = must(await solo.chat.register(input, CALLER));
    const again = must(await solo.chat.register(input, CALLER));
    expect(again.user.id).toBe(first.user.id);
    expect(solo.chat.authenticate(again.token)?.userId).toBe(first.user.id);
    expect(code(await solo.chat.register({ ...input, password: "something else" }, CALLER))).toBe(
      "id_reused_with_other_content",
    );
  });

  test("two at once with one request: one account", async () => {
    const input = { name: "Carl", password: SOLO_PASSWORD, clientId: id() };
    const [a, b] = await Promise.all([solo.chat.register(input, CALLER), solo.chat.register(input, CALLER)]);
    expect(must(a).user.id).toBe(must(b).user.id);
    expect(solo.chat.authenticate(must(b).token)).not.toBeNull();
  });

  test("a name that looks like somebody's is refused at its field", async () => {
    await solo.person("limes");
    for (const name of ["Iimes", "1imes", "LIMES"]) {
      const answer = await solo.chat.register({ name, password: SOLO_PASSWORD, clientId: id() }, CALLER);
      expect(answer).toMatchObject({ ok: false, error: { code: "name_taken", field: "name" } });
    }
  });

  test("a name taken in other case is refused at its field", async () => {
    const answer = await solo.chat.register({ name: "ANNA", password: SOLO_PASSWORD, clientId: id() }, CALLER);
    expect(answer).toMatchObject({ ok: false, error: { code: "name_taken", field: "name" } });
  });

  test("unknown name and wrong password are answered alike", async () => {
    const answers = await Promise.all(
      [
        { name: "anna", password: "wrong wrong" },
        { name: "nobody", password: "wrong wrong" },
        { name: "\0", password: "" },
        { name: "anna", password: "x".repeat(5000) },
      ].map(async (input) => await solo.chat.login(input, CALLER)),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(code(answers[0]!)).toBe("wrong_password");
  });

  test("tokens: unknown, malformed, ended, expired", async () => {
    const { token } = must(await solo.chat.login({ name: "aNNa", password: SOLO_PASSWORD }, CALLER));
    const session = solo.chat.authenticate(token)!;
    expect(session).toMatchObject({ name: "Anna", userId: anna.user.id });
    for (const bad of ["", "x", "A".repeat(43), `${token}x`]) expect(solo.chat.authenticate(bad)).toBeNull();
    expect(await solo.chat.authenticateFresh("A".repeat(43))).toMatchObject({ error: { code: "not_logged_in" } });
    expect(await solo.chat.authenticateFresh(token)).toEqual({ ok: true, value: session });
    must(await solo.chat.logout(session));
    must(await solo.chat.logout(session));
    expect(solo.chat.authenticate(token)).toBeNull();
    expect(solo.chat.authenticate(anna.token)).not.toBeNull();
  });

  test("after a merge, a login of the branch that lost is waited for", async () => {
    const token = "A".repeat(43);
    const checked = passwordId(solo.state.queries.user(anna.user.id)!.passwordHash);
    const body = { kind: "login", session: { id: "fromtheother", tokenHash: tokenHash(token) }, checked } as const;
    const op = { user: anna.user.id, clientId: id(), timeMicros: 9e15, origin: null, recovered: true, body };
    solo.chat.stateReplaced();
    const waiting = solo.chat.authenticateFresh(token);
    solo.apply([encodeOp(op)]);
    expect(await waiting).toMatchObject({ value: { sessionId: "fromtheother" } });
  });

  test("leaving notes when one was last seen, at most once a minute", async () => {
    let nowMicros = 1e15;
    const chat = createSoloChat({ nowMicros: () => nowMicros });
    const carl = await chat.person("carl");
    const leave = async (): Promise<number> => {
      must(chat.chat.subscribe(carl.session, {})).close();
      await Promise.resolve();
      return chat.state.queries.user(carl.user.id)!.lastSeenMicros;
    };
    expect(await leave()).toBe(1e15);
    nowMicros = 1e15 + 61e6;
    expect(await leave()).toBe(nowMicros);
    chat.close();
  });

  test("a login that was not used for 90 days is over", async () => {
    let nowMicros = 1e15;
    const old = createSoloChat({ nowMicros: () => nowMicros });
    const { token } = await old.person("old");
    nowMicros += 89 * 24 * 3600 * 1e6;
    // Its use is written a moment later.
    expect(old.chat.authenticate(token)).not.toBeNull();
    await Promise.resolve();
    nowMicros += 89 * 24 * 3600 * 1e6;
    expect(old.chat.authenticate(token)).not.toBeNull();
    await Promise.resolve();
    nowMicros += 91 * 24 * 3600 * 1e6;
    expect(old.chat.authenticate(token)).toBeNull();
    old.close();
  });

  test("logins are listed and ended one by one, only one's own", async () => {
    const { token } = must(await solo.chat.login({ name: "Anna", password: SOLO_PASSWORD }, CALLER));
    const list = must(await solo.chat.listSessions(anna.session, {}));
    expect(list.filter(({ current }) => current)).toMatchObject([{ id: anna.session.sessionId }]);
    const other = list.find(({ current }) => !current)!;
    expect(code(await solo.chat.endSession(ben.session, { id: other.id, clientId: id() }))).toBe("not_found");
    must(await solo.chat.endSession(anna.session, { id: other.id, clientId: id() }));
    expect(solo.chat.authenticate(token)).toBeNull();
  });

  test("each login says what it was made with, and all but one's own end together", async () => {
    const login = async (device: string) =>
      must(await solo.chat.login({ name: "anna", password: SOLO_PASSWORD }, { ...CALLER, device })).token;
    const tokens = await Promise.all([login("Firefox on Linux"), login("Safari on iPhone")]);
    const devices = async () => must(await solo.chat.listSessions(anna.session, {})).map(({ device }) => device);
    expect(await devices()).toEqual(expect.arrayContaining(["Firefox on Linux", "Safari on iPhone", ""]));
    expect(code(await solo.chat.endOtherSessions(anna.session, { clientId: "no id" }))).toBe("invalid");
    const clientId = id();
    for (let times = 0; times < 2; times++) must(await solo.chat.endOtherSessions(anna.session, { clientId }));
    expect(must(await solo.chat.listSessions(anna.session, {}))).toMatchObject([{ id: anna.session.sessionId }]);
    expect(tokens.map((token) => solo.chat.authenticate(token))).toEqual([null, null]);
    expect(solo.chat.authenticate(ben.token)).not.toBeNull();
  });

  test("change the password: asked for the old one, repeatable, the old one is over", async () => {
    const input = { password: SOLO_PASSWORD, newPassword: "another horse", clientId: id() };
    expect(await solo.chat.changePassword(anna.session, { ...input, password: "wrong wrong" })).toMatchObject({
      ok: false,
      error: { code: "wrong_password", field: "password" },
    });
    must(await solo.chat.changePassword(anna.session, input));
    must(await solo.chat.changePassword(anna.session, input));
    expect(code(await solo.chat.changePassword(anna.session, { ...input, newPassword: "yet another" }))).toBe(
      "id_reused_with_other_content",
    );
    expect(code(await solo.chat.login({ name: "anna", password: SOLO_PASSWORD }, CALLER))).toBe("wrong_password");
    expect(code(await solo.chat.login({ name: "anna", password: "another horse" }, CALLER))).toBe("ok");
  });

  test("a password that changes while it is being checked is wrong, and nothing comes of it", async () => {
    const newPassword = "another horse";
    const before = solo.state.queries.user(anna.user.id)!;
    const input = { password: SOLO_PASSWORD, clientId: id() };
    must(await solo.chat.changePassword(anna.session, { ...input, newPassword }));
    // This replica has not applied the change yet, so it checks against the old password.
    solo.lagging = { user: () => before, loginCandidates: () => [before] };
    expect(await solo.chat.login({ name: "anna", password: SOLO_PASSWORD }, CALLER)).toMatchObject({
      ok: false,
      error: { code: "wrong_password", field: "password" },
    });
    const again = { password: SOLO_PASSWORD, newPassword: "the thief's own", clientId: id() };
    expect(code(await solo.chat.changePassword(anna.session, again))).toBe("wrong_password");
    const deletion = { password: SOLO_PASSWORD, deleteMessages: true, clientId: id() };
    expect(code(await solo.chat.deleteAccount(anna.session, deletion))).toBe("wrong_password");
    // The new one is right there too, because the replica catches up before it refuses.
    expect(code(await solo.chat.login({ name: "anna", password: newPassword }, CALLER))).toBe("ok");
    must(await solo.chat.endOtherSessions(anna.session, { clientId: id() }));
    expect(solo.state.queries.sessionsOf(anna.user.id).map((row) => row.id)).toEqual([anna.session.sessionId]);
  });

  test.each([false, true])("delete the account, messages too: %p", async (deleteMessages) => {
    const { conversationId } = await send(anna, "ben", "hi");
    await send(ben, "anna", "hello");
    await send(anna, "ben", "bye");
    const input = { password: SOLO_PASSWORD, deleteMessages, clientId: id() };
    expect(code(await solo.chat.deleteAccount(anna.session, { ...input, password: "wrong wrong" }))).toBe(
      "wrong_password",
    );
    // She made the first account, so the chat would be without an owner.
    expect(await solo.chat.deleteAccount(anna.session, input)).toMatchObject({
      error: { code: "last_owner", sentence: expect.stringContaining("the only owner of this chat") },
    });
    must(await solo.chat.setRole(anna.session, { person: "ben", role: "owner", clientId: id() }));
    must(await solo.chat.deleteAccount(anna.session, input));
    expect(solo.chat.authenticate(anna.token)).toBeNull();
    expect(code(await solo.chat.login({ name: "anna", password: SOLO_PASSWORD }, CALLER))).toBe("wrong_password");
    expect(code(await solo.chat.register({ name: "anna", password: SOLO_PASSWORD, clientId: id() }, CALLER))).toBe(
      "name_taken",
    );
    const rows = must(await solo.chat.messages(ben.session, { conversationId, limit: 10 }));
    expect(rows.map((m) => [m.authorName, m.body, m.deleted])).toEqual([
      ["deleted user", deleteMessages ? "" : "hi", deleteMessages],
      ["ben", "hello", false],
      ["deleted user", deleteMessages ? "" : "bye", deleteMessages],
    ]);
    expect(solo.chat.waitingTotal(ben.session).unread).toBe(deleteMessages ? 0 : 2);
    expect(must(await solo.chat.listUsers(ben.session, { limit: 10 }))).toEqual([]);
    expect(code(await solo.chat.send(ben.session, { conversationId, body: "?", clientId: id() }))).toBe(
      "unknown_recipient",
    );
  });

  describe.each(["closed", "invite"] as const)("registration %s", (registration) => {
    test("the first account needs the owner's link, and one of those who use it at once gets it", async () => {
      const solo = createSoloChat({ registration });
      const { chat } = solo;
      const register = async (name: string, invite?: string): Promise<string> => {
        const input = { name, password: SOLO_PASSWORD, clientId: id(), ...(invite === undefined ? {} : { invite }) };
        return code(await chat.register(input, CALLER));
      };
      expect(await register("eve")).toBe("registration_closed");
      expect(await register("eve", "x".repeat(43))).toBe(
        registration === "invite" ? "not_found" : "registration_closed",
      );
      expect(solo.state.queries.admin.hasPeople()).toBe(false);

      const made = await chat.operator.ownerToken();
      const token = made.ok ? made.value : "";
      expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect(await chat.operator.ownerToken()).toMatchObject({ value: token });
      expect(await chat.inviteOffer(token, CALLER)).toMatchObject({ value: { by: null, role: "owner", rooms: [] } });
      const codes = await Promise.all([register("anna", token), register("ben", token)]);
      expect(codes.toSorted()).toEqual(["link_used", "ok"]);
      const owner = ["anna", "ben"].map((name) => solo.state.queries.userByFolded(name)).find((user) => user !== null);
      expect(solo.state.queries.role(owner!.id)).toBe("owner");

      expect(await register("carl", token)).toBe(registration === "closed" ? "registration_closed" : "link_used");
      expect(code(await chat.inviteOffer(token, CALLER))).toBe("link_used");
      expect(code(await chat.operator.ownerToken())).toBe("link_used");
      // A replica that has not applied the first account yet.
      const admin = Object.assign(Object.create(solo.state.queries.admin) as AdminQueries, { hasPeople: () => false });
      solo.lagging = { admin, userByFolded: () => null };
      expect(await register("eve", token)).toBe("link_used");
      expect(await register("eve")).toBe("registration_closed");
      solo.close();
    });
  });

  test("a password is the same from every keyboard", async () => {
    const [composed, decomposed] = ["pässwörter-ñ", "pässwörter-ñ".normalize("NFD")];
    must(await solo.chat.register({ name: "mac", password: decomposed, clientId: id() }, CALLER));
    const { token } = must(await solo.chat.login({ name: "mac", password: composed }, CALLER));
    const session = solo.chat.authenticate(token)!;
    const newPassword = "ein neues pässwort";
    must(await solo.chat.changePassword(session, { password: decomposed, newPassword, clientId: id() }));
    const spaces = newPassword.normalize("NFD").replaceAll(" ", "\u00a0");
    must(await solo.chat.login({ name: "mac", password: spaces }, CALLER));
    must(await solo.chat.deleteAccount(session, { password: spaces, deleteMessages: false, clientId: id() }));
  });

  test("a name lost in a merge still logs in, and its holder is told", async () => {
    const clientId = id();
    const passwordHash = await Bun.password.hash("her own password", {
      algorithm: "argon2id",
      memoryCost: 19456,
      timeCost: 2,
    });
    const session = { id: "aaaaaaaaaaaa", tokenHash: "x" };
    const body = { kind: "register", name: "anna", folded: "anna", passwordHash, session } as const;
    const user = userIdFor("anna", clientId);
    solo.apply([encodeOp({ user, clientId, timeMicros: 1, origin: { replica: 1, view: "" }, recovered: true, body })]);
    const late = must(await solo.chat.login({ name: "ANNA", password: "her own password" }, CALLER));
    expect(late.user).toMatchObject({ id: user, name: "anna-2", formerName: "anna" });
    expect(must(await solo.chat.login({ name: "anna", password: SOLO_PASSWORD }, CALLER)).user.id).toBe(anna.user.id);
    expect(must(await solo.chat.login({ name: "anna-2", password: "her own password" }, CALLER)).user.id).toBe(user);
  });
});

describe("rate limits", () => {
  test("wrong passwords are counted and the wait is said; the owner is not kept out", async () => {
    const limited = createSoloChat({ rateLimit: true });
    const { user } = await limited.person("anna");
    const known = { id: "browser", has: (userId: string) => userId === user.id };
    const login = async (password: string, caller: Caller = CALLER) =>
      await limited.chat.login({ name: "Anna", password }, caller);
    const codes = [];
    for (let n = 0; n < 11; n++) codes.push(code(await login("")));
    expect(codes).toEqual([...Array.from({ length: 10 }, () => "wrong_password"), "slow_down"]);
    const refusal = await login(SOLO_PASSWORD);
    if (refusal.ok) throw new Error("let in");
    expect(refusal.error.sentence).toMatch(/^Too many wrong passwords\. Try again in [1-6] seconds?\.$/);
    expect(refusal.error.retryAfterMs).toBeWithin(1, 6_001);
    expect(code(await login(SOLO_PASSWORD, STRANGER))).toBe("ok");
    expect(code(await login(SOLO_PASSWORD, { ...CALLER, known }))).toBe("ok");
    limited.close();
  });

  test("ten registrations an hour from one address; loopback is not counted", async () => {
    const limited = createSoloChat({ rateLimit: true });
    const register = async (n: number, caller: { address: string }): Promise<string> =>
      code(await limited.chat.register({ name: `p${n}`, password: SOLO_PASSWORD, clientId: id() }, caller));
    const codes = [];
    for (let n = 0; n < 11; n++) codes.push(await register(n, STRANGER));
    expect(codes.slice(9)).toEqual(["ok", "slow_down"]);
    expect(
      await limited.chat.register({ name: "p11", password: SOLO_PASSWORD, clientId: id() }, STRANGER),
    ).toMatchObject({
      error: { sentence: "Too many accounts were created from your network just now. Try again in 6 minutes." },
    });
    expect(await register(20, CALLER)).toBe("ok");
    limited.close();
  });
});

describe("messages", () => {
  test("a repeat is the same message; other content under its id is refused", async () => {
    const input = { to: "BEN", body: "hello", clientId: id() };
    const first = await solo.chat.send(anna.session, input);
    expect(must(await solo.chat.send(anna.session, { ...input, clientId: input.clientId.toUpperCase() }))).toEqual(
      must(first),
    );
    expect(code(await solo.chat.send(anna.session, { ...input, body: "other" }))).toBe("id_reused_with_other_content");
    const { conversationId } = must(first);
    expect(must(await solo.chat.messages(ben.session, { conversationId, limit: 10 }))).toMatchObject([
      { ...must(first), unread: true },
    ]);
  });

  test.each(["@ben", "ben,", "@BEN!"])("%p is ben", async (to) => {
    expect((await send(anna, to, "hello")).conversationId).toBe(directId(anna.user.id, ben.user.id));
    const found = must(await solo.chat.findDirect(anna.session, { name: to }));
    expect(found?.with?.name).toBe("ben");
  });

  test("two at once with one id: one message", async () => {
    const input = { to: "ben", body: "hello", clientId: id() };
    const [a, b] = await Promise.all([solo.chat.send(anna.session, input), solo.chat.send(anna.session, input)]);
    expect(must(a)).toEqual(must(b));
    expect(solo.chat.waitingTotal(ben.session).unread).toBe(1);
  });

  const badSends: [object, string, string | undefined][] = [
    [{ to: "nobody", body: "x" }, "unknown_recipient", "to"],
    [{ to: "@", body: "x" }, "unknown_recipient", "to"],
    [{ to: "", body: "x" }, "unknown_recipient", "to"],
    [{ to: "ben", body: "" }, "invalid", "body"],
    [{ to: "ben", body: "x".repeat(8193) }, "too_long", "body"],
    [{ body: "x" }, "invalid", "to"],
    [{ to: "ben", conversationId: "x", body: "x" }, "invalid", "to"],
    [{ conversationId: "x", body: "x" }, "not_found", undefined],
    [{ to: "ben", body: "x", clientId: "7" }, "invalid", "id"],
  ];
  test.each(badSends)("%j: %s at %s", async (input, expected, field) => {
    const answer = await solo.chat.send(anna.session, { clientId: id(), ...input } as SendInput);
    expect(answer.ok ? "ok" : `${answer.error.code} ${answer.error.field}`).toBe(`${expected} ${field}`);
  });

  test("other people's conversations do not exist", async () => {
    const eve = await solo.person("eve");
    const { id: messageId, conversationId } = await send(anna, "ben", "secret");
    const { chat } = solo;
    const clientId = id();
    const codes = await Promise.all([
      chat.messages(eve.session, { conversationId, limit: 10 }),
      chat.conversation(eve.session, { conversationId }),
      chat.send(eve.session, { conversationId, body: "x", clientId }),
      chat.markRead(eve.session, { ids: [messageId] }),
      chat.deleteMessages(eve.session, { ids: [messageId], clientId: id() }),
      chat.markAllRead(eve.session, { conversationId, upTo: messageId }),
    ]);
    expect(codes.map(code)).toEqual(Array.from({ length: 6 }, () => "not_found"));
    // A message of another conversation cannot be the start of a page.
    const own = await send(eve, "anna", "x");
    expect(
      code(await chat.messages(eve.session, { conversationId: own.conversationId, before: messageId, limit: 5 })),
    ).toBe("not_found");
  });

  test("history by message id, oldest first", async () => {
    const sent: MessageView[] = [];
    for (let n = 0; n < 7; n++) sent.push(await send(anna, "ben", `m${n}`));
    const page = async (limit: number, before?: string): Promise<string[]> => {
      const input = { conversationId: sent[0]!.conversationId, limit, ...(before === undefined ? {} : { before }) };
      return must(await solo.chat.messages(ben.session, input)).map((m) => m.body);
    };
    expect(await page(3)).toEqual(["m4", "m5", "m6"]);
    expect(await page(3, sent[4]!.id)).toEqual(["m1", "m2", "m3"]);
    expect(await page(3, sent[1]!.id)).toEqual(["m0"]);
    expect(await page(3, sent[0]!.id)).toEqual([]);
  });

  test("history onwards from a message, around one, and around the first unread one", async () => {
    const sent: MessageView[] = [];
    for (let n = 0; n < 9; n++) sent.push(await send(anna, "ben", `m${n}`));
    const { conversationId } = sent[0]!;
    const page = async (limit: number, place: Partial<MessagesInput>): Promise<string> =>
      must(await solo.chat.messages(ben.session, { conversationId, limit, ...place }))
        .map((m) => m.body.slice(1))
        .join("");
    expect(await page(3, { after: sent[4]!.id })).toBe("567");
    expect(await page(3, { after: sent[7]!.id })).toBe("8");
    expect(await page(3, { after: sent[8]!.id })).toBe("");
    expect(await page(4, { around: sent[4]!.id })).toBe("2345");
    expect(await page(1, { around: sent[4]!.id })).toBe("4");
    // At an end, the page is filled from the other side.
    expect(await page(4, { around: sent[0]!.id })).toBe("0123");
    expect(await page(4, { around: sent[8]!.id })).toBe("5678");
    must(await solo.chat.markAllRead(ben.session, { conversationId, upTo: sent[2]!.id }));
    expect(await page(4, { around: "unread" })).toBe("1234");
    must(await solo.chat.deleteMessages(ben.session, { ids: [sent[3]!.id], clientId: id() }));
    expect(await page(4, { around: "unread" })).toBe("1245");
    must(await solo.chat.markAllRead(ben.session, { conversationId, upTo: sent[8]!.id }));
    expect(await page(4, { around: "unread" })).toBe("5678");
    const { chat } = solo;
    const two = { conversationId, limit: 3, before: sent[1]!.id, after: sent[2]!.id };
    expect(code(await chat.messages(ben.session, two))).toBe("invalid");
    expect(code(await chat.messages(ben.session, { conversationId, limit: 3, around: "nothing" }))).toBe("not_found");
  });

  test("what is read is what the reader was shown: singly, all up to a message, with an answer", async () => {
    const ids = [];
    for (let n = 0; n < 5; n++) ids.push((await send(anna, "ben", `m${n}`)).id);
    const conversationId = directId(anna.user.id, ben.user.id);
    const unread = async (): Promise<string[]> =>
      must(await solo.chat.messages(ben.session, { conversationId, limit: 50 }))
        .filter((m) => m.unread)
        .map((m) => m.body);
    must(await solo.chat.markRead(ben.session, { ids: [ids[2]!] }));
    expect(await unread()).toEqual(["m0", "m1", "m3", "m4"]);
    expect(
      must(await solo.chat.messages(anna.session, { conversationId, limit: 50 })).map((m) => m.readByOther),
    ).toEqual([false, false, true, false, false]);
    const answer = { conversationId, body: "answer" };
    // A program that does not send readUpTo marks nothing.
    must(await solo.chat.send(ben.session, { ...answer, clientId: id() }));
    expect(await unread()).toEqual(["m0", "m1", "m3", "m4"]);
    // It was written when m1 was the newest message on the page, and is delivered only now.
    must(await solo.chat.send(ben.session, { ...answer, readUpTo: ids[1]!, clientId: id() }));
    expect(await unread()).toEqual(["m3", "m4"]);
    must(await solo.chat.markAllRead(ben.session, { conversationId, upTo: ids[3]! }));
    expect(await unread()).toEqual(["m4"]);
    expect(
      must(await solo.chat.messages(anna.session, { conversationId, limit: 50 })).map((m) => m.readByOther),
    ).toEqual([true, true, true, true, false, false, false]);
    expect(solo.chat.waitingTotal(ben.session).unread).toBe(1);
    // The message is of another conversation, or does not exist, so nothing is marked.
    const other = await send(ben, "ben", "note");
    const noId = await solo.chat.send(ben.session, { ...answer, readUpTo: "x", clientId: id() });
    expect(code(noId)).toBe("invalid");
    must(await solo.chat.send(ben.session, { ...answer, readUpTo: other.id, clientId: id() }));
    expect(code(await solo.chat.markAllRead(ben.session, { conversationId, upTo: other.id }))).toBe("not_found");
    expect(await unread()).toEqual(["m4"]);
  });

  test("delete selected: own for both, the other's for oneself", async () => {
    const own = await send(anna, "ben", "own");
    const others = await send(ben, "anna", "others");
    must(await solo.chat.deleteMessages(anna.session, { ids: [own.id, others.id], clientId: id() }));
    const { conversationId } = own;
    const seenBy = async (who: Person): Promise<[string, boolean][]> =>
      must(await solo.chat.messages(who.session, { conversationId, limit: 10 })).map((m) => [m.body, m.deleted]);
    expect(await seenBy(anna)).toEqual([["", true]]);
    expect(await seenBy(ben)).toEqual([
      ["", true],
      ["others", false],
    ]);
    expect(
      must(await solo.chat.send(anna.session, { to: "ben", body: "own", clientId: own.id.slice(13) })),
    ).toMatchObject({
      id: own.id,
      deleted: true,
      body: "",
    });
  });

  test("conversations: the newest first, with people, counts and the last message", async () => {
    const eve = await solo.person("eve");
    await send(anna, "ben", "1");
    await send(eve, "anna", "2");
    await send(anna, "anna", "note");
    const list = must(await solo.chat.listConversations(anna.session, { limit: 10 }));
    expect(list.map((c) => [c.with?.name, c.unread, c.last?.body])).toEqual([
      ["Anna", 0, "note"],
      ["eve", 1, "2"],
      ["ben", 0, "1"],
    ]);
    expect(must(await solo.chat.conversation(anna.session, { conversationId: list[1]!.id }))).toEqual(list[1]!);
    expect(must(await solo.chat.findDirect(anna.session, { name: "EVE" }))).toEqual(list[1]!);
    expect(must(await solo.chat.findDirect(ben.session, { name: "eve" }))).toBeNull();
    expect(code(await solo.chat.findDirect(ben.session, { name: "nobody" }))).toBe("unknown_recipient");
    expect(must(await solo.chat.listUsers(anna.session, { limit: 10, after: "BEN" })).map((u) => u.name)).toEqual([
      "eve",
    ]);
  });
});

describe("the way through the log", () => {
  test.each([
    [{ kind: "no_leader" }, "no_leader"],
    [{ kind: "not_writable", reason: "disk full" }, "not_writable"],
    [{ kind: "slow_down", retryAfterMs: 7 }, "slow_down"],
    [{ kind: "timed_out" }, "timed_out"],
  ] as const)("%j is answered %s", async (outcome, expected) => {
    solo.outcome = outcome;
    const answer = await solo.chat.send(anna.session, { to: "ben", body: "x", clientId: id() });
    expect(code(answer)).toBe(expected);
  });

  test("[I12] a refusal is definite only if no other copy of the op can be applied any more", async () => {
    const result = { kind: "refused", error: "archived", seq: 9, repeated: false } as const;
    const send = (): Promise<unknown> => solo.chat.send(anna.session, { to: "ben", body: "x", clientId: id() });
    solo.outcome = { kind: "applied", seq: 9, result };
    expect(await send()).toMatchObject({ error: { code: "archived" } });
    solo.outcome = { kind: "applied", seq: 9, result, sentAgain: true };
    expect(await send()).toMatchObject({ error: { code: "timed_out" } });
  });

  test("an op whose format is not in force is refused before it is proposed, and the sentence says who is missing", async () => {
    const why = "This needs all replicas at version 0.2.0; replica 2 is at 0.1.0.";
    const asked: number[] = [];
    const other = createSoloChat({ whyNot: (format) => (asked.push(format), why) });
    const before = other.state.appliedSeq();
    const password = "a long password";
    const answer = await other.chat.register({ name: "zoe", password, clientId: id() }, CALLER);
    expect(answer).toMatchObject({ ok: false, error: { code: "not_enabled", sentence: why } });
    expect([asked, other.state.appliedSeq()]).toEqual([[1], before]);
  });

  test("where waiting does not help, the sentence says what does", async () => {
    const sentenceOf = async (lacksReplicas: boolean): Promise<string> => {
      solo.outcome = { kind: "no_leader", lacksReplicas };
      const answer = await solo.chat.send(anna.session, { to: "ben", body: "x", clientId: id() });
      return answer.ok ? "sent" : answer.error.sentence;
    };
    expect(await sentenceOf(false)).toBe("The servers are not ready. Try again in a moment.");
    expect(await sentenceOf(true)).toMatch(/^Too few servers are running .* Ask the person who runs this chat/);
  });

  test("reads at or after a cursor, or at the latest", async () => {
    const sent = await solo.chat.send(anna.session, { to: "ben", body: "x", clientId: id() });
    const { cursor } = sent as { cursor: string };
    const list = async (at: object): Promise<string> =>
      code(await solo.chat.listConversations(ben.session, { limit: 5, ...at }));
    expect(await list({ cursor })).toBe("ok");
    const beyond = cursor.replace(/\d+$/, (seq) => String(Number(seq) + 1));
    const newerView = "9.1.00000000000000aa.0:1";
    // No leader answers, so this replica may lag.
    solo.readIndex = async () => false;
    expect(await list({ cursor: beyond })).toBe("no_leader");
    expect(await list({ cursor: newerView })).toBe("no_leader");
    expect(await list({ cursor: "1.0.0000000000000001.0:1" })).toBe("ok");
    // The leader confirms that nothing is missing here, so the cursor is of a branch that is gone.
    solo.readIndex = async () => true;
    for (const gone of [beyond, newerView]) {
      expect(await list({ cursor: gone })).toBe("ok");
      expect(await list({ cursor: gone, latest: true })).toBe("ok");
    }
    solo.readIndex = null;
    expect(await list({ cursor: "tampered" })).toBe("invalid");
    expect(await list({ latest: true })).toBe("ok");
    solo.outcome = { kind: "no_leader" };
    expect(await list({ latest: true })).toBe("no_leader");
  });

  test("times go back only if a clock was set back by more than a minute", async () => {
    let nowMicros = 5e15;
    const chat = createSoloChat({ nowMicros: () => nowMicros });
    const [a] = [await chat.person("a"), await chat.person("b")];
    const times = [];
    for (const now of [5e15 + 100, 5e15 - 1e7, 5e15 - 1e7, 5e15 + 200, 4e15, 5e15 + 300]) {
      nowMicros = now;
      times.push(must(await chat.chat.send(a.session, { to: "b", body: "x", clientId: id() })).timeMicros);
    }
    expect(times).toEqual([5e15 + 100, 5e15 + 101, 5e15 + 102, 5e15 + 200, 4e15, 5e15 + 300]);
    chat.close();
  });
});
