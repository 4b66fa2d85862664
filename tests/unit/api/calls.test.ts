/** Every unary call and every error of lastword.v1.Chat over a real connection, against a scripted chat. */
import { afterEach, describe, expect, test } from "bun:test";
import { placeOf } from "../../../src/host/error-place.ts";
import { connect } from "node:net";
import { once } from "node:events";
import { CHAT_WIRE, REQUEST_BYTES_MAX } from "../../../proto/chat-wire.ts";
import type { ChatCalls, ChatRequest } from "../../../proto/chat-wire.ts";
import type { ChatApiDeps } from "../../../src/api/chat-api.ts";
import { CHAT_ERRORS, failed } from "../../../src/chat/errors.ts";
import type { ChatErrorCode } from "../../../src/chat/errors.ts";
import type { ChatService } from "../../../src/chat/chat-service.ts";
import { ApiBench, GOOD_TOKEN, MESSAGE, ROOM, SESSION, WIRE_ADA, fakeChat } from "../../support/fake-chat.ts";

let bench: ApiBench | null = null;

afterEach(async () => {
  await bench?.stop();
  bench = null;
});

async function serve(replaced: Partial<ChatService> = {}, deps: Partial<ChatApiDeps> = {}): Promise<ApiBench> {
  bench = await ApiBench.start({ chat: fakeChat(replaced), ...deps });
  return bench;
}

type Unary = Exclude<keyof ChatCalls, "Subscribe" | "SendStream">;

const OPEN: readonly Unary[] = ["Register", "Login"];
const UNARY = (Object.keys(CHAT_WIRE) as (keyof ChatCalls)[]).filter(
  (name): name is Unary => name !== "Subscribe" && name !== "SendStream",
);

/** A valid request for each call. */
const REQUESTS: { readonly [Name in Unary]: Partial<ChatRequest<Name>> } = {
  Register: { name: "ada", password: "password", clientId: "id" },
  Login: { name: "ada", password: "password" },
  Logout: {},
  ChangePassword: { password: "password", newPassword: "password2", clientId: "id" },
  DeleteAccount: { password: "password", deleteMessages: true, clientId: "id" },
  ListSessions: {},
  EndSession: { sessionId: "s1", clientId: "id" },
  ListUsers: { after: "a", limit: 7, read: 1 },
  SetRole: { person: "bob", role: "admin", clientId: "id" },
  ListConversations: {},
  SendMessage: { to: "bob", body: "Hi", clientId: "id", readUpTo: "m1" },
  CreateRoom: { name: "ops", topic: "servers", isPrivate: true, people: ["bob"], clientId: "id" },
  ChangeRoom: { room: "#ops", clientId: "id", topic: "servers" },
  JoinRoom: { room: "#ops", clientId: "id" },
  LeaveRoom: { room: "#ops", clientId: "id" },
  ListRooms: { search: "o", limit: 3 },
  ListRoomPeople: { room: "r1", after: "ada" },
  GetMessages: { conversationId: "u1_u2", before: "m9", limit: 3 },
  MarkRead: { messageIds: ["m1", "m2"] },
  DeleteMessages: { messageIds: ["m1"], clientId: "id" },
  React: { messageId: "m1", emoji: "👍", remove: true, clientId: "id" },
  ClusterStatus: {},
};

describe("every call", () => {
  test("answers with its value and the cursor", async () => {
    const { raw } = bound(await serve());
    for (const name of UNARY) {
      const reply = await raw(name, REQUESTS[name] as never, { token: GOOD_TOKEN });
      expect({ name, code: reply.code, details: reply.details }).toEqual({ name, code: 0, details: "" });
      if (name !== "ClusterStatus") expect((reply.response as { cursor: string }).cursor).toBe("v:42");
    }
    const sent = await raw("SendMessage", REQUESTS.SendMessage, { token: GOOD_TOKEN });
    expect(sent.response?.message).toEqual({ ...MESSAGE });
    const users = await raw("ListUsers", {}, { token: GOOD_TOKEN });
    expect(users.response?.users).toEqual([WIRE_ADA]);
    const list = await raw("ListConversations", {}, { token: GOOD_TOKEN });
    expect(list.response?.conversations[0]).toEqual({
      id: "u1_u2",
      with: WIRE_ADA,
      unread: 3,
      lastSeq: 42,
      last: { ...MESSAGE },
      room: null,
    });
    const rooms = await raw("ListRooms", {}, { token: GOOD_TOKEN });
    expect(rooms.response?.rooms).toEqual([{ ...ROOM, role: "owner" }]);
    const people = await raw("ListRoomPeople", {}, { token: GOOD_TOKEN });
    expect(people.response?.people).toEqual([{ user: WIRE_ADA, role: "owner" }]);
  });

  test("hands the request on as it came, and the user from the token", async () => {
    const seen: Record<string, unknown> = {};
    const record = (name: string) => async (first: unknown, second: unknown) => {
      seen[name] = [first, second];
      return failed("not_found", "No.");
    };
    const { raw } = bound(
      await serve({
        register: record("register"),
        changePassword: record("changePassword"),
        deleteAccount: record("deleteAccount"),
        endSession: record("endSession"),
        listUsers: record("listUsers"),
        setRole: record("setRole"),
        listConversations: record("listConversations"),
        send: record("send"),
        messages: record("messages"),
        markRead: record("markRead"),
        markAllRead: record("markAllRead"),
        deleteMessages: record("deleteMessages"),
        react: record("react"),
        createRoom: record("createRoom"),
        changeRoom: record("changeRoom"),
        joinRoom: record("joinRoom"),
        leaveRoom: record("leaveRoom"),
        listRooms: record("listRooms"),
        listRoomPeople: record("listRoomPeople"),
      }),
    );
    const options = { token: GOOD_TOKEN, headers: { "lastword-cursor": "v:41" } };
    for (const name of UNARY) await raw(name, REQUESTS[name] as never, options);
    await raw("MarkRead", { conversationId: "u1_u2", upTo: "m2" }, options);
    expect(seen).toEqual({
      register: [
        { name: "ada", password: "password", clientId: "id" },
        { address: "127.0.0.1", device: "a program" },
      ],
      changePassword: [SESSION, { password: "password", newPassword: "password2", clientId: "id" }],
      deleteAccount: [SESSION, { password: "password", deleteMessages: true, clientId: "id" }],
      endSession: [SESSION, { id: "s1", clientId: "id" }],
      listUsers: [SESSION, { after: "a", limit: 7, cursor: "v:41", latest: true }],
      setRole: [SESSION, { person: "bob", role: "admin", clientId: "id" }],
      listConversations: [SESSION, { limit: 50, beforeSeq: 0, unread: false, cursor: "v:41", latest: false }],
      send: [SESSION, { to: "bob", body: "Hi", clientId: "id", readUpTo: "m1" }],
      messages: [SESSION, { conversationId: "u1_u2", before: "m9", limit: 3, cursor: "v:41", latest: false }],
      markRead: [SESSION, { ids: ["m1", "m2"] }],
      markAllRead: [SESSION, { conversationId: "u1_u2", upTo: "m2", cursor: "v:41", latest: false }],
      deleteMessages: [SESSION, { ids: ["m1"], clientId: "id" }],
      react: [SESSION, { messageId: "m1", emoji: "👍", on: false, clientId: "id" }],
      createRoom: [SESSION, { name: "ops", topic: "servers", isPrivate: true, people: ["bob"], clientId: "id" }],
      changeRoom: [SESSION, { room: "#ops", change: { kind: "topic", topic: "servers" }, clientId: "id" }],
      joinRoom: [SESSION, { room: "#ops", clientId: "id" }],
      leaveRoom: [SESSION, { room: "#ops", clientId: "id" }],
      listRooms: [SESSION, { after: "", search: "o", archived: false, limit: 3, cursor: "v:41", latest: false }],
      listRoomPeople: [SESSION, { room: "r1", after: "ada", limit: 50, cursor: "v:41", latest: false }],
    });
  });

  test("ChangeRoom says one thing, and nothing is refused", async () => {
    const asked: unknown[] = [];
    const { raw } = bound(
      await serve({
        changeRoom: async (_session, { change }) => {
          asked.push(change);
          return { ok: true, value: ROOM, cursor: "v:7" };
        },
      }),
    );
    const changes = [
      { name: "dev" },
      { isPrivate: true },
      { archived: false },
      { invite: { names: ["bob"] } },
      { remove: { names: ["bob"] } },
      { ban: "bob" },
      { unban: "bob" },
      { role: { person: "bob", role: "admin" } },
    ];
    for (const change of changes) await raw("ChangeRoom", { room: "#ops", ...change }, { token: GOOD_TOKEN });
    expect(asked).toEqual([
      { kind: "name", name: "dev" },
      { kind: "private", isPrivate: true },
      { kind: "archived", archived: false },
      { kind: "invite", people: ["bob"] },
      { kind: "remove", people: ["bob"] },
      { kind: "ban", person: "bob" },
      { kind: "unban", person: "bob" },
      { kind: "role", person: "bob", role: "admin" },
    ]);
    const refused = await raw("ChangeRoom", { room: "#ops" }, { token: GOOD_TOKEN });
    expect(refused.trailers["lastword-code"]).toBe("invalid");
  });

  test("GetMessages finds a conversation by the other's name, and has none where nobody wrote", async () => {
    const asked: object[] = [];
    const { raw } = bound(
      await serve({
        findDirect: async (_session, input) => {
          asked.push(input);
          return { ok: true, value: null, cursor: "v:7" };
        },
      }),
    );
    const reply = await raw("GetMessages", { with: "bob", read: 1 }, { token: GOOD_TOKEN });
    expect(asked).toEqual([{ name: "bob", latest: true }]);
    expect(reply.response).toEqual({ messages: [], cursor: "v:7" });
    for (const request of [{}, { with: "bob", conversationId: "u1_u2" }]) {
      const refused = await raw("GetMessages", request, { token: GOOD_TOKEN });
      expect(refused.trailers["lastword-code"]).toBe("invalid");
    }
  });
});

describe("failures", () => {
  const codes = Object.keys(CHAT_ERRORS) as ChatErrorCode[];
  test.each(codes)("%s has its status, trailers and sentence", async (code) => {
    const sentence = "Ein Satz: 100 % für Menschen \ud800.";
    const { raw } = bound(await serve({ send: async () => failed(code, sentence, { retryAfterMs: 1500.2 }) }));
    const reply = await raw("SendMessage", {}, { token: GOOD_TOKEN });
    expect(reply).toEqual({
      code: CHAT_ERRORS[code].grpc,
      details: sentence.toWellFormed(),
      trailers: { "lastword-code": code, "lastword-outcome": CHAT_ERRORS[code].outcome, "retry-after-ms": "1501" },
      response: null,
    });
  });

  test("no login, a wrong one and an odd one are refused, but not where none is needed", async () => {
    const { raw } = bound(await serve());
    const odd = ["", "Bearer", "Basic Zm9v", `Bearer ${"x".repeat(4000)}`, "Bearer a b", GOOD_TOKEN, "Bearer expired"];
    for (const name of UNARY) {
      for (const authorization of odd) {
        const headers: Record<string, string> = authorization === "" ? {} : { authorization };
        const reply = await raw(name, REQUESTS[name] as never, { headers });
        const open = OPEN.includes(name) || name === "ClusterStatus";
        expect({ name, authorization, code: reply.code }).toEqual({ name, authorization, code: open ? 0 : 16 });
        if (!open) {
          expect(reply.trailers).toEqual({ "lastword-code": "not_logged_in", "lastword-outcome": "definite" });
        }
      }
    }
  });

  test("what breaks inside tells the caller nothing, its outcome is unknown, and the operator hears of it", async () => {
    const caught: unknown[] = [];
    const broken = (): never => {
      throw new Error("secret of the inside");
    };
    const { raw } = bound(
      await serve(
        {
          send: broken,
          listUsers: async () => broken(),
          authenticate: (t) => (t === "x" ? broken() : SESSION),
        },
        { onCaught: (error) => caught.push(error) },
      ),
    );
    for (const [name, token] of [
      ["SendMessage", GOOD_TOKEN],
      ["ListUsers", GOOD_TOKEN],
      ["ListSessions", "x"],
    ] as const) {
      const reply = await raw(name, {}, { token });
      expect(reply).toMatchObject({ code: 13, trailers: { "lastword-outcome": "unknown" } });
      expect(reply.details).not.toContain("secret");
    }
    expect((await raw("ListSessions", {}, { token: GOOD_TOKEN })).code).toBe(0);
    expect(caught.map(placeOf)).toEqual(Array(3).fill(expect.stringContaining("calls.test.ts")));
  });

  test("a request over 64 KiB is too_large, one of 64 KiB is not", async () => {
    const { raw } = bound(await serve());
    const room = REQUEST_BYTES_MAX - CHAT_WIRE.SendMessage.encodeRequest({ body: "x".repeat(60_000) }).length;
    const fits = await raw("SendMessage", { body: "x".repeat(60_000 + room) }, { token: GOOD_TOKEN });
    expect(fits.code).toBe(0);
    for (const more of [1, 5_000_000]) {
      const reply = await raw("SendMessage", { body: "x".repeat(60_000 + room + more) }, { token: GOOD_TOKEN });
      expect(reply.code).toBe(3);
      expect(reply.trailers).toEqual({ "lastword-code": "too_large", "lastword-outcome": "definite" });
    }
  });

  test("bytes that are no message are invalid at every call", async () => {
    const { raw } = bound(await serve({}, { openStatus: false }));
    for (const bytes of [
      Buffer.from([0xff, 0xff, 0xff]),
      Buffer.from([0x0a, 0x7f, 0x01]),
      // Nested groups, as deep as fits.
      Buffer.alloc(60_000, Buffer.from([0xfb, 0x07])),
    ]) {
      for (const name of UNARY) {
        const reply = await raw(name, {}, { token: GOOD_TOKEN, bytes });
        expect({ name, code: reply.code, trailers: reply.trailers }).toEqual({
          name,
          code: 3,
          trailers: { "lastword-code": "invalid", "lastword-outcome": "definite" },
        });
      }
    }
  });

  test("random bytes at the port harm nobody else", async () => {
    const served = await serve();
    const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    for (let round = 0; round < 12; round++) {
      const socket = connect({ port: served.port, host: "127.0.0.1" });
      socket.on("error", () => {});
      await once(socket, "connect");
      if (round % 2 === 1) socket.write(preface);
      socket.write(crypto.getRandomValues(new Uint8Array(round < 10 ? 4_000 : 65_536)));
      socket.end();
      await once(socket.resume(), "close");
    }
    expect((await served.raw("ListUsers", {}, { token: GOOD_TOKEN })).code).toBe(0);
  });
});

describe("ClusterStatus", () => {
  test("says what the status says; what is not known is empty", async () => {
    const { raw } = bound(await serve());
    const { response } = await raw("ClusterStatus", {});
    expect(response).toMatchObject({
      version: 1,
      writable: true,
      view: { no: "7.2.1", leader: 0, members: [0, 1], configured: [0, 1, 2], forkRisk: [] },
      committed: 123,
      applied: 122,
      lastFailover: { ms: 41, from: 2, to: 0 },
    });
    expect(response?.replicas[1]).toMatchObject({ id: 2, state: "unreachable", pid: 0, bootId: "", grpc: "" });
  });

  test("needs a login or the cluster's token where the listener is not on loopback", async () => {
    const { raw } = bound(await serve({}, { openStatus: false, authenticateCluster: (token) => token === "cluster" }));
    expect((await raw("ClusterStatus", {})).code).toBe(16);
    expect((await raw("ClusterStatus", {}, { token: "wrong" })).code).toBe(16);
    expect((await raw("ClusterStatus", {}, { token: "cluster" })).code).toBe(0);
    expect((await raw("ClusterStatus", {}, { token: GOOD_TOKEN })).code).toBe(0);
    expect((await raw("ListUsers", {}, { token: "cluster" })).code).toBe(16);
  });
});

function bound(served: ApiBench): { raw: ApiBench["raw"] } {
  return { raw: served.raw.bind(served) };
}
