/** Every unary call and every error of lastword.v1.Chat over a real connection, against a scripted chat. */
import { afterEach, describe, expect, test } from "bun:test";
import { placeOf } from "../../../src/host/error-place.ts";
import { connect } from "node:net";
import { once } from "node:events";
import { CHAT_WIRE, REQUEST_BYTES_MAX } from "../../../proto/chat-wire.ts";
import type { ChatCalls, WireMethod } from "../../../proto/chat-wire.ts";
import type { ChatApiDeps } from "../../../src/api/chat-api.ts";
import { CHAT_ERRORS, failed } from "../../../src/chat/errors.ts";
import type { ChatErrorCode } from "../../../src/chat/errors.ts";
import type { WholeChat } from "../../../src/chat/admin-service.ts";
import { ApiBench, GOOD_TOKEN, ROOM, SESSION, WIRE_ADA, WIRE_MESSAGE, fakeChat } from "../../support/fake-chat.ts";
import { CALL_ROWS } from "../../support/requests/all.ts";
import type { Target } from "../../support/requests/request.ts";

let bench: ApiBench | null = null;

afterEach(async () => {
  await bench?.stop();
  bench = null;
});

async function serve(replaced: Partial<WholeChat> = {}, deps: Partial<ChatApiDeps> = {}): Promise<ApiBench> {
  bench = await ApiBench.start({ chat: fakeChat(replaced), ...deps });
  return bench;
}

type Unary = Exclude<keyof ChatCalls, "Subscribe" | "SendStream" | "PutFile" | "GetFile">;

const OPEN: readonly Unary[] = ["Register", "Login", "ResetPassword"];
const UNARY = (Object.keys(CHAT_WIRE) as (keyof ChatCalls)[]).filter(
  (name): name is Unary => !["Subscribe", "SendStream", "PutFile", "GetFile"].includes(name),
);

/** What the requests below name. */
const TARGET: Target = { room: "r1", name: "ops", message: "m1", session: "s7" };

/** A request of each call. */
const request = (name: Unary): object => {
  const [row] = CALL_ROWS[name];
  return row?.kind === "stream" ? {} : (row?.request(TARGET, "id") ?? {});
};

describe("every call", () => {
  test("answers with its value and the cursor", async () => {
    for (const name of UNARY.filter((one) => one !== "ClusterStatus")) {
      const wire = CHAT_WIRE[name] as unknown as WireMethod<object, object>;
      const answer = wire.decodeResponse(wire.encodeResponse({ cursor: "v:42" }));
      expect([name, answer]).toEqual([name, expect.objectContaining({ cursor: "v:42" })]);
    }
    const { raw } = bound(await serve());
    const sent = await raw("SendMessage", {}, { token: GOOD_TOKEN });
    expect(sent.response).toEqual({ message: WIRE_MESSAGE, cursor: "v:42" });
    const users = await raw("ListUsers", {}, { token: GOOD_TOKEN });
    expect(users.response?.users).toEqual([WIRE_ADA]);
    const list = await raw("ListConversations", {}, { token: GOOD_TOKEN });
    expect(list.response?.conversations[0]).toEqual({
      id: "u1_u2",
      with: WIRE_ADA,
      group: [],
      unread: 3,
      mentions: 1,
      lastSeq: 42,
      preferences: { starred: true, muted: false, level: "default", notify: "all" },
      last: WIRE_MESSAGE,
      room: null,
      thread: null,
    });
    const rooms = await raw("ListRooms", {}, { token: GOOD_TOKEN });
    expect(rooms.response?.rooms).toEqual([{ ...ROOM, role: "owner" }]);
    const people = await raw("ListRoomPeople", {}, { token: GOOD_TOKEN });
    expect(people.response?.people).toEqual([{ user: WIRE_ADA, role: "owner" }]);
  });

  const asked: unknown[][] = [];
  const refusing = new Proxy(fakeChat(), {
    get: (chat, name: keyof WholeChat) =>
      name.startsWith("authenticate")
        ? chat[name]
        : async (...words: unknown[]) => {
            asked.push([name, ...words]);
            return failed("not_found", "No.");
          },
  });

  test.each(UNARY.filter((one) => one !== "ClusterStatus"))(
    "%s hands the request on as it came, and the user from the token",
    async (name) => {
      const { raw } = bound(await serve({}, { chat: refusing }));
      let handed = 0;
      for (const row of CALL_ROWS[name]) {
        if (row.kind === "stream" || row.becomes === undefined) continue;
        const { becomes } = row;
        const sent = row.request(TARGET, "id");
        asked.length = 0;
        await raw(name, sent, { token: GOOD_TOKEN, headers: { "lastword-cursor": "v:41" } });
        const [[call, input]] = Object.entries(
          typeof becomes === "string" ? { [becomes]: sent } : becomes(TARGET, "id"),
        ) as [[string, unknown]];
        const words = OPEN.includes(name)
          ? [input, { address: "127.0.0.1", device: "a program" }]
          : [SESSION, ...(input === undefined ? [] : [input])];
        expect(asked).toEqual([[call, ...words]]);
        handed += 1;
      }
      expect(handed).toBeGreaterThan(0);
    },
  );

  test("ChangeRoom that says nothing is refused", async () => {
    const { raw } = bound(await serve());
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
        const reply = await raw(name, request(name), { headers });
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
