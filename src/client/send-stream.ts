/**
 * SendStream from the client's side, across failures: items without a result are sent again
 * at the next address under the same client id, so that each happens once. Items of one turn
 * travel in one request; there is no timer per item.
 */
import type { ClientDuplexStream, Metadata, ServiceError } from "@grpc/grpc-js";
import { CHAT_WIRE, SEND_ITEMS_MAX } from "../../proto/chat-wire.ts";
import type { ChatRequest, ChatResponse } from "../../proto/chat-wire.ts";
import type { WireSendMessageRequest } from "../../proto/gen/lastword/v1/SendMessageRequest.ts";
import type { WireSendResult } from "../../proto/gen/lastword/v1/SendResult.ts";
import type { Decoded, Encodable } from "../../proto/message-type.ts";
import { Tried, failureOf, outcomeOf, retryable } from "./links.ts";
import type { ChatLinks, CallFailure } from "./links.ts";

/** Items without a result; more are refused here with slow_down. */
const PENDING_MAX = 16_384;
/** Bytes of items in one request, under the service's bound of 64 KiB. */
const REQUEST_ITEMS_BYTES_MAX = 48 * 1024;
/** Room for the fields beside the body: two names or ids and lengths. */
const ITEM_OVERHEAD_BYTES = 256;
/** How often deadlines are looked at, and items that failed for now are sent again. */
const SWEEP_MS = 25;
/** Failing for now this long without one success: try the next address; doubles up to the maximum while none succeeds. */
const LEAVE_AFTER_MS = { first: 1000, max: 8000 } as const;

type Items = Partial<Encodable<ChatRequest<"SendStream">>>;
type Stream = ClientDuplexStream<Items, ChatResponse<"SendStream">>;
type SendItem = Encodable<WireSendMessageRequest>;
/** What became of one item. */
export type SendResult = Decoded<WireSendResult>;

/** How one item ended. */
export type SendOutcome =
  | { readonly ok: true; readonly value: SendResult; readonly address: string }
  | {
      readonly ok: false;
      readonly code: string;
      readonly outcome: "definite" | "unknown";
      readonly sentence: string;
      readonly tried: readonly { readonly address: string; readonly code: string }[];
    };

interface Pending {
  readonly item: SendItem;
  readonly resolve: (outcome: SendOutcome) => void;
  readonly deadline: number;
  /** An attempt may have happened. */
  unknown: boolean;
  lastFailure: CallFailure | null;
  /** Written to the present stream and not answered; or waiting to be. */
  state: "queued" | "sent" | "waiting";
}

const TIMED_OUT: CallFailure = {
  code: "DEADLINE_EXCEEDED",
  definite: false,
  sentence: "No answer in time.",
  retryAfterMs: 0,
};

/** Items go out in the order of `send` and are answered in any order. Opens its connection with the first item. */
export class ChatSendStream {
  readonly #links: ChatLinks;
  readonly #metadata: Metadata;
  readonly #deadlineMs: number;
  readonly #tried = new Tried();
  /** By client id, oldest first. */
  readonly #pending = new Map<string, Pending>();
  #queue: Pending[] = [];
  #flushDue = false;
  #stream: Stream | null = null;
  #address = "";
  #full = false;
  #sweep: ReturnType<typeof setInterval> | null = null;
  #openAt = 0;
  #successAt = 0;
  /** Moving on with everything that waits is load on a cluster that may be overloaded: each move in vain takes longer. */
  #leaveAfterMs: number = LEAVE_AFTER_MS.first;
  #closed = false;

  constructor(deps: { links: ChatLinks; metadata: Metadata; deadlineMs: number }) {
    this.#links = deps.links;
    this.#metadata = deps.metadata;
    this.#deadlineMs = deps.deadlineMs;
  }

  /** Items without a result. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Never rejects. Two pending items must not share a client id. */
  send(message: { to?: string; conversationId?: string; body: string; clientId: string }): Promise<SendOutcome> {
    const { to = "", conversationId = "", body, clientId } = message;
    return new Promise((resolve) => {
      const refuse = refusal(this.#closed, this.#pending, message);
      if (refuse !== null) return resolve(refuse);
      const deadline = performance.now() + this.#deadlineMs;
      const item = { to, conversationId, body, clientId, readUpTo: "" };
      const pending: Pending = { item, resolve, deadline, unknown: false, lastFailure: null, state: "queued" };
      this.#pending.set(clientId, pending);
      this.#queue.push(pending);
      this.#flushSoon();
    });
  }

  /** Ends the stream; items without a result end as unknown. */
  close(): void {
    this.#closed = true;
    this.#drop();
    for (const pending of this.#pending.values()) this.#settleLost(pending, TIMED_OUT);
  }

  #flushSoon(): void {
    if (this.#flushDue || this.#closed) return;
    this.#flushDue = true;
    this.#sweep ??= setInterval(() => this.#onSweep(), SWEEP_MS);
    setImmediate(() => {
      this.#flushDue = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#closed || this.#queue.length === 0) return;
    const stream = this.#stream ?? this.#open();
    if (stream === null || this.#full) return;
    let at = 0;
    while (at < this.#queue.length && !this.#full) {
      const items: SendItem[] = [];
      let bytes = 0;
      while (at < this.#queue.length && items.length < SEND_ITEMS_MAX) {
        const pending = this.#queue[at]!;
        const size = Buffer.byteLength(pending.item.body) + ITEM_OVERHEAD_BYTES;
        if (items.length > 0 && bytes + size > REQUEST_ITEMS_BYTES_MAX) break;
        at += 1;
        if (this.#pending.get(pending.item.clientId) !== pending) continue;
        pending.state = "sent";
        items.push(pending.item);
        bytes += size;
      }
      if (items.length > 0 && !stream.write({ items })) this.#full = true;
    }
    this.#queue = at < this.#queue.length ? this.#queue.slice(at) : [];
  }

  /** Null while it is too early for another attempt; the sweep comes back to it. */
  #open(): Stream | null {
    if (performance.now() < this.#openAt) return null;
    const wire = CHAT_WIRE.SendStream;
    const address = this.#links.current();
    const stream = this.#links.client(address).makeBidiStreamRequest(
      wire.path,
      (value: Items) => wire.encodeRequest(value),
      (bytes: Buffer) => wire.decodeResponse(bytes),
      this.#metadata,
    );
    this.#stream = stream;
    this.#address = address;
    this.#full = false;
    this.#successAt = performance.now();
    stream.on("data", (response: ChatResponse<"SendStream">) => {
      if (this.#stream === stream) for (const result of response.results) this.#onResult(result, address);
    });
    stream.on("drain", () => {
      if (this.#stream !== stream) return;
      this.#full = false;
      this.#flushSoon();
    });
    stream.on("error", (error: ServiceError) => this.#onBroken(stream, address, failureOf(error)));
    stream.on("status", ({ code }: { code: number }) => {
      if (code === 0) this.#onBroken(stream, address, { ...TIMED_OUT, code: "ENDED" });
    });
    return stream;
  }

  #onResult(result: SendResult, address: string): void {
    const pending = this.#pending.get(result.clientId);
    if (pending === undefined) return;
    if (result.failure === null) {
      this.#links.succeeded();
      this.#successAt = performance.now();
      this.#leaveAfterMs = LEAVE_AFTER_MS.first;
      this.#settle(pending, { ok: true, value: result, address });
      return;
    }
    this.#onFailure(pending, result.failure);
  }

  #onFailure(pending: Pending, failure: CallFailure): void {
    this.#tried.add(this.#address, failure);
    pending.lastFailure = failure;
    if (!retryable(failure)) return this.#settleLost(pending, failure);
    pending.unknown ||= !failure.definite;
    // Sent again by the sweep, not at once: what failed for now would fail again.
    pending.state = "waiting";
  }

  #onBroken(stream: Stream, address: string, failure: CallFailure): void {
    if (this.#stream !== stream) return;
    this.#drop();
    if (failure.code !== "slow_down") this.#links.leave(address);
    this.#openAt = performance.now() + Math.max(failure.retryAfterMs, this.#links.pauseMs());
    for (const pending of this.#pending.values()) if (pending.state === "sent") this.#onFailure(pending, failure);
    if (!retryable(failure)) {
      // Of the login or of the stream itself: it will not get better for those that wait.
      for (const pending of this.#pending.values()) this.#settleLost(pending, failure);
    }
    this.#requeue();
  }

  /** Everything without a result goes again, oldest first. */
  #requeue(): void {
    this.#queue = [];
    for (const pending of this.#pending.values()) {
      if (pending.state === "sent") continue;
      pending.state = "queued";
      this.#queue.push(pending);
    }
    this.#flushSoon();
  }

  #onSweep(): void {
    const now = performance.now();
    let waiting = this.#queue.length > 0;
    for (const pending of this.#pending.values()) {
      if (pending.deadline <= now) this.#onDeadline(pending);
      else if (pending.state !== "sent") waiting = true;
    }
    if (this.#pending.size === 0) {
      if (this.#sweep !== null) clearInterval(this.#sweep);
      this.#sweep = null;
      return;
    }
    const stream = this.#stream;
    if (waiting && stream !== null && now - this.#successAt > this.#leaveAfterMs && this.#links.addresses.length > 1) {
      this.#leaveAfterMs = Math.min(2 * this.#leaveAfterMs, LEAVE_AFTER_MS.max);
      this.#onBroken(stream, this.#address, TIMED_OUT);
    } else if (waiting) this.#requeue();
  }

  /** What it failed with before says nothing of an attempt that is still under way. */
  #onDeadline(pending: Pending): void {
    pending.unknown ||= pending.state === "sent";
    this.#settleLost(pending, pending.lastFailure ?? TIMED_OUT);
  }

  #settleLost(pending: Pending, failure: CallFailure): void {
    const unknown = pending.unknown || (pending.state === "sent" && !failure.definite);
    const { code, sentence } = failure;
    const outcome = outcomeOf(failure, unknown);
    this.#settle(pending, { ok: false, code, outcome, sentence, tried: this.#tried.list() });
  }

  #settle(pending: Pending, outcome: SendOutcome): void {
    this.#pending.delete(pending.item.clientId);
    pending.resolve(outcome);
  }

  #drop(): void {
    const stream = this.#stream;
    this.#stream = null;
    stream?.cancel();
    if (this.#closed && this.#sweep !== null) {
      clearInterval(this.#sweep);
      this.#sweep = null;
    }
  }
}

/** What cannot even be tried; a body that no request can hold would end the stream for all. */
function refusal(
  closed: boolean,
  pending: ReadonlyMap<string, Pending>,
  { clientId, body }: { readonly clientId: string; readonly body: string },
): SendOutcome | null {
  const refuse = (code: string, sentence: string): SendOutcome => ({
    ok: false,
    code,
    outcome: "definite",
    sentence,
    tried: [],
  });
  if (closed) return refuse("invalid", "The stream is closed.");
  if (Buffer.byteLength(body) > REQUEST_ITEMS_BYTES_MAX) return refuse("too_large", "The message is too long.");
  if (pending.has(clientId)) return refuse("invalid", "An item with this client id is under way.");
  if (pending.size >= PENDING_MAX) return refuse("slow_down", "Too many items are under way.");
  return null;
}
