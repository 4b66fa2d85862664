/** lastword.v1.Chat over the real chat: what people and programs do, and how the chat refuses it. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { CODE_TRAILER, OUTCOME_TRAILER, type ChatRequest } from "../../../proto/chat-wire.ts";
import type { SubscribeResponse } from "../../../src/client/subscription.ts";
import { ChatClient } from "../../../src/client/chat-client.ts";
import type { AnsweredCall, CallResult } from "../../../src/client/chat-client.ts";
import type { CallFailure } from "../../../src/client/links.ts";
import { ApiBench } from "../../support/fake-chat.ts";
import { SOLO_PASSWORD, createSoloChat } from "../../support/solo-chat.ts";
import type { SoloChat } from "../../support/solo-chat.ts";
import { until } from "../../../harness/until.ts";

let solo: SoloChat;
let bench: ApiBench;
let clients: ChatClient[];

beforeEach(async () => {
  solo = createSoloChat();
  bench = await ApiBench.start({ chat: solo.chat });
  clients = [];
});

afterEach(async () => {
  for (const client of clients) client.close();
  await bench.stop();
  solo.close();
});

/** A client of the only replica, logged in as a new user. */
async function person(name: string): Promise<ChatClient> {
  const { token } = await solo.person(name);
  return stranger(token);
}

function stranger(token?: string): ChatClient {
  const options = { addresses: [bench.address], deadlineMs: 10_000 };
  const client = new ChatClient(token === undefined ? options : { ...options, token });
  clients.push(client);
  return client;
}

async function ok<T>(result: Promise<CallResult<T>>): Promise<T> {
  const done = await result;
  if (!done.ok) throw new Error(`${done.code}: ${done.sentence}`);
  return done.value;
}

/** Code and outcome of a call that must fail. */
async function codeOf(result: Promise<CallResult<unknown>>): Promise<string> {
  const done = await result;
  return done.ok ? "ok" : `${done.code} ${done.outcome}`;
}

const id = (): string => crypto.randomUUID();

describe("a conversation", () => {
  test("register, write by name, read, mark read, delete: each side sees it", async () => {
    const anna = stranger();
    const { user } = await ok(anna.register("Anna", SOLO_PASSWORD));
    expect(user!.name).toBe("Anna");
    const ben = await person("ben");

    const first = await ok(anna.send({ to: "BEN", body: "Hallo\nBen 👋" }));
    expect(first.message).toMatchObject({ body: "Hallo\nBen 👋", authorName: "Anna", unread: false });
    const second = await ok(anna.send({ conversationId: first.message!.conversationId, body: "Noch da?" }));

    const page = await ok(ben.call("GetMessages", { with: "anna" }, { cursor: second.cursor }));
    expect(page.messages.map(({ body, unread }) => ({ body, unread }))).toEqual([
      { body: "Hallo\nBen 👋", unread: true },
      { body: "Noch da?", unread: true },
    ]);
    const older = await ok(ben.call("GetMessages", { with: "anna", before: second.message!.id, limit: 1 }));
    expect(older.messages.map((message) => message.id)).toEqual([first.message!.id]);

    await ok(ben.call("MarkRead", { messageIds: [first.message!.id] }));
    const [left] = (await ok(ben.call("ListConversations", {}))).conversations;
    expect(left).toMatchObject({ unread: 1, with: { name: "Anna" } });
    const all = { conversationId: left!.id, clientId: id() };
    expect(await codeOf(ben.call("MarkRead", all))).toBe("invalid definite");
    const marked = await ok(ben.call("MarkRead", { ...all, upTo: second.message!.id }));
    const [none] = (await ok(ben.call("ListConversations", { read: 1 }, { cursor: marked.cursor }))).conversations;
    // The page after the only one, and the conversations with unread messages.
    const beyond = { beforeSeq: none!.lastSeq };
    const [general, ...others] = (await ok(ben.call("ListConversations", beyond))).conversations;
    expect([general?.room?.name, others]).toEqual(["general", []]);
    expect((await ok(ben.call("ListConversations", { beforeSeq: none!.lastSeq + 1 }))).conversations).toHaveLength(2);
    expect((await ok(ben.call("ListConversations", { unreadOnly: true }))).conversations).toEqual([]);
    expect((await ok(ben.call("ListUsers", { search: "NN" }))).users.map(({ name }) => name)).toEqual(["Anna"]);
    expect((await ok(ben.call("ListUsers", { search: "nobody" }))).users).toEqual([]);
    expect(none?.unread).toBe(0);

    await ok(anna.call("DeleteMessages", { messageIds: [second.message!.id], clientId: id() }));
    const after = (await ok(ben.call("GetMessages", { with: "Anna" }))).messages;
    expect(after.some((message) => message.body === "Noch da?")).toBe(false);
    expect((await ok(ben.call("ListUsers", {}))).users.map(({ name }) => name)).toEqual(["Anna"]);
  });

  test("a repeated id gets the same answer once; with other content it is refused", async () => {
    const anna = await person("anna");
    await person("ben");
    const clientId = id();
    const first = await ok(anna.send({ to: "ben", body: "Hi", clientId }));
    const again = await ok(anna.send({ to: "ben", body: "Hi", clientId }));
    expect(again.message!.id).toBe(first.message!.id);
    expect((await ok(anna.call("GetMessages", { with: "ben" }))).messages.length).toBe(1);
    expect(await codeOf(anna.send({ to: "ben", body: "Ho", clientId }))).toBe("id_reused_with_other_content definite");
    // Another user's client ids are independent.
    const carl = await person("carl");
    expect((await carl.send({ to: "ben", body: "Ho", clientId })).ok).toBe(true);
  });
});

describe("refusals", () => {
  type Refused = { readonly [Name in AnsweredCall]?: readonly [Partial<ChatRequest<Name>>, string][] };

  test("each bad request has its code, and nothing happened", async () => {
    const anna = await person("anna");
    const ben = await person("ben");
    const carl = await person("carl");
    const secret = (await ok(carl.send({ to: "ben", body: "Nicht für Anna" }))).message;
    const refused: Refused = {
      Register: [
        [{ name: "", password: SOLO_PASSWORD, clientId: id() }, "invalid definite"],
        [{ name: "x".repeat(33), password: SOLO_PASSWORD, clientId: id() }, "too_long definite"],
        [{ name: "dora", password: "short", clientId: id() }, "invalid definite"],
        [{ name: "dora", password: SOLO_PASSWORD, clientId: "not a uuid" }, "invalid definite"],
        [{ name: "ANNA", password: SOLO_PASSWORD, clientId: id() }, "name_taken definite"],
      ],
      Login: [
        [{ name: "anna", password: "wrong password" }, "wrong_password definite"],
        [{ name: "nobody", password: "wrong password" }, "wrong_password definite"],
      ],
      SendMessage: [
        [{ to: "ben", body: "", clientId: id() }, "invalid definite"],
        [{ to: "ben", body: "x".repeat(8_193), clientId: id() }, "too_long definite"],
        [{ to: "ben", body: "\u0000", clientId: id() }, "invalid definite"],
        [{ to: "ben", body: "x".repeat(70_000), clientId: id() }, "too_large definite"],
        [{ to: "nobody", body: "Hi", clientId: id() }, "unknown_recipient definite"],
        [{ to: "ben", body: "Hi", clientId: "1" }, "invalid definite"],
        [{ body: "Hi", clientId: id() }, "invalid definite"],
        [{ conversationId: secret!.conversationId, body: "Hi", clientId: id() }, "not_found definite"],
      ],
      GetMessages: [
        [{ conversationId: secret!.conversationId }, "not_found definite"],
        [{ with: "ben", limit: 201 }, "ok"],
      ],
      MarkRead: [
        [{ messageIds: [secret!.id] }, "not_found definite"],
        [{ messageIds: [] }, "invalid definite"],
      ],
      DeleteMessages: [[{ messageIds: [secret!.id], clientId: id() }, "not_found definite"]],
      ListUsers: [
        [{ limit: 201 }, "invalid definite"],
        [{ limit: -1 }, "invalid definite"],
      ],
      ChangePassword: [
        [{ password: "wrong password", newPassword: SOLO_PASSWORD, clientId: id() }, "wrong_password definite"],
      ],
      DeleteAccount: [[{ password: "wrong password", clientId: id() }, "wrong_password definite"]],
      EndSession: [[{ sessionId: "nothing", clientId: id() }, "not_found definite"]],
    };
    for (const [name, rows] of Object.entries(refused)) {
      for (const [request, code] of rows as readonly [object, string][]) {
        const got = await codeOf(anna.call(name as AnsweredCall, request));
        expect({ name, request, got }).toEqual({ name, request, got: code });
      }
    }
    expect((await ok(ben.call("GetMessages", { with: "carl" }))).messages.map((message) => message.id)).toEqual([
      secret!.id,
    ]);
    expect((await ok(ben.call("GetMessages", { with: "anna" }))).messages).toEqual([]);
  });

  test("a cursor that is none is invalid, one that only a dead branch has is answered with what is here", async () => {
    const anna = await person("anna");
    expect(await codeOf(anna.call("ListUsers", {}, { cursor: "nonsense" }))).toBe("invalid definite");
    const { cursor } = await ok(anna.call("ListUsers", {}));
    const beyond = cursor.replace(/\d+$/, "999999");
    expect(await codeOf(anna.call("ListUsers", {}, { cursor: beyond }))).toBe("ok");
  });

  test("what the replicas cannot do now is said as the contract says", async () => {
    const { token } = await solo.person("anna");
    await person("ben");
    for (const [outcome, expected] of [
      [{ kind: "no_leader" }, "no_leader definite"],
      [{ kind: "not_writable", reason: "disk full" }, "not_writable definite"],
      [{ kind: "slow_down", retryAfterMs: 10 }, "slow_down definite"],
      [{ kind: "timed_out" }, "timed_out unknown"],
    ] as const) {
      solo.outcome = outcome;
      // A single call, because a ChatClient would repeat it until a deadline that a busy machine may reach first.
      const { trailers } = await bench.raw("SendMessage", { to: "ben", body: "Hi", clientId: id() }, { token });
      expect(`${trailers[CODE_TRAILER]} ${trailers[OUTCOME_TRAILER]}`).toBe(expected);
    }
    solo.outcome = null;
    expect((await stranger(token).send({ to: "ben", body: "Hi" })).ok).toBe(true);
  });
});

describe("a login", () => {
  test("ends at logout, with its streams; others go on", async () => {
    const anna = await person("anna");
    const other = stranger();
    await ok(other.login("Anna", SOLO_PASSWORD));
    const sessions = (await ok(anna.call("ListSessions", {}))).sessions;
    expect(sessions.filter((session) => session.current).length).toBe(1);
    expect(sessions.length).toBe(2);

    let ended: CallFailure | null = null;
    let ready = false;
    anna.subscribe({
      onEvent: (response) => {
        ready ||= response.ready !== undefined;
      },
      onEnd: (failure) => {
        ended = failure;
      },
    });
    const stream = anna.sendStream();
    expect((await stream.send({ to: "anna", body: "an mich", clientId: id() })).ok).toBe(true);
    await until(() => ready);
    await ok(anna.call("Logout", {}));
    await until(() => ended !== null);
    expect(ended!).toMatchObject({ code: "not_logged_in", definite: true });
    expect(await codeOf(anna.call("ListUsers", {}))).toBe("not_logged_in definite");
    expect((await other.call("ListUsers", {})).ok).toBe(true);
    // SendStream checks its session every second.
    await until(async () => {
      const outcome = await stream.send({ to: "anna", body: "noch da", clientId: id() });
      return !outcome.ok && outcome.code === "not_logged_in";
    });
  }, 30_000);

  test("ends from another device, by a new password, and with the account", async () => {
    const anna = await person("anna");
    const other = stranger();
    await ok(other.login("anna", SOLO_PASSWORD));
    const { sessions } = await ok(anna.call("ListSessions", {}));
    const foreign = sessions.find((session) => !session.current)!;
    await ok(anna.call("EndSession", { sessionId: foreign.id, clientId: id() }));
    expect(await codeOf(other.call("ListUsers", {}))).toBe("not_logged_in definite");

    await ok(other.login("anna", SOLO_PASSWORD));
    await ok(anna.call("ChangePassword", { password: SOLO_PASSWORD, newPassword: "new password", clientId: id() }));
    expect(await codeOf(other.call("ListUsers", {}))).toBe("not_logged_in definite");
    expect(await codeOf(other.login("anna", SOLO_PASSWORD))).toBe("wrong_password definite");

    await ok(other.login("anna", "new password"));
    const deletion = { password: "new password", clientId: id() };
    await ok(other.call("DeleteAccount", deletion));
    // Its answer was lost.
    await ok(other.call("DeleteAccount", deletion));
    expect(await codeOf(other.call("DeleteAccount", { ...deletion, clientId: id() }))).toBe("not_logged_in definite");
    expect(await codeOf(other.call("DeleteAccount", { ...deletion, deleteMessages: true }))).toBe(
      "not_logged_in definite",
    );
    expect(await codeOf(other.call("ListUsers", {}))).toBe("not_logged_in definite");
    expect(await codeOf(other.login("anna", "new password"))).toBe("wrong_password definite");
  });
});

describe("streams", () => {
  test("Subscribe resumes after a cursor: what came meanwhile, then live, each once", async () => {
    const anna = await person("anna");
    const ben = await person("ben");
    const seen: string[] = [];
    const onEvent = ({ message }: SubscribeResponse) => {
      if (message !== undefined) seen.push(message!.body);
    };
    const first = ben.subscribe({ onEvent });
    await until(() => first.cursor !== "");
    for (const body of ["1", "2", "3"]) await ok(anna.send({ to: "ben", body }));
    await until(() => seen.length === 3);
    first.close();
    for (const body of ["4", "5"]) await ok(anna.send({ to: "ben", body }));
    const second = ben.subscribe({ onEvent }, first.cursor);
    await until(() => seen.length === 5);
    await ok(anna.send({ to: "ben", body: "6" }));
    await until(() => seen.length === 6);
    second.close();
    expect(seen).toEqual(["1", "2", "3", "4", "5", "6"]);
  });

  test("a cursor of no branch of ours is answered with a reset", async () => {
    const ben = await person("ben");
    const { cursor } = await ok(ben.call("ListUsers", {}));
    const lost = cursor.replace(/^\d+/, "0");
    let reset = 0;
    ben.subscribe({ onEvent: (response) => (reset ||= response.reset?.reason ?? 0) }, lost);
    await until(() => reset !== 0);
    expect(reset).toBe(1);
  });

  test("one user has 50 streams, the next one is told when to come again", async () => {
    const ben = await person("ben");
    const open = Array.from({ length: 50 }, () => ben.subscribe({ onEvent: () => {} }));
    await until(() => open.every((one) => one.cursor !== ""));
    const session = solo.chat.authenticate(ben.token ?? "")!;
    expect(solo.chat.subscribe(session, {})).toMatchObject({ ok: false, error: { code: "slow_down" } });
    open[0]!.close();
    // The server notices the end a moment later.
    await until(() => {
      const answer = solo.chat.subscribe(session, {});
      if (answer.ok) answer.value.close();
      return answer.ok;
    });
  });

  test("SendStream: a thousand sends are there exactly once, repeats and refusals among them", async () => {
    const anna = await person("anna");
    const ben = await person("ben");
    const stream = anna.sendStream();
    const clientIds = Array.from({ length: 1_000 }, id);
    const outcomes = await Promise.all(
      clientIds.map((clientId, i) => stream.send({ to: "ben", body: `${i}`, clientId })),
    );
    expect(outcomes.filter((outcome) => outcome.ok).length).toBe(1_000);
    const repeat = await stream.send({ to: "ben", body: "7", clientId: clientIds[7]! });
    expect(repeat).toMatchObject({
      ok: true,
      value: { messageId: outcomes[7]!.ok ? outcomes[7]!.value.messageId : "" },
    });
    const other = await stream.send({ to: "ben", body: "x", clientId: clientIds[7]! });
    expect(other).toMatchObject({ ok: false, code: "id_reused_with_other_content", outcome: "definite" });
    const nobody = await stream.send({ to: "nobody", body: "x", clientId: id() });
    expect(nobody).toMatchObject({ ok: false, code: "unknown_recipient", outcome: "definite" });
    stream.close();

    const bodies: string[] = [];
    let before = "";
    for (;;) {
      const { messages } = await ok(ben.call("GetMessages", { with: "anna", limit: 200, before }));
      bodies.unshift(...messages.map((message) => message.body));
      if (messages.length < 200) break;
      before = messages[0]!.id;
    }
    expect(bodies.toSorted((a, b) => Number(a) - Number(b))).toEqual(clientIds.map((_, i) => `${i}`));
  });
});
