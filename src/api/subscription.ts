/**
 * One Subscribe call: sends the feed's items in order, at the reader's pace. It queues nothing:
 * it takes the next item from the feed only when the connection has room. The feed is therefore
 * the only queue of a slow reader, and it is bounded (1 MiB, then OVERFLOW).
 */
import type { ServerWritableStream } from "@grpc/grpc-js";
import { CHAT_WIRE, type ChatRequest } from "../../proto/chat-wire.ts";
import {
  _lastword_v1_SubscribeResponse_Reset_Reason as ResetReason,
  type WireSubscribeResponse,
} from "../../proto/gen/lastword/v1/SubscribeResponse.ts";
import type { Encodable } from "../../proto/message-type.ts";
import type { ChatError } from "../chat/errors.ts";
import type { Feed, FeedEvent, FeedItem } from "../chat/chat-service.ts";
import type { BadRequest } from "./method.ts";
import { NOT_LOGGED_IN, brokenReply, replyOf } from "./status-reply.ts";
import type { StatusReply } from "./status-reply.ts";
import { wireMessage } from "./wire-message.ts";

type Request = ChatRequest<"Subscribe"> | BadRequest;
/** A call whose responses are written as bytes; see `encodeItem`. */
export type SubscribeCall = ServerWritableStream<Request, Buffer>;

const WIRE = CHAT_WIRE.Subscribe;

/** Encoded events without their cursors: readers of the same event share one encoding. */
const encoded = new WeakMap<FeedEvent, Buffer>();

/** Sends a feed to a call, and closes the feed when either side ends the call. */
export class Subscription {
  readonly #call: SubscribeCall;
  readonly #feed: Feed;
  readonly #onOver: () => void;
  readonly #onCaught: (error: unknown) => void;
  #over = false;
  /** Wakes `run` while it waits for room. */
  #wake: (() => void) | null = null;

  constructor(deps: { call: SubscribeCall; feed: Feed; onOver: () => void; onCaught: (error: unknown) => void }) {
    this.#call = deps.call;
    this.#feed = deps.feed;
    this.#onOver = deps.onOver;
    this.#onCaught = deps.onCaught;
    this.#call.on("cancelled", () => this.#finish());
    this.#call.on("error", () => this.#finish());
    this.#call.on("drain", () => this.#wake?.());
  }

  /** Sends items until the feed or the call ends. Never rejects. */
  async run(startCursor: string): Promise<void> {
    try {
      await this.#write(WIRE.encodeResponse({ cursor: startCursor, ready: {} }));
      while (!this.#over) {
        const item = await this.#feed.next();
        if (this.#over) return;
        if (item === null) return this.#end(null);
        if (item.event.kind === "ended") return this.#end(replyOf(NOT_LOGGED_IN));
        await this.#write(encodeItem(item));
      }
    } catch (error) {
      this.#onCaught(error);
      this.#end(brokenReply());
    }
  }

  /** Ends the call with the error. */
  fail(error: ChatError): void {
    this.#end(replyOf(error));
  }

  /** Aborts the call without a status. */
  abort(): void {
    this.#finish();
    this.#call.destroy();
  }

  async #write(bytes: Buffer): Promise<void> {
    if (this.#over || this.#call.write(bytes)) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
  }

  #end(reply: StatusReply | null): void {
    if (this.#over) return;
    this.#finish();
    if (reply === null) this.#call.end();
    else this.#call.emit("error", reply);
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#feed.close();
    this.#wake?.();
    this.#onOver();
  }
}

/** Encodes event and cursor separately and concatenates them, which protobuf reads as one message. */
function encodeItem(item: FeedItem): Buffer {
  let event = encoded.get(item.event);
  if (event === undefined) {
    event = WIRE.encodeResponse(eventFields(item.event));
    encoded.set(item.event, event);
  }
  return Buffer.concat([event, WIRE.encodeResponse({ cursor: item.cursor })]);
}

function eventFields(event: FeedEvent): Partial<Encodable<WireSubscribeResponse>> {
  switch (event.kind) {
    case "message":
      return { message: wireMessage(event.message) };
    case "changed":
      return { changedMessage: wireMessage(event.message) };
    case "gone":
      return { deleted: { conversationId: event.conversationId, messageIds: event.messageIds } };
    case "read": {
      const { conversationId, readerId, messageIds, upTo } = event;
      return { read: { conversationId, readerId, messageIds, upTo } };
    }
    case "person":
    case "profile":
      return { user: event.person };
    case "presence":
      return { presence: event.person };
    case "conversation":
      return { conversation: { conversationId: event.conversationId } };
    case "called":
      return { called: { conversationId: event.conversationId, messageId: event.messageId, by: event.by } };
    case "draft": {
      const { conversationId, body, sessionId, timeMicros } = event;
      return { draft: { conversationId, body, sessionId, timeMicros } };
    }
    case "reports":
      return { reports: { open: event.open } };
    case "unread":
      return { unread: { conversationId: event.conversationId, from: event.from } };
    case "saved":
      return { saved: { messageId: event.messageId, conversationId: event.conversationId, saved: event.on } };
    case "typing":
      return { typing: { conversationId: event.conversationId, userId: event.userId } };
    case "reset":
      return { reset: { reason: ResetReason[event.reason] } };
    case "ended":
      return {};
  }
}
