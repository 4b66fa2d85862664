/**
 * A subscription that survives failures of replicas: when its stream breaks, it continues at
 * the next address after its last cursor, so that no event is missed or delivered twice.
 */
import type { ClientReadableStream, Metadata, ServiceError } from "@grpc/grpc-js";
import { CHAT_WIRE } from "../../proto/chat-wire.ts";
import type { ChatResponse } from "../../proto/chat-wire.ts";
import { failureOf, retryable } from "./links.ts";
import type { ChatLinks, CallFailure } from "./links.ts";

/** One response of Subscribe: `event` says which of the fields beside the cursor is set. */
export type SubscribeResponse = ChatResponse<"Subscribe">;

export interface SubscriptionListener {
  /**
   * Called with each response, in order. `ready` comes again after each move to another address.
   * `reset` means that events are missing, so the listener must read everything again.
   */
  onEvent(response: SubscribeResponse, address: string): void;
  /** Called when the login has ended or the cursor was refused. No more events follow. close() does not call it. */
  onEnd?(failure: CallFailure): void;
}

/** A subscription, open from its construction until close() or `onEnd`. */
export class ChatSubscription {
  readonly #links: ChatLinks;
  readonly #metadata: Metadata;
  readonly #listener: SubscriptionListener;
  #cursor: string;
  #stream: ClientReadableStream<SubscribeResponse> | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #closed = false;

  /** Starts at once. An empty cursor means: events from now on. */
  constructor(deps: { links: ChatLinks; metadata: Metadata; listener: SubscriptionListener; cursor: string }) {
    this.#links = deps.links;
    this.#metadata = deps.metadata;
    this.#listener = deps.listener;
    this.#cursor = deps.cursor;
    this.#open();
  }

  /** Everything up to this cursor has been delivered. Empty before the first `ready`. */
  get cursor(): string {
    return this.#cursor;
  }

  close(): void {
    this.#closed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#stream?.cancel();
    this.#stream = null;
  }

  #open(): void {
    if (this.#closed) return;
    const wire = CHAT_WIRE.Subscribe;
    const address = this.#links.current();
    const stream = this.#links.client(address).makeServerStreamRequest(
      wire.path,
      (value: { cursor: string }) => wire.encodeRequest(value),
      (bytes: Buffer) => wire.decodeResponse(bytes),
      { cursor: this.#cursor },
      this.#metadata,
    );
    this.#stream = stream;
    stream.on("data", (response: SubscribeResponse) => {
      // The next stream delivers again whatever an abandoned stream still holds.
      if (this.#stream !== stream) return;
      this.#links.succeeded();
      this.#cursor = response.cursor;
      this.#listener.onEvent(response, address);
    });
    // grpc-js emits "status" before "end", and "end" only after the last response.
    let ok = false;
    stream.on("status", ({ code }: { code: number }) => {
      ok = code === 0;
    });
    stream.on("end", () => {
      if (ok && this.#stream === stream) this.#reopen(0);
    });
    stream.on("error", (error: ServiceError) => this.#onFailure(stream, address, failureOf(error)));
  }

  #onFailure(stream: ClientReadableStream<SubscribeResponse>, address: string, failure: CallFailure): void {
    if (this.#stream !== stream) return;
    if (!retryable(failure)) {
      this.#closed = true;
      this.#stream = null;
      this.#listener.onEnd?.(failure);
      return;
    }
    if (failure.code !== "slow_down") this.#links.leave(address);
    this.#reopen(failure.retryAfterMs);
  }

  #reopen(retryAfterMs: number): void {
    this.#stream = null;
    const pauseMs = Math.max(retryAfterMs, this.#links.pauseMs());
    this.#retry = setTimeout(() => this.#open(), pauseMs);
  }
}
