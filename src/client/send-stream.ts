/**
 * The client's side of SendStream, which survives failures of replicas: it sends items without
 * a result again at the next address under the same client id, so that each takes effect once.
 * The items of one turn of the event loop share a request, and no item has a timer of its own.
 */
import type { ClientDuplexStream, Metadata, ServiceError } from "@grpc/grpc-js";
import { CHAT_WIRE, SEND_ITEMS_MAX } from "../../proto/chat-wire.ts";
import type { ChatRequest, ChatResponse } from "../../proto/chat-wire.ts";
import type { WireSendMessageRequest } from "../../proto/gen/lastword/v1/SendMessageRequest.ts";
import type { WireSendResult } from "../../proto/gen/lastword/v1/SendResult.ts";
import type { Decoded, Encodable } from "../../proto/message-type.ts";
import { Tried, failureOf, outcomeOf, retryable } from "./links.ts";
import type { ChatLinks, CallFailure } from "./links.ts";

/** Items that may wait for a result. The stream refuses more with slow_down. */
const PENDING_MAX = 16_384;
/** Bytes of items in one request, below the service's bound of 64 KiB. */
const REQUEST_ITEMS_BYTES_MAX = 48 * 1024;
/** Bytes for the fields of an item besides its body: two names or ids and lengths. */
const ITEM_OVERHEAD_BYTES = 256;
/** How often deadlines are checked, and items are sent again whose failure may pass. */
const SWEEP_MS = 25;
/** How long all items may fail before the stream tries the next address. It doubles up to `max` while none succeeds. */
const LEAVE_AFTER_MS = { first: 1000, max: 8000 } as const;

type Items = Partial<Encodable<ChatRequest<"SendStream">>>;
type Stream = ClientDuplexStream<Items, ChatResponse<"SendStream">>;
type SendItem = Encodable<WireSendMessageRequest>;
/** The replica's result for one item. */
export type SendResult = Decoded<WireSendResult>;

/** The outcome of one item after all attempts. */
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
  /** Monotonic ms. */
  readonly deadline: number;
  /** An earlier attempt may have taken effect. */
  unknown: boolean;
  lastFailure: CallFailure | null;
  /** "sent": written to the current stream and not answered. "waiting": the sweep will queue it again. */
  state: "queued" | "sent" | "waiting";
}

const TIMED_OUT: CallFailure = {
  code: "DEADLINE_EXCEEDED",
  definite: false,
  sentence: "No answer in time.",
  retryAfterMs: 0,
};

/** Sends items in the order of `send`; results come in any order. The first item opens the connection. */
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
  /** Sending all items again is load on a cluster that may be overloaded, so each further move waits longer. */
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

  /** Sends one item. Never rejects. Two pending items must not share a client id. */
  send(message: { to?: string; conversationId?: string; body: string; clientId: string }): Promise<SendOutcome> {
    const { to = "", conversationId = "", body, clientId } = message;
    return new Promise((resolve) => {
      const refuse = refusal(this.#closed, this.#pending, message);
      if (refuse !== null) return resolve(refuse);
      const deadline = performance.now() + this.#deadlineMs;
      const item = { to, conversationId, body, clientId, readUpTo: "", alsoInParent: false, quoted: "", files: [] };
      const pending: Pending = { item, resolve, deadline, unknown: false, lastFailure: null, state: "queued" };
      this.#pending.set(clientId, pending);
      this.#queue.push(pending);
      this.#flushSoon();
    });
  }

  /** Ends the stream. The outcome of items without a result is unknown. */
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

  /** Opens a stream. Null if it is too early for another attempt; the sweep tries again. */
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
    // The sweep sends it again. At once it would fail again for the same reason.
    pending.state = "waiting";
  }

  #onBroken(stream: Stream, address: string, failure: CallFailure): void {
    if (this.#stream !== stream) return;
    this.#drop();
    if (failure.code !== "slow_down") this.#links.leave(address);
    this.#openAt = performance.now() + Math.max(failure.retryAfterMs, this.#links.pauseMs());
    for (const pending of this.#pending.values()) if (pending.state === "sent") this.#onFailure(pending, failure);
    if (!retryable(failure)) {
      // The failure concerns the login or the stream itself, so all other items would meet it too.
      for (const pending of this.#pending.values()) this.#settleLost(pending, failure);
    }
    this.#requeue();
  }

  /** Queues every item again that was not sent to the current stream, the oldest first. */
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

  /** An earlier failure says nothing about an attempt that is still under way, whose outcome is unknown. */
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

/** The refusal of an item that cannot be sent. A body that fits into no request would end the stream for all items. */
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
