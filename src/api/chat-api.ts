/**
 * lastword.v1.Chat at this replica's gRPC port, with health and reflection. It looks up the
 * login, passes the call to WholeChat, and turns answers into responses and failures into
 * status and trailers. It decides nothing itself.
 *
 *   connection -> bytes -> request | BadRequest -> session -> WholeChat -> response | status
 *
 * No request can stop the replica: one that cannot be read is answered `invalid` or `too_large`,
 * and an exception becomes INTERNAL with an unknown outcome.
 */
import { Metadata } from "@grpc/grpc-js";
import type {
  Server,
  ServerDuplexStream,
  ServerUnaryCall,
  UntypedServiceImplementation,
  sendUnaryData,
} from "@grpc/grpc-js";
import { CHAT_WIRE } from "../../proto/chat-wire.ts";
import type { ChatRequest, ChatResponse } from "../../proto/chat-wire.ts";
import type { Answer, ChatError, Found } from "../chat/errors.ts";
import type { Session } from "../chat/chat-service.ts";
import type { WholeChat } from "../chat/admin-service.ts";
import type { ClusterStatusJson } from "../ops/cluster-status.ts";
import { OPEN_CALLS, SESSION_CALLS } from "./calls.ts";
import { bearerToken, callerOf, cursorOf, readAt } from "./caller.ts";
import type { IncomingCall } from "./caller.ts";
import { clusterStatusReply } from "./cluster-status-reply.ts";
import { getFile, putFile, type GetFileCall, type PutFileCall } from "./file-streams.ts";
import { HealthService } from "./health.ts";
import { BadRequest, serviceDefinition } from "./method.ts";
import { addReflection } from "./reflection.ts";
import { SendStreamCall } from "./send-stream.ts";
import { NOT_LOGGED_IN, STOPPING, brokenReply, replyOf } from "./status-reply.ts";
import { Subscription } from "./subscription.ts";
import type { SubscribeCall } from "./subscription.ts";

/** How often open SendStreams check that their login has not ended. chat.proto promises an end within 2 s. */
const SESSION_CHECK_MS = 1000;
/** How long `stop` waits for items under way before it aborts their streams. */
const STOP_GRACE_MS = 2000;
/** Concurrent SendStreams, each with at most SEND_IN_FLIGHT_MAX items. The next one is refused with slow_down. */
const SEND_STREAMS_MAX = 1024;

/** Concurrent PutFiles and GetFiles, each of which holds about 2 MiB at most. */
const FILE_STREAMS_MAX = 32;

export interface ChatApiDeps {
  readonly chat: WholeChat;
  readonly status: () => ClusterStatusJson;
  /** Called with each error that a call threw. The error's message may contain what a user wrote. */
  readonly onCaught: (error: unknown) => void;
  /** ClusterStatus needs no login, because the listener is on loopback. */
  readonly openStatus: boolean;
  /** Whether this is the token derived from the cluster key, which permits ClusterStatus. */
  readonly authenticateCluster: (token: string) => boolean;
  /** Called when a call on the connection `peer` (its `getPeer`) had a login. */
  readonly onLogin: (peer: string) => void;
}

/** The service, as the owner of the server controls it. */
export interface ChatApi {
  /** Sets the answer of health, which is false at first. */
  setServing(serving: boolean): void;
  /**
   * Sets health to false and ends open streams with `not_writable`. Resolves when all have ended, at most 2 s later.
   * Call it before the server's shutdown.
   */
  stop(): Promise<void>;
}

type Unary = ServerUnaryCall<object, object>;
type SendCall = ServerDuplexStream<ChatRequest<"SendStream"> | BadRequest, ChatResponse<"SendStream">>;

/** Adds Chat, health and reflection to a server, which may have other services. Call before the server is bound. */
export function addChatService(server: Server, deps: ChatApiDeps): ChatApi {
  const service = new ChatServer(deps);
  server.addService(serviceDefinition(CHAT_WIRE), service.handlers());
  service.health.addTo(server);
  addReflection(server);
  return service;
}

class ChatServer implements ChatApi {
  readonly health = new HealthService();
  readonly #deps: ChatApiDeps;
  readonly #subscriptions = new Set<Subscription>();
  readonly #sendStreams = new Set<SendStreamCall>();
  #sessionCheck: ReturnType<typeof setInterval> | null = null;
  #fileStreams = 0;
  #stopping = false;
  #onQuiet: (() => void) | null = null;

  constructor(deps: ChatApiDeps) {
    this.#deps = deps;
  }

  setServing(serving: boolean): void {
    this.health.setServing(serving && !this.#stopping);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.health.stop();
    for (const stream of this.#subscriptions) stream.fail(STOPPING);
    for (const stream of this.#sendStreams) stream.fail(STOPPING);
    if (this.#sendStreams.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, STOP_GRACE_MS);
        this.#onQuiet = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    for (const stream of this.#sendStreams) stream.abort();
  }

  handlers(): UntypedServiceImplementation {
    const handlers: UntypedServiceImplementation = {
      Subscribe: (call: SubscribeCall) => this.#subscribe(call),
      SendStream: (call: SendCall) => this.#sendStream(call),
      PutFile: (call: PutFileCall, reply: sendUnaryData<ChatResponse<"PutFile">>) =>
        this.#files(call, (session) => putFile(call, this.#deps.chat, session, reply)),
      GetFile: (call: GetFileCall) =>
        this.#files(call, async (session) => {
          const error = await getFile(call, this.#deps.chat, session);
          if (error === null) call.end();
          return error;
        }),
      ClusterStatus: (call: Unary, reply: sendUnaryData<object>) => this.#clusterStatus(call, reply),
    };
    for (const [name, handle] of Object.entries(OPEN_CALLS)) {
      handlers[name] = this.#unary((call) =>
        (handle as (request: object, context: object) => Promise<Answer<object>>)(call.request, this.#context(call)),
      );
    }
    for (const [name, handle] of Object.entries(SESSION_CALLS)) {
      handlers[name] = this.#unary(async (call) => {
        const session = await this.#session(call);
        if (!session.ok) return this.#deletedBefore(name, call.request) ?? session;
        const context = { ...this.#context(call), session: session.value };
        return (handle as (request: object, context: object) => Promise<Answer<object>>)(call.request, context);
      });
    }
    return handlers;
  }

  /** A handler that answers exactly once, whatever `handle` does. */
  #unary(handle: (call: Unary) => Promise<Answer<object>> | Answer<object>) {
    return (call: Unary, reply: sendUnaryData<object>): void => {
      const run = async (): Promise<Answer<object>> =>
        call.request instanceof BadRequest ? { ok: false, error: call.request.error } : handle(call);
      run().then(
        (answer) => {
          if (answer.ok) reply(null, { ...answer.value, cursor: answer.cursor });
          else reply(replyOf(answer.error));
        },
        (error: unknown) => {
          this.#deps.onCaught(error);
          reply(brokenReply());
        },
      );
    };
  }

  /** The answer to a repeat of the call that has deleted the account, whose login is gone with it; null: it is none. */
  #deletedBefore(name: string, request: object): Answer<object> | null {
    const { chat } = this.#deps;
    const isRepeat = name === "DeleteAccount" && chat.deletedBefore(request as ChatRequest<"DeleteAccount">) !== null;
    return isRepeat ? { ok: true, value: {}, cursor: chat.cursor() } : null;
  }

  #context(call: IncomingCall) {
    return { chat: this.#deps.chat, caller: callerOf(call), readAt: (read: number) => readAt(call, read) };
  }

  async #session(call: IncomingCall): Promise<Found<Session>> {
    const token = bearerToken(call);
    if (token === null) return { ok: false, error: NOT_LOGGED_IN };
    const found = await this.#deps.chat.authenticateFresh(token);
    if (found.ok) this.#deps.onLogin(call.getPeer());
    return found.ok || found.error.code !== "not_logged_in" ? found : { ok: false, error: NOT_LOGGED_IN };
  }

  #clusterStatus(call: Unary, reply: sendUnaryData<object>): void {
    try {
      if (call.request instanceof BadRequest) return reply(replyOf(call.request.error));
      if (!this.#mayReadStatus(call)) return reply(replyOf(NOT_LOGGED_IN));
      return reply(null, clusterStatusReply(this.#deps.status()));
    } catch (error) {
      this.#deps.onCaught(error);
      return reply(brokenReply());
    }
  }

  #mayReadStatus(call: IncomingCall): boolean {
    if (this.#deps.openStatus) return true;
    const token = bearerToken(call);
    if (token === null) return false;
    return this.#deps.authenticateCluster(token) || this.#deps.chat.authenticate(token) !== null;
  }

  /** Begins a stream. If that throws, only this stream ends. */
  #start(call: StreamCall, begin: () => Promise<void>): void {
    begin().catch((error: unknown) => {
      this.#deps.onCaught(error);
      call.emit("error", brokenReply());
    });
  }

  #subscribe(call: SubscribeCall): void {
    this.#start(call, async () => {
      const request = call.request;
      if (request instanceof BadRequest) return refuse(call, request.error);
      const session = await this.#session(call);
      // A call that was cancelled before this point fires no second event, so check here.
      if (call.cancelled) return;
      if (!session.ok) return refuse(call, session.error);
      if (this.#stopping) return refuse(call, STOPPING);
      const cursor = request.cursor === "" ? cursorOf(call) : request.cursor;
      const answer = this.#deps.chat.subscribe(session.value, {
        ...(cursor === undefined ? {} : { cursor }),
        watch: request.watch,
      });
      if (!answer.ok) return refuse(call, answer.error);
      const subscription: Subscription = new Subscription({
        call,
        feed: answer.value,
        onOver: () => this.#subscriptions.delete(subscription),
        onCaught: this.#deps.onCaught,
      });
      this.#subscriptions.add(subscription);
      // Until the first event, the cursor is the one that the reader sent, not the feed's current position.
      void subscription.run(cursor ?? answer.cursor);
    });
  }

  /** Runs a call that carries a file. What it returns as an error ends the call. */
  #files(call: PutFileCall | GetFileCall, run: (session: Session) => Promise<ChatError | null>): void {
    this.#start(call, async () => {
      if (this.#fileStreams >= FILE_STREAMS_MAX) return refuse(call, TOO_MANY_STREAMS);
      this.#fileStreams += 1;
      try {
        const session = await this.#session(call);
        const error = session.ok ? await run(session.value) : session.error;
        if (error !== null) refuse(call, error);
      } finally {
        this.#fileStreams -= 1;
      }
    });
  }

  #sendStream(call: SendCall): void {
    this.#start(call, async () => {
      const session = await this.#session(call);
      if (call.cancelled) return;
      if (!session.ok) return refuse(call, session.error);
      if (this.#stopping) return refuse(call, STOPPING);
      if (this.#sendStreams.size >= SEND_STREAMS_MAX) return refuse(call, TOO_MANY_STREAMS);
      // Headers tell the caller that the stream is open before it has sent anything.
      call.sendMetadata(new Metadata());
      const stream: SendStreamCall = new SendStreamCall({
        call,
        chat: this.#deps.chat,
        session: session.value,
        token: bearerToken(call) ?? "",
        onOver: () => this.#onSendStreamOver(stream),
        onCaught: this.#deps.onCaught,
      });
      this.#sendStreams.add(stream);
      this.#sessionCheck ??= setInterval(() => this.#checkSessions(), SESSION_CHECK_MS);
    });
  }

  #onSendStreamOver(stream: SendStreamCall): void {
    this.#sendStreams.delete(stream);
    if (this.#sendStreams.size > 0) return;
    if (this.#sessionCheck !== null) clearInterval(this.#sessionCheck);
    this.#sessionCheck = null;
    this.#onQuiet?.();
  }

  #checkSessions(): void {
    for (const stream of this.#sendStreams) {
      try {
        if (this.#deps.chat.authenticate(stream.token) === null) stream.fail(NOT_LOGGED_IN);
      } catch {
        // An exception in a timer would end the process. The next round, or the next item, checks again.
      }
    }
  }
}

const TOO_MANY_STREAMS: ChatError = {
  code: "slow_down",
  sentence: "This replica has too many streams. Try again in 1 second, or at another one.",
  retryAfterMs: 1000,
};

type StreamCall = SubscribeCall | SendCall | PutFileCall | GetFileCall;

function refuse(call: StreamCall, error: ChatError): void {
  call.emit("error", replyOf(error));
}
