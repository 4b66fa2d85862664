/** The load generator's own protocols against real servers: everything it counts must have happened. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import * as grpc from "@grpc/grpc-js";
import { callHeaders } from "../../../harness/http2-frames.ts";
import { GrpcSocket } from "../../../bench/wires/grpc-socket.ts";
import { HttpSocket } from "../../../bench/wires/http-socket.ts";
import { NatsSocket } from "../../../bench/wires/nats-socket.ts";
import { numberedBody, SseReaders } from "../../../bench/sse-socket.ts";
import { until } from "../../../harness/until.ts";

const asIs = (bytes: Buffer): Buffer => bytes;
const METHOD = { requestSerialize: asIs, requestDeserialize: asIs, responseSerialize: asIs, responseDeserialize: asIs };

describe("gRPC", () => {
  let server: grpc.Server;
  let address = "";
  beforeAll(async () => {
    server = new grpc.Server();
    server.addService(
      {
        Echo: { ...METHOD, path: "/bench.Test/Echo", requestStream: true, responseStream: true },
        Put: { ...METHOD, path: "/bench.Test/Put", requestStream: false, responseStream: false },
      },
      {
        Echo: (call: grpc.ServerDuplexStream<Buffer, Buffer>) => {
          const token = String(call.metadata.get("authorization")[0]);
          call.on("data", (bytes: Buffer) => call.write(Buffer.concat([Buffer.from(token), bytes])));
          call.on("end", () => call.end());
        },
        Put: (call: grpc.ServerUnaryCall<Buffer, Buffer>, answer: grpc.sendUnaryData<Buffer>) => {
          if (call.request.length === 0) answer({ code: grpc.status.INVALID_ARGUMENT, details: "empty" });
          else answer(null, call.request);
        },
      },
    );
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    address = `127.0.0.1:${port}`;
  });
  afterAll(() => server.forceShutdown());

  test("a stream: every message, in order, far beyond the first window", async () => {
    const socket = await GrpcSocket.connect(address);
    const got: string[] = [];
    const stream = socket.open(
      callHeaders(address, "/bench.Test/Echo", { authorization: `Bearer ${"t".repeat(140)}` }),
      {
        onMessage: (bytes) => got.push(bytes.toString()),
        onEnd: (why) => got.push(why.message),
      },
    );
    const bodies = Array.from({ length: 1500 }, (_, i) => `${i}`.padStart(200, "."));
    for (const body of bodies) socket.send(stream, Buffer.from(body));
    await until(() => got.length >= bodies.length);
    expect(got).toEqual(bodies.map((body) => `Bearer ${"t".repeat(140)}${body}`));
    socket.close();
  });

  test("a call that is refused is an end without a message", async () => {
    const socket = await GrpcSocket.connect(address);
    const headers = callHeaders(address, "/bench.Test/Put");
    const put = (text: string): Promise<string> =>
      new Promise((resolve) => {
        socket.unary(headers, Buffer.from(text), {
          onMessage: (bytes) => resolve(bytes.toString()),
          onEnd: () => resolve("refused"),
        });
      });
    expect(await Promise.all([put("one"), put(""), put("two")])).toEqual(["one", "refused", "two"]);
    socket.close();
  });

  test("the end of the server ends every call", async () => {
    const other = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: (socket) => void socket.end() } });
    const socket = await GrpcSocket.connect(`127.0.0.1:${other.port}`);
    const ended = new Promise<Error>((resolve) => {
      socket.open(callHeaders("x", "/y"), { onMessage: () => undefined, onEnd: resolve });
    });
    expect(await ended).toBeInstanceOf(Error);
    other.stop(true);
  });
});

test("HTTP: one answer after the other on one connection, in pieces too", async () => {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      const length = Number(await request.text());
      return new Response("x".repeat(length), { status: length === 0 ? 404 : 201 });
    },
  });
  const socket = await HttpSocket.connect(`127.0.0.1:${server.port}`);
  const statuses: number[] = [];
  for (const length of ["1", "0", "3000000", "2"]) {
    const request = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length.length}\r\n\r\n${length}`;
    statuses.push((await socket.request(Buffer.from(request))).status);
  }
  expect(statuses).toEqual([201, 404, 201, 201]);
  socket.close();
  await server.stop(true);
});

/** A server that answers each chunk with the bytes of `answer`, seven at a time. */
function crumbling(answer: (text: string) => string) {
  return Bun.listen<{ left: string }>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open: (socket) => {
        socket.data = { left: "" };
        socket.setNoDelay(true);
      },
      data: (socket, bytes) => {
        const writing = socket.data.left !== "";
        socket.data.left += answer(bytes.toString());
        const next = (): void => {
          socket.write(socket.data.left.slice(0, 7));
          socket.data.left = socket.data.left.slice(7);
          if (socket.data.left !== "") setTimeout(next, 1);
        };
        if (!writing && socket.data.left !== "") next();
      },
    },
  });
}

test("NATS: an acknowledgement in pieces, between other lines", async () => {
  const server = crumbling((text) => {
    const reply = /PUB \S+ (\S+) /.exec(text)?.[1];
    if (reply === undefined) return text.startsWith("CONNECT") ? "INFO {}\r\nPING\r\n" : "";
    const ack = '{"seq":7}';
    return `+OK\r\nMSG ${reply} 1 ${ack.length}\r\n${ack}\r\nPING\r\n`;
  });
  const socket = await NatsSocket.connect(`127.0.0.1:${server.port}`);
  expect(await socket.request("bench.1", "x".repeat(200))).toBe('{"seq":7}');
  expect(await socket.request("bench.1", "y")).toBe('{"seq":7}');
  socket.close();
  server.stop(true);
});

test("event streams: a number cut in two is one number; a refusal is told", async () => {
  const server = crumbling((text) => {
    if (text.includes("nobody")) return "HTTP/1.1 303 See Other\r\n\r\n";
    return `HTTP/1.1 200 OK\r\n\r\nevent: ping\n\ndata: ${numberedBody(12, 40)}\n\ndata: ${numberedBody(13, 40)}\n\n`;
  });
  const seen: [number, number][] = [];
  const readers = new SseReaders((stream, no) => seen.push([stream, no]));
  await readers.open(`http://127.0.0.1:${server.port}`, "token", { name: "s0" });
  await until(() => seen.length === 2);
  expect(seen).toEqual([
    [0, 12],
    [0, 13],
  ]);
  const refused = await readers
    .open(`http://127.0.0.1:${server.port}`, "nobody", { name: "s1" })
    .catch((error: Error) => error.message);
  expect(refused).toBe("a stream was answered with HTTP/1.1 303");
  readers.close();
  server.stop(true);
});
