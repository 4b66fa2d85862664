/**
 * A client of lastword.v1.Chat that follows the cluster. Given several addresses, it uses one as
 * long as that one answers. If it does not, the client repeats the call at the next address with
 * the same client id, until the deadline. A call that succeeds has therefore taken effect exactly
 * once, whichever replicas died meanwhile. The terminal client, chaos, benchmarks and cluster
 * tests use it; the streams are in subscription.ts and send-stream.ts.
 */
import { Metadata } from "@grpc/grpc-js";
import { CHAT_WIRE, CURSOR_HEADER } from "../../proto/chat-wire.ts";
import type { ChatCall, ChatRequest, ChatResponse, WireMethod } from "../../proto/chat-wire.ts";
import type { Encodable } from "../../proto/message-type.ts";
import { ChatSendStream } from "./send-stream.ts";
import { ChatLinks, Tried, failureOf, outcomeOf, retryable } from "./links.ts";
import type { CallFailure } from "./links.ts";
import { ChatSubscription } from "./subscription.ts";
import type { SubscriptionListener } from "./subscription.ts";

export interface ChatClientOptions {
  /** host:port of one or more replicas, the preferred one first. */
  readonly addresses: readonly string[];
  /** The token of an earlier login; `register` and `login` replace it. */
  readonly token?: string;
  /** How long a call with all its attempts may take. Default 10,000. */
  readonly deadlineMs?: number;
  /** How long one attempt may take. Default 3,000. */
  readonly attemptMs?: number;
  /** Opens connections of its own instead of sharing those of the process, for load tests. */
  readonly ownConnections?: boolean;
}

/** The result of a call after all its attempts. It is returned, never thrown. */
export type CallResult<T> =
  | { readonly ok: true; readonly value: T; readonly address: string }
  | {
      readonly ok: false;
      /** A code of ChatErrorCode, or a gRPC status such as `UNAVAILABLE` if no replica sent a code. */
      readonly code: string;
      readonly outcome: "definite" | "unknown";
      readonly sentence: string;
      /** Every address that was tried, with its last failure. */
      readonly tried: readonly { readonly address: string; readonly code: string }[];
    };

export interface CallOptions {
  readonly deadlineMs?: number;
  /** The call must read at or after this cursor. */
  readonly cursor?: string;
}

/** Calls with one answer. */
export type AnsweredCall = Exclude<ChatCall, "Subscribe" | "SendStream">;

/** An attempt with less time than this is not made: its timeout would only hide the previous failure. */
const ATTEMPT_MIN_MS = 50;

type Request<Name extends AnsweredCall> = Partial<Encodable<ChatRequest<Name>>>;
type Response<Name extends AnsweredCall> = ChatResponse<Name>;

/** A client for one user. Calls may run concurrently; they share the current address. */
export class ChatClient {
  readonly #links: ChatLinks;
  readonly #options: ChatClientOptions;
  readonly #streams = new Set<{ close(): void }>();
  #token: string | null;

  constructor(options: ChatClientOptions) {
    this.#options = options;
    this.#token = options.token ?? null;
    this.#links = new ChatLinks(options.addresses, options.ownConnections ?? false);
  }

  /** The token of the login; null before a login. */
  get token(): string | null {
    return this.#token;
  }

  /** The current address. */
  get address(): string {
    return this.#links.current();
  }

  /** Creates an account and keeps its token. */
  async register(name: string, password: string): Promise<CallResult<Response<"Register">>> {
    const result = await this.call("Register", { name, password, clientId: Bun.randomUUIDv7() });
    if (result.ok) this.#token = result.value.token;
    return result;
  }

  /** Logs in and keeps the token. */
  async login(name: string, password: string): Promise<CallResult<Response<"Login">>> {
    const result = await this.call("Login", { name, password });
    if (result.ok) this.#token = result.value.token;
    return result;
  }

  /** Sends one message. Without a client id, it makes one. */
  send(
    message: { to?: string; conversationId?: string; body: string; clientId?: string },
    options: CallOptions = {},
  ): Promise<CallResult<Response<"SendMessage">>> {
    return this.call("SendMessage", { clientId: Bun.randomUUIDv7(), ...message }, options);
  }

  /** Makes any call, and repeats it unchanged at one replica after another until an answer or the deadline. */
  async call<Name extends AnsweredCall>(
    name: Name,
    request: Request<Name>,
    options: CallOptions = {},
  ): Promise<CallResult<Response<Name>>> {
    const deadline = performance.now() + (options.deadlineMs ?? this.#options.deadlineMs ?? 10_000);
    const metadata = this.#metadata(options.cursor);
    const tried = new Tried();
    let unknown = false;
    for (;;) {
      const address = this.#links.current();
      const leftMs = Math.max(1, deadline - performance.now());
      const attemptMs = Math.min(leftMs, this.#options.attemptMs ?? 3_000);
      const answer = await this.#attempt(name, request, { address, metadata, attemptMs });
      if (answer.ok) {
        this.#links.succeeded();
        return { ok: true, value: answer.value, address };
      }
      const { failure } = answer;
      tried.add(address, failure);
      if (failure.code !== "slow_down") this.#links.leave(address);
      const pauseMs = Math.max(failure.retryAfterMs, this.#links.pauseMs());
      const leftAfterMs = deadline - performance.now() - pauseMs;
      if (!retryable(failure) || leftAfterMs < ATTEMPT_MIN_MS) return lost(failure, unknown, tried);
      unknown ||= !failure.definite;
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  /** Opens a subscription that survives failures of replicas; see ChatSubscription. */
  subscribe(listener: SubscriptionListener, cursor = ""): ChatSubscription {
    const subscription = new ChatSubscription({ links: this.#links, metadata: this.#metadata(), listener, cursor });
    this.#streams.add(subscription);
    return subscription;
  }

  /** Opens a stream for many messages that survives failures of replicas; see ChatSendStream. */
  sendStream(options: { readonly deadlineMs?: number } = {}): ChatSendStream {
    const deadlineMs = options.deadlineMs ?? this.#options.deadlineMs ?? 10_000;
    const stream = new ChatSendStream({ links: this.#links, metadata: this.#metadata(), deadlineMs });
    this.#streams.add(stream);
    return stream;
  }

  /** Closes the streams, then the connections. */
  close(): void {
    for (const stream of this.#streams) stream.close();
    this.#streams.clear();
    this.#links.close();
  }

  #metadata(cursor?: string): Metadata {
    const metadata = new Metadata();
    if (this.#token !== null) metadata.set("authorization", `Bearer ${this.#token}`);
    if (cursor !== undefined) metadata.set(CURSOR_HEADER, cursor);
    return metadata;
  }

  #attempt<Name extends AnsweredCall>(
    name: Name,
    request: Request<Name>,
    options: { address: string; metadata: Metadata; attemptMs: number },
  ): Promise<{ ok: true; value: Response<Name> } | { ok: false; failure: CallFailure }> {
    const wire = CHAT_WIRE[name] as unknown as WireMethod<object, ChatResponse<Name>>;
    const { address, metadata, attemptMs } = options;
    return new Promise((resolve) => {
      this.#links.client(address).makeUnaryRequest(
        wire.path,
        (value: object) => wire.encodeRequest(value),
        (bytes: Buffer) => wire.decodeResponse(bytes),
        request,
        metadata,
        { deadline: Date.now() + attemptMs },
        (error, value) => {
          if (error !== null) resolve({ ok: false, failure: failureOf(error) });
          else resolve({ ok: true, value: value! });
        },
      );
    });
  }
}

function lost(failure: CallFailure, earlierUnknown: boolean, tried: Tried): CallResult<never> & { ok: false } {
  const list = tried.list();
  const outcome = outcomeOf(failure, earlierUnknown);
  if (!retryable(failure)) return { ok: false, code: failure.code, outcome, sentence: failure.sentence, tried: list };
  const addresses = list.map(({ address, code }) => `${address} (${code})`).join(", ");
  const sentence = `No replica could do it; tried ${addresses}. See \`lastword status\`; \`lastword up\` starts them.`;
  return { ok: false, code: failure.code, outcome, sentence, tried: list };
}
