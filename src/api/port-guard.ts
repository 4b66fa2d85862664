/**
 * Bounds the memory that callers of the gRPC port can occupy. Chat, the peers, health and
 * reflection share the port, and gRPC itself bounds only the size of a message, so a caller
 * that begins many messages and finishes none could fill the memory.
 *
 *   stranger   has not identified itself: few connections, few calls, 2 MiB of requests in all
 *   client     one of its calls had a login: many of each
 *   peer       has proved the cluster key: not limited
 *
 * Above a limit, the guard refuses a call with `slow_down` or closes a connection, and its
 * memory is then free.
 */
import { fullGC } from "bun:jsc";
import type { Server, ServerCredentials, ServerOptions } from "@grpc/grpc-js";
import type { Http2Server, Http2Session, IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { wireService } from "../../proto/chat-wire.ts";
import type { ChatError } from "../chat/errors.ts";
import { TOKEN } from "./caller.ts";
import { TOO_LARGE } from "./method.ts";
import { limitedAddress, Pool, type PoolLimits, type PortCall, type PortConnection } from "./port-pools.ts";
import { replyOf } from "./status-reply.ts";

export interface PortLimits {
  readonly strangers: PoolLimits;
  readonly clients: PoolLimits;
  /** How long a request may take to arrive, ms: from its first byte, or from the beginning of a stranger's call. */
  readonly messageMs: number;
}

const MIB = 1024 * 1024;

/** All programs on this host share an address, so one address may use half of each limit. */
export const PORT_LIMITS: PortLimits = {
  strangers: {
    connections: 256,
    connectionsPerAddress: 128,
    calls: 512,
    callsPerAddress: 256,
    bytes: 2 * MIB,
    bytesPerAddress: MIB,
  },
  clients: {
    connections: 2048,
    connectionsPerAddress: 1024,
    calls: 16_384,
    callsPerAddress: 8192,
    bytes: 32 * MIB,
    bytesPerAddress: 16 * MIB,
  },
  messageMs: 20_000,
};

/**
 * The limits for a process that may open `files` files (null: not known). Connections are files, and the page and the
 * disk need some too.
 */
export function portLimitsFor(files: number | null): PortLimits {
  if (files === null) return PORT_LIMITS;
  const { strangers, clients } = PORT_LIMITS;
  const bounded = (limits: PoolLimits, most: number): PoolLimits => ({
    ...limits,
    connections: Math.min(limits.connections, most),
    connectionsPerAddress: Math.min(limits.connectionsPerAddress, Math.ceil(most / 2)),
  });
  const [few, many] = [Math.floor(files / 8), Math.floor(files / 4)];
  return { ...PORT_LIMITS, strangers: bounded(strangers, few), clients: bounded(clients, many) };
}

/**
 * Bytes of one gRPC message on the port, for callers and peers alike. It is above the bound of the API, so that a
 * request that is only a little too large gets the API's own error, even on a stream that has already answered.
 */
export const PORT_MESSAGE_BYTES_MAX = 80 * 1024;
/** Concurrent calls on one connection. HTTP/2 announces this to the client, which delays the next call. */
const CALLS_PER_CONNECTION_MAX = 8192;

const SWEEP_MS = 1000;
const REPORT_MS = 60_000;
/** Memory for one piece of an unfinished request, in addition to its bytes. A piece may be a single byte. */
const PIECE_BYTES = 1024;
/** Memory for the objects of a call that ended before its request was complete. */
const CALL_BYTES = 16 * 1024;
/**
 * Garbage of both kinds at which we run the collector, because by itself it waits until the heap has doubled. A run
 * takes about 20 ms. `atOnce` is so much that receiving it took far longer than that; `atSweep` is worth a run at the
 * next sweep.
 */
const LITTER = { atOnce: 8 * MIB, atSweep: MIB } as const;
/** Bytes before each message: the compressed flag and the length. */
const MESSAGE_HEAD = 5;
const HTTP2_CANCEL = 8;

/** Paths of the calls that receive messages as long as they are open. */
const STREAMING: ReadonlySet<string> = new Set(
  ["lastword.v1.Chat", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"].flatMap(
    (service) =>
      Object.values<{ path: string; requestStream: boolean }>(wireService(service))
        .filter(({ requestStream }) => requestStream)
        .map(({ path }) => path),
  ),
);

const BUSY: ChatError = {
  code: "slow_down",
  sentence: "This replica has too many unfinished calls; try again in a moment.",
  retryAfterMs: 1000,
};
const TOO_SLOW: ChatError = {
  code: "slow_down",
  sentence: "The request did not arrive in time; try again.",
  retryAfterMs: 1000,
};

export interface PortGuardOptions {
  readonly limits?: PortLimits;
  /** Monotonic ms. */
  readonly now?: () => number;
  /** Runs the garbage collector. */
  readonly collect?: () => void;
}

/** The guard of one server. Call `watch` before the server is bound. */
export class PortGuard {
  /** Whether the token belongs to a login. Set once the chat is running. */
  authenticate: (token: string) => boolean = () => false;
  /** Called at most once a minute with the number of calls and connections refused since the last call. */
  onRefused: (count: number) => void = () => undefined;
  #refused = 0;
  #reportedMs = Number.NEGATIVE_INFINITY;
  readonly #limits: PortLimits;
  readonly #now: () => number;
  readonly #collect: () => void;
  /** Bytes of garbage since the last collection. */
  #litter = 0;
  readonly #strangers: Pool;
  readonly #clients: Pool;
  readonly #sessions = new Map<PortConnection, Http2Session>();
  readonly #connections = new Map<Http2Session, PortConnection>();
  /** By the caller's `address:port`, which is the `getPeer` of its calls. */
  readonly #byPeer = new Map<string, PortConnection>();
  readonly #streams = new Map<PortCall, ServerHttp2Stream>();
  /** Calls with an unfinished request. */
  readonly #unfinished = new Set<PortCall>();
  #sweep: ReturnType<typeof setInterval> | null = null;

  constructor({ limits = PORT_LIMITS, now = () => performance.now(), collect = fullGC }: PortGuardOptions = {}) {
    this.#limits = limits;
    this.#now = now;
    this.#collect = collect;
    this.#strangers = new Pool(limits.strangers);
    this.#clients = new Pool(limits.clients);
  }

  /**
   * Puts the guard between the gRPC server and its HTTP/2 server. grpc-js shows neither a connection before its
   * first call nor the received part of a message, so this wraps its factory of HTTP/2 servers.
   */
  watch(server: Server): void {
    const inner = server as unknown as { createHttp2Server(credentials: ServerCredentials): Http2Server };
    const make = inner.createHttp2Server.bind(server);
    inner.createHttp2Server = (credentials) => {
      const http2 = make(credentials);
      const handlers = http2.listeners("stream");
      http2.removeAllListeners("stream");
      http2.on("stream", (stream, headers, ...rest: unknown[]) => {
        if (!this.#onStream(stream as ServerHttp2Stream, headers)) return;
        for (const handle of handlers) (handle as (...args: unknown[]) => void)(stream, headers, ...rest);
      });
      http2.prependListener("session", (session) => this.#onSession(session));
      return http2;
    };
    this.#sweep = setInterval(() => this.#endSlow(), SWEEP_MS);
    this.#sweep.unref();
  }

  /** Stops the periodic check for slow requests. */
  stop(): void {
    if (this.#sweep !== null) clearInterval(this.#sweep);
  }

  /** Makes the connection a client's: a call on it had a login. `peer` is the `getPeer` of that call. */
  knowsClient(peer: string): void {
    const connection = this.#byPeer.get(peer);
    if (connection?.pool === this.#strangers) this.#promote(connection);
  }

  /** Makes the connection a peer's: a replica has proved the cluster key on it. */
  knowsPeer(peer: string): void {
    const connection = this.#byPeer.get(peer);
    if (connection === undefined) return;
    connection.pool?.remove(connection);
    // The call that brought the proof has been counted so far.
    for (const call of connection.calls) {
      this.#onRequest(call);
      this.#forgetPieces(call);
    }
  }

  #promote(connection: PortConnection): void {
    this.#strangers.remove(connection);
    this.#clients.add(connection);
    this.#makeRoom(this.#clients, connection.address);
  }

  #onSession(session: Http2Session): void {
    const { remoteAddress = "", remotePort = 0 } = session.socket ?? {};
    const connection: PortConnection = { address: limitedAddress(remoteAddress), calls: new Set(), pool: null };
    const peer = `${remoteAddress}:${remotePort}`;
    this.#sessions.set(connection, session);
    this.#connections.set(session, connection);
    this.#byPeer.set(peer, connection);
    this.#strangers.add(connection);
    session.once("close", () => {
      if (this.#byPeer.get(peer) === connection) this.#byPeer.delete(peer);
      this.#forget(connection);
    });
    this.#makeRoom(this.#strangers, connection.address);
  }

  /** False if the call was refused. */
  #onStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): boolean {
    const connection = stream.session === undefined ? undefined : this.#connections.get(stream.session);
    if (connection === undefined) {
      // The guard closed the connection while this call was on its way.
      stream.on("error", () => undefined);
      stream.close(HTTP2_CANCEL);
      return false;
    }
    if (connection.pool === this.#strangers) {
      const token = TOKEN.exec(headers.authorization ?? "")?.[1];
      if (token !== undefined && this.authenticate(token)) this.#promote(connection);
    }
    const call: PortCall = {
      connection,
      openedMs: this.#now(),
      streaming: STREAMING.has(headers[":path"] ?? ""),
      heard: false,
      bytes: 0,
      begunMs: 0,
      pieces: [],
    };
    connection.calls.add(call);
    this.#streams.set(call, stream);
    connection.pool?.addCall(call);
    // Without a listener the error would be thrown. The close event that follows is enough.
    stream.on("error", () => undefined);
    stream.once("close", () => this.#over(call));
    stream.once("end", () => this.#onRequest(call));
    const messages = new MessageMeter();
    stream.on("data", (bytes: Uint8Array) => this.#onData(call, messages, bytes));
    if (connection.pool !== null) this.#makeRoom(connection.pool, connection.address);
    return this.#streams.has(call);
  }

  /** A whole request has arrived; on a streaming call, one of its requests. */
  #onRequest(call: PortCall): void {
    call.heard = true;
    this.#unfinished.delete(call);
  }

  #onData(call: PortCall, messages: MessageMeter, bytes: Uint8Array): void {
    messages.take(bytes);
    if (messages.expected > PORT_MESSAGE_BYTES_MAX) return this.#refuse(call, TOO_LARGE);
    const { pool } = call.connection;
    // A peer's call is never limited: it receives messages as long as both replicas run.
    if (pool === null) return;
    if (messages.whole && call.pieces.length > 0) this.#forgetPieces(call);
    if (messages.held > 0) call.pieces.push(bytes);
    // A handler consumes the messages of a stream one by one. A unary request is held until it has been answered.
    const unhandled = call.streaming && pool !== this.#strangers ? messages.held : messages.total;
    const held = unhandled + call.pieces.length * PIECE_BYTES;
    if (call.streaming && messages.whole) this.#onRequest(call);
    if (messages.held > 0 || !call.streaming) {
      if (!this.#unfinished.has(call)) call.begunMs = this.#now();
      this.#unfinished.add(call);
    }
    if (held !== call.bytes) {
      pool.hold(call, held);
      if (held > 0) this.#makeRoom(pool, call.connection.address);
    }
  }

  #makeRoom(pool: Pool, address: string): void {
    for (let found = pool.connectionTooMany(address); found !== null; found = pool.connectionTooMany(address)) {
      this.#close(found);
    }
    for (let found = pool.callTooMany(address); found !== null; found = pool.callTooMany(address)) {
      this.#refuse(found, BUSY);
    }
    for (let found = pool.bytesTooMany(address); found !== null; found = pool.bytesTooMany(address)) {
      this.#refuse(found, BUSY);
    }
  }

  /** Ends requests that take too long to arrive, and strangers' calls that never begin one. */
  #endSlow(): void {
    if (this.#refused > 0 && this.#now() - this.#reportedMs >= REPORT_MS) {
      this.onRefused(this.#refused);
      this.#refused = 0;
      this.#reportedMs = this.#now();
    }
    if (this.#litter >= LITTER.atSweep) {
      this.#litter = 0;
      this.#collect();
    }
    const limit = this.#now() - this.#limits.messageMs;
    for (const call of this.#unfinished) if (call.begunMs < limit) this.#refuse(call, TOO_SLOW);
    for (const call of this.#strangers.calls()) if (!call.heard && call.openedMs < limit) this.#refuse(call, TOO_SLOW);
  }

  #refuse(call: PortCall, error: ChatError): void {
    const stream = this.#streams.get(call);
    this.#over(call);
    this.#refused++;
    if (stream === undefined || stream.destroyed || stream.closed) return;
    if (!stream.headersSent) {
      const { code, details, metadata } = replyOf(error);
      stream.respond(
        {
          ":status": 200,
          "content-type": "application/grpc+proto",
          "grpc-status": code,
          "grpc-message": encodeURI(details),
          ...metadata.toHttp2Headers(),
        },
        { endStream: true },
      );
    }
    // If the response has begun, it cannot carry the reason any more. The rest of the request is not read.
    stream.close(HTTP2_CANCEL);
  }

  #close(connection: PortConnection): void {
    const session = this.#sessions.get(connection);
    this.#forget(connection);
    this.#refused++;
    session?.destroy();
  }

  #forget(connection: PortConnection): void {
    connection.pool?.remove(connection);
    for (const call of connection.calls) this.#over(call);
    const session = this.#sessions.get(connection);
    this.#sessions.delete(connection);
    if (session !== undefined) this.#connections.delete(session);
  }

  #over(call: PortCall): void {
    if (!this.#streams.delete(call)) return;
    const { connection } = call;
    connection.pool?.removeCall(call);
    connection.calls.delete(call);
    this.#unfinished.delete(call);
    // Nobody will read the pieces of a request that was never completed.
    call.pieces.forEach(giveBack);
    this.#forgetPieces(call);
    if (!call.heard) this.#addLitter(CALL_BYTES);
  }

  #forgetPieces(call: PortCall): void {
    this.#addLitter(call.pieces.length * PIECE_BYTES);
    call.pieces.length = 0;
  }

  #addLitter(bytes: number): void {
    this.#litter += bytes;
    if (this.#litter < LITTER.atOnce) return;
    this.#litter = 0;
    // Not in this turn, because the call that is being ended is still referenced.
    setImmediate(() => this.#collect());
  }
}

/** Frees the memory of these bytes now, unless other bytes share their buffer. */
function giveBack(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length) buffer.transfer(0);
}

/** Finds the boundaries of gRPC messages in the bytes of a call. */
class MessageMeter {
  #headBytes = 0;
  #left = 0;
  /** Length of the message that has begun; 0 until its head is complete. */
  expected = 0;
  /** Bytes of the unfinished message so far. */
  held = 0;
  /** Bytes of all messages so far. */
  total = 0;
  /** The last bytes taken completed a message. */
  whole = false;

  take(bytes: Uint8Array): void {
    this.whole = false;
    this.total += bytes.length;
    for (let at = 0; at < bytes.length;) {
      if (this.#headBytes < MESSAGE_HEAD) {
        // The flag comes first, then the length in four bytes.
        if (this.#headBytes === 0) this.expected = 0;
        else this.expected = this.expected * 256 + bytes[at]!;
        at++;
        this.held++;
        if (++this.#headBytes < MESSAGE_HEAD) continue;
        this.#left = this.expected;
      } else {
        const taken = Math.min(this.#left, bytes.length - at);
        at += taken;
        this.#left -= taken;
        this.held += taken;
      }
      if (this.#left > 0) continue;
      this.#headBytes = 0;
      this.expected = 0;
      this.held = 0;
      this.whole = true;
    }
  }
}

/** Options of a server that a PortGuard watches. */
export const GUARDED_SERVER_OPTIONS: ServerOptions = {
  "grpc.max_receive_message_length": PORT_MESSAGE_BYTES_MAX,
  "grpc.max_concurrent_streams": CALLS_PER_CONNECTION_MAX,
};
