/**
 * One SendStream call: takes items and sends each result as soon as it is known. It is built
 * for many items a second: it uses no timer and no await per item, sends the results of one turn
 * of the event loop together, and uses events, because `for await` never ends the client's stream.
 *
 *   data -> backlog -> chat.send (at most SEND_IN_FLIGHT_MAX) -> results -> write -> client
 *
 * An item is in flight until its result has been handed to the connection, so a client that
 * sends without reading is stopped before it fills our memory.
 */
import type { ServerDuplexStream } from "@grpc/grpc-js";
import { SEND_IN_FLIGHT_MAX, SEND_ITEMS_MAX } from "../../proto/chat-wire.ts";
import type { ChatRequest, ChatResponse } from "../../proto/chat-wire.ts";
import type { WireSendMessageRequest } from "../../proto/gen/lastword/v1/SendMessageRequest.ts";
import type { WireSendResult } from "../../proto/gen/lastword/v1/SendResult.ts";
import type { Decoded, Encodable } from "../../proto/message-type.ts";
import type { Answer, ChatError } from "../chat/errors.ts";
import type { ChatService, MessageView, SendInput, Session } from "../chat/chat-service.ts";
import { BadRequest } from "./method.ts";
import { BROKEN_FAILURE, failureOf, replyOf } from "./status-reply.ts";

type Request = ChatRequest<"SendStream"> | BadRequest;
type Response = ChatResponse<"SendStream">;
type SendItem = Decoded<WireSendMessageRequest>;
type SendResult = Encodable<WireSendResult>;

/** Responses that the connection may have been given and not yet taken. Further results wait and are sent together. */
const WRITES_OUTSTANDING_MAX = 2;

/**
 * How long one turn may spend on giving items to the chat. A client that moves here from a dead replica
 * sends hundreds at once, and on a busy machine heartbeats must not wait for all of them.
 */
const PUMP_SLICE_MS = 5;

const TOO_MANY_ITEMS: ChatError = {
  code: "too_large",
  sentence: `A request of SendStream holds at most ${SEND_ITEMS_MAX} items; send fewer at a time.`,
};

/** Runs one call from its first byte to its last. Its owner calls only `fail` and `abort`. */
export class SendStreamCall {
  readonly token: string;
  readonly #call: ServerDuplexStream<Request, Response>;
  readonly #chat: ChatService;
  readonly #session: Session;
  readonly #onOver: () => void;
  readonly #onCaught: (error: unknown) => void;
  /** Items received and not yet given to the chat; `#backlogAt` is the next one. */
  #backlog: readonly SendItem[] = [];
  #backlogAt = 0;
  /** Items given to the chat whose result is not written yet. */
  #inFlight = 0;
  #results: SendResult[] = [];
  #writing = 0;
  #flushDue = false;
  #halfClosed = false;
  #paused = false;
  #pumpDue = false;
  #failure: ChatError | null = null;
  #over = false;

  constructor(deps: {
    call: ServerDuplexStream<Request, Response>;
    chat: ChatService;
    session: Session;
    token: string;
    /** Called once, when the call has ended. */
    onOver: () => void;
    onCaught: (error: unknown) => void;
  }) {
    this.token = deps.token;
    this.#call = deps.call;
    this.#chat = deps.chat;
    this.#session = deps.session;
    this.#onOver = deps.onOver;
    this.#onCaught = deps.onCaught;
    const call = this.#call;
    call.on("data", (request: Request) => this.#onData(request));
    call.on("end", () => {
      this.#halfClosed = true;
      this.#endIfDone();
    });
    // grpc-js emits this at a normal end too.
    call.on("cancelled", () => this.#finish());
    call.on("error", () => this.#finish());
  }

  /** Accepts no more items, answers those in flight, then ends the call with the error. */
  fail(error: ChatError): void {
    if (this.#failure !== null || this.#over) return;
    this.#failure = error;
    this.#backlog = [];
    this.#backlogAt = 0;
    this.#endIfDone();
  }

  /** Aborts the call: the outcome of items without a result is unknown. */
  abort(): void {
    if (this.#over) return;
    this.#finish();
    this.#call.destroy();
  }

  #onData(request: Request): void {
    if (this.#failure !== null || this.#over) return;
    if (request instanceof BadRequest) return this.fail(request.error);
    if (request.items.length > SEND_ITEMS_MAX) return this.fail(TOO_MANY_ITEMS);
    if (this.#backlog.length === 0) this.#backlog = request.items;
    else this.#backlog = [...this.#backlog.slice(this.#backlogAt), ...request.items];
    this.#backlogAt = 0;
    this.#pump();
  }

  /** Gives the chat as many items of the backlog as may be in flight. Reads more requests only when none are left. */
  #pump(): void {
    const until = performance.now() + PUMP_SLICE_MS;
    while (this.#backlogAt < this.#backlog.length && this.#inFlight < SEND_IN_FLIGHT_MAX && performance.now() < until) {
      const item = this.#backlog[this.#backlogAt++]!;
      this.#inFlight += 1;
      this.#send(item);
    }
    if (this.#backlogAt < this.#backlog.length) {
      if (!this.#paused) {
        this.#paused = true;
        this.#call.pause();
      }
      if (this.#inFlight < SEND_IN_FLIGHT_MAX) this.#pumpSoon();
      return;
    }
    this.#backlog = [];
    this.#backlogAt = 0;
    if (this.#paused) {
      this.#paused = false;
      this.#call.resume();
    }
  }

  #pumpSoon(): void {
    if (this.#pumpDue) return;
    this.#pumpDue = true;
    setImmediate(() => {
      this.#pumpDue = false;
      if (!this.#over) this.#pump();
    });
  }

  #send(item: SendItem): void {
    const clientId = item.clientId;
    try {
      this.#chat.send(this.#session, sendInput(item)).then(
        (answer) => this.#onResult(resultOf(clientId, answer)),
        (error: unknown) => this.#broke(clientId, error),
      );
    } catch (error) {
      this.#broke(clientId, error);
    }
  }

  #broke(clientId: string, error: unknown): void {
    this.#onCaught(error);
    this.#onResult({ ...NOT_SENT, clientId, failure: BROKEN_FAILURE });
  }

  #onResult(result: SendResult): void {
    if (this.#over) return;
    this.#results.push(result);
    if (this.#flushDue) return;
    // No other result can follow in this turn, so a sender that waits for each answer gets it at once.
    if (this.#inFlight === this.#results.length) return this.#flush();
    this.#flushDue = true;
    // The items of one commit are answered in one turn, and after it their results are sent together.
    setImmediate(() => {
      this.#flushDue = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#over || this.#results.length === 0 || this.#writing >= WRITES_OUTSTANDING_MAX) return;
    const results = this.#results;
    this.#results = [];
    this.#writing += 1;
    this.#call.write({ results }, () => {
      this.#writing -= 1;
      this.#inFlight -= results.length;
      if (this.#over) return;
      this.#flush();
      this.#pump();
      this.#endIfDone();
    });
  }

  #endIfDone(): void {
    if (this.#over || this.#inFlight > 0 || this.#backlog.length > 0) return;
    if (this.#failure !== null) {
      const reply = replyOf(this.#failure);
      this.#finish();
      this.#call.emit("error", reply);
    } else if (this.#halfClosed) {
      this.#finish();
      this.#call.end();
    }
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#backlog = [];
    this.#results = [];
    this.#onOver();
  }
}

/** The input of `send` for an item. On the wire an empty string means that the field is absent. */
export function sendInput(item: SendItem): SendInput {
  const { to, conversationId, body, clientId, readUpTo, alsoInParent, quoted, files } = item;
  const input: { -readonly [Field in keyof SendInput]: SendInput[Field] } = { body, clientId };
  if (to !== "") input.to = to;
  if (conversationId !== "") input.conversationId = conversationId;
  if (readUpTo !== "") input.readUpTo = readUpTo;
  if (alsoInParent) input.alsoInParent = true;
  if (quoted !== "") input.quoted = quoted;
  if (files.length > 0) input.files = files;
  return input;
}

const NOT_SENT = { messageId: "", conversationId: "", seq: 0, timeMicros: 0, cursor: "" };

function resultOf(clientId: string, answer: Answer<MessageView>): SendResult {
  if (!answer.ok) return { ...NOT_SENT, clientId, failure: failureOf(answer.error) };
  const { id, conversationId, seq, timeMicros } = answer.value;
  return { clientId, messageId: id, conversationId, seq, timeMicros, cursor: answer.cursor, failure: null };
}
