/** Subscribe and SendStream over a real connection, against a scripted chat. */
import { afterEach, describe, expect, test } from "bun:test";
import { connect as connectHttp2 } from "node:http2";
import { once } from "node:events";
import type { ClientDuplexStream, ClientReadableStream, ServiceError } from "@grpc/grpc-js";
import { CHAT_WIRE, SEND_IN_FLIGHT_MAX, SEND_ITEMS_MAX } from "../../../proto/chat-wire.ts";
import type { ChatRequest, ChatResponse } from "../../../proto/chat-wire.ts";
import type { SendResult } from "../../../src/client/send-stream.ts";
import type { SubscribeResponse } from "../../../src/client/subscription.ts";
import { failed } from "../../../src/chat/errors.ts";
import type { Answer } from "../../../src/chat/errors.ts";
import type { ChatService, FeedEvent, MessageView } from "../../../src/chat/chat-service.ts";
import {
  ADA,
  ApiBench,
  FakeFeed,
  GOOD_TOKEN,
  MESSAGE,
  WIRE_MESSAGE,
  SESSION,
  WIRE_ADA,
  fakeChat,
  metadataOf,
  trailersOf,
} from "../../support/fake-chat.ts";
import { until } from "../../../harness/until.ts";

let bench: ApiBench | null = null;

afterEach(async () => {
  await bench?.stop();
  bench = null;
});

async function serve(replaced: Partial<ChatService>): Promise<ApiBench> {
  bench = await ApiBench.start({ chat: fakeChat(replaced) });
  return bench;
}

/** Collects a stream; `end` resolves with its status. */
function collect<T>(stream: ClientReadableStream<T> | ClientDuplexStream<never, T>) {
  const items: T[] = [];
  let error: ServiceError | null = null;
  stream.on("data", (item: T) => items.push(item));
  stream.on("error", (cause: ServiceError) => {
    error = cause;
  });
  const end = new Promise<{ code: number; trailers: Record<string, string> }>((resolve) => {
    stream.on("status", ({ code }: { code: number }) => {
      // grpc-js emits "error" in the same turn as "status".
      setImmediate(() => resolve({ code, trailers: error === null ? {} : trailersOf(error) }));
    });
  });
  return { items, end };
}

function subscribe(served: ApiBench, cursor = "", token = GOOD_TOKEN, headers: Record<string, string> = {}) {
  const wire = CHAT_WIRE.Subscribe;
  const stream = served.client.makeServerStreamRequest(
    wire.path,
    (value: { cursor: string }) => wire.encodeRequest(value),
    (bytes: Buffer) => wire.decodeResponse(bytes),
    { cursor },
    metadataOf(token, headers),
  );
  return { stream, ...collect<SubscribeResponse>(stream) };
}

function sendStream(served: ApiBench, token = GOOD_TOKEN) {
  const wire = CHAT_WIRE.SendStream;
  const stream = served.client.makeBidiStreamRequest(
    wire.path,
    (value: ChatRequest<"SendStream">) => wire.encodeRequest(value),
    (bytes: Buffer) => wire.decodeResponse(bytes),
    metadataOf(token),
  );
  const collected = collect(stream as unknown as ClientReadableStream<ChatResponse<"SendStream">>);
  const results = (): SendResult[] => collected.items.flatMap((response) => [...response.results]);
  return { stream, end: collected.end, results };
}

const items = (from: number, count: number): ChatRequest<"SendStream">["items"] =>
  Array.from({ length: count }, (_, i) => ({
    to: "bob",
    conversationId: "",
    body: "Hi",
    clientId: `id-${from + i}`,
    readUpTo: "",
    alsoInParent: false,
    quoted: "",
    files: [],
  }));

const sent = (clientId: string): Answer<MessageView> => ({
  ok: true,
  value: { ...MESSAGE, id: `u1-${clientId}` },
  cursor: `v:${clientId}`,
});

describe("Subscribe", () => {
  test("stands with ready, then gives every event in order, each with its cursor", async () => {
    const feed = new FakeFeed();
    const events: FeedEvent[] = [
      { kind: "message", message: MESSAGE },
      { kind: "gone", conversationId: "c", messageIds: ["m1", "m2"] },
      { kind: "read", conversationId: "c", readerId: "u2", messageIds: ["m3"], upTo: 17 },
      { kind: "person", person: ADA },
      { kind: "presence", person: ADA },
      { kind: "typing", conversationId: "c", userId: "u2" },
      { kind: "reset", reason: "LINEAGE" },
      { kind: "reset", reason: "OVERFLOW" },
    ];
    const { items: seen, end } = subscribe(
      await serve({ subscribe: () => ({ ok: true, value: feed, cursor: "v:1" }) }),
    );
    events.forEach((event, at) => feed.push({ event, cursor: `v:${at + 2}`, moves: true }));
    feed.push(null);
    expect((await end).code).toBe(0);
    expect(seen).toEqual([
      { cursor: "v:1", event: "ready", ready: {} },
      { cursor: "v:2", event: "message", message: WIRE_MESSAGE },
      { cursor: "v:3", event: "deleted", deleted: { conversationId: "c", messageIds: ["m1", "m2"] } },
      { cursor: "v:4", event: "read", read: { conversationId: "c", readerId: "u2", messageIds: ["m3"], upTo: 17 } },
      { cursor: "v:5", event: "user", user: WIRE_ADA },
      { cursor: "v:6", event: "presence", presence: WIRE_ADA },
      { cursor: "v:7", event: "typing", typing: { conversationId: "c", userId: "u2" } },
      { cursor: "v:8", event: "reset", reset: { reason: 1 } },
      { cursor: "v:9", event: "reset", reset: { reason: 2 } },
    ]);
    expect(feed.closed).toBe(true);
  });

  test("asks for what comes after the cursor, and stands there until something came", async () => {
    const asked: (string | undefined)[] = [];
    const served = await serve({
      subscribe: (_session, { cursor }) => {
        asked.push(cursor);
        const feed = new FakeFeed();
        feed.push(null);
        return { ok: true, value: feed, cursor: "v:99" };
      },
    });
    const cursors: (string | undefined)[] = [];
    for (const [cursor, header] of [
      ["v:5", ""],
      ["", "v:6"],
      ["v:7", "v:6"],
      ["", ""],
    ] as const) {
      const headers: Record<string, string> = header === "" ? {} : { "lastword-cursor": header };
      const { items: seen, end } = subscribe(served, cursor, GOOD_TOKEN, headers);
      await end;
      cursors.push(seen[0]?.cursor);
    }
    expect(asked).toEqual(["v:5", "v:6", "v:7", undefined]);
    expect(cursors).toEqual(["v:5", "v:6", "v:7", "v:99"]);
  });

  test("ends as not logged in when the login ends, and refuses who has none", async () => {
    const feed = new FakeFeed();
    const served = await serve({ subscribe: () => ({ ok: true, value: feed, cursor: "v:1" }) });
    const { end } = subscribe(served);
    feed.push({ event: { kind: "ended" }, cursor: "v:2", moves: true });
    const refused = { code: 16, trailers: { "lastword-code": "not_logged_in", "lastword-outcome": "definite" } };
    expect(await end).toEqual(refused);
    expect(await subscribe(served, "", "expired").end).toEqual(refused);
  });

  test("says what the chat says when it refuses, and survives a feed that breaks", async () => {
    let answer: ReturnType<ChatService["subscribe"]> = failed("slow_down", "50 streams.", { retryAfterMs: 10 });
    const served = await serve({ subscribe: () => answer });
    expect(await subscribe(served).end).toEqual({
      code: 8,
      trailers: { "lastword-code": "slow_down", "lastword-outcome": "definite", "retry-after-ms": "10" },
    });
    const feed = new FakeFeed();
    feed.next = () => Promise.reject(new Error("secret"));
    answer = { ok: true, value: feed, cursor: "v:1" };
    expect(await subscribe(served).end).toEqual({ code: 13, trailers: { "lastword-outcome": "unknown" } });
    expect(feed.closed).toBe(true);
  });

  test("closes the feed when the reader goes", async () => {
    const feed = new FakeFeed();
    const { stream, items: seen } = subscribe(
      await serve({ subscribe: () => ({ ok: true, value: feed, cursor: "v" }) }),
    );
    await until(() => seen.length === 1);
    stream.cancel();
    await until(() => feed.closed);
  });

  test("opens no feed for a reader who went while the login was looked up", async () => {
    let lookedUp: (() => void) | null = null;
    let opened = 0;
    const served = await serve({
      authenticateFresh: (token) =>
        token === "slow"
          ? new Promise((resolve) => (lookedUp = () => resolve({ ok: true, value: SESSION })))
          : Promise.resolve({ ok: true, value: SESSION }),
      subscribe: () => {
        opened += 1;
        return { ok: true, value: new FakeFeed(), cursor: "v" };
      },
    });
    const { stream, end } = subscribe(served, "", "slow");
    await until(() => lookedUp !== null);
    stream.cancel();
    await end;
    // This call follows the cancellation on the same connection, so its answer proves that the cancellation arrived.
    await served.raw("ListUsers", {}, { token: GOOD_TOKEN });
    lookedUp!();
    await served.raw("ListUsers", {}, { token: GOOD_TOKEN });
    expect(opened).toBe(0);
  });

  test("takes nothing more from the feed while the reader does not read", async () => {
    let taken = 0;
    let closed = false;
    const message = { ...MESSAGE, body: "x".repeat(8_192) };
    const served = await serve({
      subscribe: () => ({
        ok: true,
        cursor: "v",
        value: {
          next: async () => {
            taken += 1;
            // Gives the connection a turn of the event loop, as a live feed does.
            await new Promise((resolve) => setImmediate(resolve));
            return { event: { kind: "message", message }, cursor: `v:${taken}`, moves: true };
          },
          atRest: () => false,
          close: () => {
            closed = true;
          },
        },
      }),
    });
    const session = connectHttp2(`http://${served.address}`);
    session.on("error", () => {});
    const request = session.request({
      ":method": "POST",
      ":path": CHAT_WIRE.Subscribe.path,
      "content-type": "application/grpc",
      te: "trailers",
      authorization: `Bearer ${GOOD_TOKEN}`,
    });
    request.on("error", () => {});
    request.pause();
    request.end(Buffer.alloc(5));
    await until(() => taken > 0);
    // It has stopped when a hundred turns of the event loop bring nothing.
    let before = -1;
    for (let rounds = 0; taken !== before && rounds < 1_000; rounds++) {
      before = taken;
      for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(taken).toBe(before);
    expect(taken * 8_192).toBeLessThan(4 * 1024 * 1024);
    session.destroy();
    await until(() => closed);
  });

  test("ends as not_writable when the replica stops, and health says so first", async () => {
    const feed = new FakeFeed();
    const served = await serve({ subscribe: () => ({ ok: true, value: feed, cursor: "v" }) });
    const { end, items: seen } = subscribe(served);
    await until(() => seen.length === 1);
    await served.api.stop();
    expect((await end).trailers["lastword-code"]).toBe("not_writable");
    expect((await subscribe(served).end).trailers["lastword-code"]).toBe("not_writable");
  });
});

describe("SendStream", () => {
  test("answers a thousand items once each, some of them failed, and ends with OK", async () => {
    const got: string[] = [];
    const served = await serve({
      send: async (session, input) => {
        expect(session).toBe(SESSION);
        got.push(input.clientId);
        if (input.clientId.endsWith("7")) return failed("unknown_recipient", "Nobody.");
        if (input.clientId.endsWith("8")) throw new Error("secret");
        return sent(input.clientId);
      },
    });
    const { stream, results, end } = sendStream(served);
    for (let at = 0; at < 1_000; at += 100) stream.write({ items: items(at, 100) });
    stream.end();
    expect(await end).toEqual({ code: 0, trailers: {} });
    expect(got.length).toBe(1_000);
    const byId = new Map(results().map((result) => [result.clientId, result]));
    expect(results().length).toBe(1_000);
    expect(byId.size).toBe(1_000);
    expect(byId.get("id-5")).toMatchObject({ messageId: "u1-id-5", cursor: "v:id-5", seq: 42, failure: null });
    const { failure } = byId.get("id-7")!;
    expect(failure).toEqual({ code: "unknown_recipient", definite: true, sentence: "Nobody.", retryAfterMs: 0 });
    expect(byId.get("id-8")?.failure).toMatchObject({ code: "", definite: false });
    expect(byId.get("id-8")?.failure?.sentence).not.toContain("secret");
  });

  test("has no more than its bound under way, and goes on as results come", async () => {
    const waiting: (() => void)[] = [];
    let most = 0;
    const served = await serve({
      send: (_session, { clientId }) =>
        new Promise((resolve) => {
          waiting.push(() => resolve(sent(clientId)));
          most = Math.max(most, waiting.length);
        }),
    });
    const { stream, results, end } = sendStream(served);
    for (let at = 0; at < 4_000; at += 200) stream.write({ items: items(at, 200) });
    stream.end();
    let answered = 0;
    await until(() => waiting.length === SEND_IN_FLIGHT_MAX);
    while (answered < 4_000) {
      await until(() => waiting.length > 0);
      for (const answer of waiting.splice(0)) {
        answer();
        answered += 1;
      }
    }
    expect((await end).code).toBe(0);
    expect(new Set(results().map((result) => result.clientId)).size).toBe(4_000);
    expect(most).toBe(SEND_IN_FLIGHT_MAX);
  });

  test("answers what is under way before it ends for a request that breaks the limits", async () => {
    const waiting: (() => void)[] = [];
    let calls = 0;
    const served = await serve({
      send: (_session, { clientId }) => {
        calls += 1;
        return new Promise((resolve) => waiting.push(() => resolve(sent(clientId))));
      },
    });
    for (const [tooMuch, code] of [
      [items(10, SEND_ITEMS_MAX + 1), "too_large"],
      [[{ ...items(10, 1)[0]!, body: "x".repeat(65_536) }], "too_large"],
    ] as const) {
      calls = 0;
      const { stream, results, end } = sendStream(served);
      stream.write({ items: items(0, 3) });
      stream.write({ items: [...tooMuch] });
      stream.write({ items: items(20, 3) });
      await until(() => waiting.length === 3);
      // The answers come only after the bad request has arrived.
      await new Promise((resolve) => setImmediate(resolve));
      for (const answer of waiting.splice(0)) answer();
      expect(await end).toEqual({ code: 3, trailers: { "lastword-code": code, "lastword-outcome": "definite" } });
      expect(results().map((result) => result.clientId)).toEqual(["id-0", "id-1", "id-2"]);
      expect(calls).toBe(3);
    }
  });

  test("ends when its login ends, while it is idle too", async () => {
    let loggedIn = true;
    const served = await serve({ authenticate: () => (loggedIn ? SESSION : null) });
    const { stream, results, end } = sendStream(served);
    stream.write({ items: items(0, 1) });
    await until(() => results().length === 1);
    loggedIn = false;
    expect((await end).trailers["lastword-code"]).toBe("not_logged_in");
    expect((await sendStream(served).end).trailers["lastword-code"]).toBe("not_logged_in");
  });

  test("answers what is under way when the replica stops", async () => {
    let answer: (() => void) | null = null;
    const served = await serve({
      send: (_session, { clientId }) =>
        new Promise((resolve) => {
          answer = () => resolve(sent(clientId));
        }),
    });
    const { stream, results, end } = sendStream(served);
    stream.write({ items: items(0, 1) });
    await until(() => answer !== null);
    const stopped = served.api.stop();
    answer!();
    await stopped;
    expect((await end).trailers["lastword-code"]).toBe("not_writable");
    expect(results().map((result) => result.clientId)).toEqual(["id-0"]);
  });

  test("forgets a client that is gone", async () => {
    let answer: (() => void) | null = null;
    const served = await serve({
      send: (_session, { clientId }) =>
        new Promise((resolve) => {
          answer = () => resolve(sent(clientId));
        }),
    });
    const { stream, end } = sendStream(served);
    stream.write({ items: items(0, 1) });
    await until(() => answer !== null);
    stream.cancel();
    await end;
    answer!();
    // The stopped call must not keep the service waiting.
    await served.api.stop();
    expect((await served.raw("ListUsers", {}, { token: GOOD_TOKEN })).code).toBe(0);
  });
});

test("a raw HTTP/2 stream with half a message and a reset harms nobody", async () => {
  const served = await serve({});
  const session = connectHttp2(`http://${served.address}`);
  session.on("error", () => {});
  for (const path of [CHAT_WIRE.SendStream.path, CHAT_WIRE.SendMessage.path, "/lastword.v1.Chat/Nothing", "/"]) {
    const request = session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      authorization: `Bearer ${GOOD_TOKEN}`,
    });
    request.on("error", () => {});
    request.write(Buffer.from([0, 0, 0, 9, 9, 1, 2, 3]));
    await new Promise((resolve) => setImmediate(resolve));
    request.close(8);
    await once(request, "close");
  }
  session.destroy();
  expect((await served.raw("ListUsers", {}, { token: GOOD_TOKEN })).code).toBe(0);
});
