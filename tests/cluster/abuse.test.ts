/** An attacker's input to three real replicas is refused or inert. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Client, credentials, Metadata, status } from "@grpc/grpc-js";
import { CHAT_WIRE, type ChatCall, type WireMethod } from "../../proto/chat-wire.ts";
import { ChatClient } from "../../src/client/chat-client.ts";
import { Cluster, waitFor } from "../../harness/cluster.ts";
import { CALL_ROWS } from "../support/requests/all.ts";
import type { CallRow, Target } from "../support/requests/request.ts";
import { PAYLOADS, shapeOf } from "../support/payloads.ts";
import { WEB_PASSWORD, WebPerson } from "../../harness/web-person.ts";

let cluster: Cluster;
let ada: WebPerson;
let ben: WebPerson;
let eve: WebPerson;
let theirs: { id: string; conversationId: string };

beforeAll(async () => {
  cluster = await Cluster.create();
  await cluster.startAll();
  [ada, ben, eve] = ["ada", "ben", "eve"].map((name) => new WebPerson(name)) as [WebPerson, WebPerson, WebPerson];
  for (const [id, who] of [ada, ben, eve].entries()) await who.register(cluster.web(id));
  theirs = await ada.send(cluster.web(0), "ben", "private words of ada");
}, 180_000);
afterAll(async () => {
  for (const who of [ada, ben, eve]) who?.leave();
  await cluster.stop();
});

const port = (id: number): number => Number(new URL(cluster.web(id)).port);

test("stored script: whatever is written, the other's page and stream get no element but paragraphs and links to http(s)", async () => {
  const pageWith = (id: string): Promise<string> =>
    waitFor("another replica's page to have the message", async () => {
      const html = await (await ben.ask(cluster.web(2), `/c/${theirs.conversationId}`, { page: true })).text();
      return html.includes(`data-id="${id}"`) ? html : null;
    });
  const before = new Set(await shapeOf(await pageWith(theirs.id), cluster.web(2)));
  const stream = await ben.events(cluster.web(1));
  await stream.until("ping");
  const sent: string[] = [];
  for (const payload of PAYLOADS) sent.push((await ada.send(cluster.web(0), "ben", payload)).id);
  const harmless = /^(?:p dir|a href=https?: dir target rel)$/;
  const html = await pageWith(sent.at(-1)!);
  const added = (await shapeOf(html, cluster.web(2))).filter((one) => !before.has(one) && !harmless.test(one));
  expect(added).toEqual([]);
  expect(html).not.toContain("<script>alert");
  // There is one event for each message, and none that a text has forged.
  await stream.until("message", (data) => data.includes(sent.at(-1)!));
  const events = stream.seen.filter((event) => !["ping", "cluster", "presence", "person", "read"].includes(event.name));
  expect(events.map((event) => event.name)).toEqual(PAYLOADS.map(() => "message"));
  for (const [i, event] of events.entries()) {
    expect(event.data).toContain(`data-id="${sent[i]!}"`);
    const elements = (await shapeOf(event.data, cluster.web(1))).filter(
      (one) => !before.has(one) && !harmless.test(one),
    );
    expect([PAYLOADS[i], elements.filter((one) => !one.startsWith("li "))]).toEqual([PAYLOADS[i], []]);
  }
  stream.close();
}, 180_000);

/** Sends a request as bytes, because clients refuse to send such requests. Returns everything that comes back. */
async function raw(id: number, bytes: string, untilMs = 3_000): Promise<string> {
  let text = "";
  let closed = false;
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: port(id),
    socket: {
      data: (_, chunk) => void (text += chunk.toString("latin1")),
      close: () => void (closed = true),
      error: () => void (closed = true),
    },
  });
  socket.write(bytes);
  await waitFor("an answer", () => closed || text.includes("\r\n\r\n"), untilMs).catch(() => null);
  socket.terminate();
  return text;
}

describe("header injection", () => {
  const BREAKS = [
    "\r\nx-planted: yes",
    "\nx-planted: yes",
    "\rx-planted: yes",
    "%0d%0ax-planted:%20yes",
    "\u560d\u560ax-planted: yes",
    "\u0000x",
  ];

  test.each(BREAKS)(
    "%j adds no header anywhere",
    async (text) => {
      const answers = [
        await ada.ask(cluster.web(0), `/login?next=${encodeURIComponent(`/people${text}`)}`, { page: true }),
        await new WebPerson("x").ask(cluster.web(0), `/c/${encodeURIComponent(`x${text}`)}`, { page: true }),
        await new WebPerson("x").ask(cluster.web(0), `/people?after=${encodeURIComponent(text)}`, { page: true }),
        await ada.ask(cluster.web(0), `/?to=${encodeURIComponent(`ben${text}`)}`, { page: true }),
        await ada.ask(cluster.web(0), "/account/settings", { form: { theme: `dark${text}` } }),
        await ada.ask(cluster.web(0), "/login", {
          form: { name: `ada${text}`, password: WEB_PASSWORD, next: `/${text}` },
        }),
        await ada.ask(cluster.web(0), `/handover?next=${encodeURIComponent(text)}`, {
          headers: { referer: `${cluster.web(1)}/` },
        }),
      ];
      for (const answer of answers) {
        expect(answer.headers.get("x-planted")).toBeNull();
        for (const [name, value] of answer.headers)
          expect([name, value]).not.toEqual([name, expect.stringMatching(/[\r\n]/)]);
        expect(answer.headers.get("location") ?? "/").toStartWith("/");
        expect(answer.headers.get("location") ?? "/").not.toStartWith("//");
      }
    },
    180_000,
  );

  test("a request that could be read as two, or as none, is answered once or not at all", async () => {
    const smuggled = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    for (const bytes of [
      `POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
      `POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
      `POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n${smuggled}`,
      `GET /login HTTP/1.1\r\nHost : x\r\n\r\n`,
      `GET /login HTTP/9.9\r\n\r\n`,
      `GET http://evil.example/healthz HTTP/1.1\r\n\r\n`,
    ]) {
      const text = await raw(0, bytes);
      expect([bytes.slice(0, 60), text.includes('{"ok":true')]).toEqual([bytes.slice(0, 60), false]);
    }
    await cluster.inStep();
  }, 40_000);
});

describe("the Host header", () => {
  const status = async (bytes: string): Promise<string> => /^HTTP\/1\.1 (\d+)/.exec(await raw(0, bytes))?.[1] ?? "";

  test("a request without one is answered, as HTTP/1.0 allows and health checks do", async () => {
    for (const path of ["/healthz", "/login", "/register", "/assets/none"]) {
      const expected = path === "/assets/none" ? "404" : "200";
      expect([path, await status(`GET ${path} HTTP/1.0\r\n\r\n`)]).toEqual([path, expected]);
    }
    expect(await status("GET /people HTTP/1.0\r\n\r\n")).toBe("303");
    expect(await status("OPTIONS / HTTP/1.0\r\n\r\n")).toBe("204");
    const form = "name=ada&password=wrong";
    const post = `POST /login HTTP/1.0\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${form.length}\r\n\r\n${form}`;
    expect(await status(post)).toBe("401");
  }, 180_000);

  test("an empty or broken one is refused, and so is a foreign one on loopback", async () => {
    const get = (path: string, host: string) =>
      status(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    for (const host of ["", "a b", "a@b"]) expect([host, await get("/healthz", host)]).toEqual([host, "400"]);
    for (const path of ["/login", "/register", "/cluster.json"]) expect(await get(path, "evil.example")).toBe("421");
    expect(await get("/healthz", "evil.example")).toBe("200");
    expect(await get("/login", "chat.localhost.")).toBe("200");
  }, 180_000);
});

describe("open redirects", () => {
  test.each([
    "//evil.example",
    "/\\evil.example",
    "https://evil.example",
    "/c/../../evil",
    "javascript:alert(1)",
    "/%2f%2fevil.example",
    " //evil.example",
  ])(
    "a login goes on to %j only as to /",
    async (next) => {
      const form = { name: "ada", password: WEB_PASSWORD, next };
      const answer = await new WebPerson("ada").ask(cluster.web(1), "/login", { form, page: true });
      expect([answer.status, answer.headers.get("location")]).toEqual([303, "/"]);
    },
    180_000,
  );
});

describe("somebody else's things over gRPC", () => {
  let eves: ChatClient;
  let client: Client;
  let session: string;
  /** Ada's private room. */
  let secret: string;
  /** The message in it. */
  let hidden: string;
  beforeAll(async () => {
    client = new Client(cluster.grpc(2), credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
    eves = new ChatClient({ addresses: [cluster.grpc(0)] });
    expect((await eves.login("eve", WEB_PASSWORD)).ok).toBe(true);
    const { logins } = await ada.json<{ logins: { id: string; current: boolean }[] }>(cluster.web(1), "/account");
    session = logins.find((login) => login.current)!.id;
    const adas = new ChatClient({ addresses: [cluster.grpc(0)] });
    expect((await adas.login("ada", WEB_PASSWORD)).ok).toBe(true);
    const made = await adas.call("CreateRoom", {
      name: "secret",
      topic: "hidden words",
      isPrivate: true,
      people: [],
      clientId: crypto.randomUUID(),
    });
    expect(made).toMatchObject({ ok: true });
    if (made.ok) secret = made.value.room!.id;
    const sent = await adas.send({ to: "#secret", body: "hidden words" });
    if (sent.ok) hidden = sent.value.message!.id;
    adas.close();
  });
  afterAll(() => {
    client.close();
    eves.close();
  });

  /** Makes a call as eve, or without a login (null). A stream is ended after its first answer. */
  function call(name: ChatCall, request: object, token: string | null): Promise<{ code: number; text: string }> {
    const wire = CHAT_WIRE[name] as unknown as WireMethod<object, object>;
    const metadata = new Metadata();
    if (token !== null) metadata.set("authorization", `Bearer ${token}`);
    const encode = (value: object): Buffer => wire.encodeRequest(value);
    const decode = (bytes: Buffer): object => wire.decodeResponse(bytes);
    return new Promise((resolve) => {
      const finish = (code: number, answer: unknown): void => resolve({ code, text: JSON.stringify(answer ?? null) });
      const deadline = { deadline: Date.now() + 3_000 };
      if (!wire.requestStream && !wire.responseStream) {
        client.makeUnaryRequest(wire.path, encode, decode, request, metadata, deadline, (error, answer) =>
          finish(error?.code ?? status.OK, error === null ? answer : error.details),
        );
        return;
      }
      const bidi = wire.requestStream
        ? client.makeBidiStreamRequest(wire.path, encode, decode, metadata, deadline)
        : null;
      const stream = bidi ?? client.makeServerStreamRequest(wire.path, encode, decode, request, metadata, deadline);
      let first: unknown = null;
      stream.on("error", (error: { code?: number; details?: string }) =>
        finish(error.code ?? status.OK, first ?? error.details),
      );
      stream.on("end", () => finish(status.OK, first));
      stream.on("data", (answer: unknown) => {
        first ??= answer;
        stream.cancel();
      });
      if (bidi !== null) bidi.write(request);
    });
  }

  test.each(Object.entries(CALL_ROWS) as [ChatCall, readonly CallRow[]][])(
    "%s",
    async (name, rows) => {
      const { id: message, conversationId: room } = theirs;
      const targets: readonly Target[] = [
        { room, name: "ben", message, session },
        { room: secret, name: "secret", message: hidden, session },
      ];
      for (const row of rows) {
        if (row.kind === "stream" || row.kind === "open") continue;
        for (const target of targets)
          await isRefused(name, row.request(target, crypto.randomUUID()), row.kind === "hidden");
      }
      if (name === "Subscribe") for (const cursor of ["", "1.0..0:1"]) await isRefused(name, { cursor }, false);
      if (name === "SendStream") {
        const item = { conversationId: room, body: "let me in", clientId: crypto.randomUUID() };
        expect((await isRefused(name, { items: [item] }, false)).text).toContain('"code":"not_found"');
      }
      // Ada's data is unchanged.
      const { messages } = await ada.json<{ messages: { id: string; body: string; readByOther: boolean }[] }>(
        cluster.web(0),
        `/c/${theirs.conversationId}?limit=200`,
      );
      expect(messages[0]).toMatchObject({ id: theirs.id, body: "private words of ada" });
      expect(messages.map((message) => message.body)).not.toContain("let me in");
    },
    60_000,
  );

  /** Without a login the call is refused; as eve it tells nothing, and finds nothing if it names what is hidden. */
  async function isRefused(name: ChatCall, request: object, namesHidden: boolean): Promise<{ text: string }> {
    expect([name, (await call(name, request, null)).code]).toEqual([name, status.UNAUTHENTICATED]);
    expect([name, (await call(name, request, "A".repeat(43))).code]).toEqual([name, status.UNAUTHENTICATED]);
    const answer = await call(name, request, eves.token);
    for (const words of ["private words", "hidden words", theirs.conversationId, secret])
      expect(answer.text).not.toContain(words);
    if (namesHidden) expect([name, answer.code]).toEqual([name, status.NOT_FOUND]);
    return answer;
  }

  test("nobody makes herself an owner; the name of a private room is taken", async () => {
    const clientId = crypto.randomUUID();
    for (const [name, request, code] of [
      ["SetRole", { person: "eve", role: "owner", clientId }, status.PERMISSION_DENIED],
      ["SetRole", { person: "ada", role: "member", clientId }, status.PERMISSION_DENIED],
      ["CreateRoom", { name: "secret", clientId }, status.ALREADY_EXISTS],
    ] as const)
      expect([name, (await call(name, request, eves.token)).code]).toEqual([name, code]);
  });

  test("cursors that were tampered with: refused, reset, or as if there were none", async () => {
    for (const cursor of [
      "0",
      "x".repeat(64),
      "1.0..0:0",
      "1.0..0:-1",
      "9999999999.6.ffffffffffffffff.0:1",
      "1.0..0:999999999999999",
    ]) {
      const answer = await call("Subscribe", { cursor }, eves.token);
      expect([cursor, [status.OK, status.CANCELLED, status.INVALID_ARGUMENT].includes(answer.code)]).toEqual([
        cursor,
        true,
      ]);
      expect(answer.text).not.toContain("private words");
      const page = await eve.ask(cluster.web(1), "/", { headers: { "lastword-cursor": cursor } });
      expect([cursor, [200, 422, 503].includes(page.status)]).toEqual([cursor, true]);
    }
    await cluster.inStep();
  }, 40_000);
});

describe("too much, too slow", () => {
  test("large headers, paths and bodies are refused; the replica goes on", async () => {
    const long = "x".repeat(100_000);
    for (const bytes of [
      `GET /${long} HTTP/1.1\r\nHost: x\r\n\r\n`,
      `GET /login HTTP/1.1\r\nHost: x\r\nCookie: lastword=${long}\r\n\r\n`,
      `GET /login HTTP/1.1\r\nHost: x\r\n${"X-Many: 1\r\n".repeat(20_000)}\r\n`,
    ]) {
      const text = await raw(1, bytes);
      expect(text.startsWith("HTTP/1.1 200")).toBe(false);
    }
    const body = await fetch(`${cluster.web(1)}/login`, { method: "POST", body: "x".repeat(900_000) });
    expect(body.status).toBe(413);
    await cluster.inStep();
  }, 180_000);
});
