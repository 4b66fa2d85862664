/**
 * Unsent messages, in order. Each has its id from the first keypress on Enter to the last retry, at whatever replica; it
 * leaves the box only when a replica has said that all of them keep it.
 */
import type { UnsentItem } from "./kept-state.ts";
import { type AnswerJson, isOtherLogin, isPassing, newId, post, sleep, waitBefore } from "./requests.ts";
import type { Rows } from "./rows.ts";
import { UnsentRows } from "./unsent-rows.ts";

/** A message that is not kept after this long says that it waits. */
const SLOW_MS = 3000;

interface OutboxInput {
  readonly me: string;
  /** The list itself, kept and stored by the page. */
  readonly unsent: UnsentItem[];
  readonly onSent: (item: UnsentItem, answer: AnswerJson) => void;
  /** Answers true if it went back to where it was typed. */
  readonly onRefused: (item: UnsentItem, sentence: string, field: string | undefined) => boolean;
  readonly onLogin: () => void;
  readonly onOther: (name: string) => void;
  readonly onChange: () => void;
}

/** Messages on their way. Nothing is sent before the first `show`. */
export class Outbox {
  readonly #input: OutboxInput;
  readonly #rows: UnsentRows;
  #running = false;
  #wake: (() => void) | null = null;

  constructor(input: OutboxInput) {
    this.#input = input;
    this.#rows = new UnsentRows(input.me, {
      retry: (item) => {
        item.failed = null;
        input.onChange();
        this.#send(item);
      },
      drop: (item) => {
        this.#remove(item);
        this.#rows.remove(item);
      },
    });
  }

  /** Draws those of the conversation that is open now, and goes on sending all of them. Null where none is open. */
  show(open: Rows | null): void {
    this.#rows.show(open);
    for (const item of this.#input.unsent) this.#rows.draw(item);
    void this.#run();
  }

  add(message: Pick<UnsentItem, "conversation" | "to" | "body" | "readUpTo">): UnsentItem {
    const { conversation, to, body, readUpTo } = message;
    const item: UnsentItem = { id: newId(), conversation, to, body, readUpTo, failed: null, at: Date.now() };
    this.#input.unsent.push(item);
    this.#input.onChange();
    this.#send(item);
    return item;
  }

  /** A replica is back: no reason to wait any longer. */
  hurry(): void {
    this.#wake?.();
  }

  /** It has arrived by another way: the stream was faster than the answer. */
  has(rowId: string): boolean {
    return this.#input.unsent.some((item) => rowId === `m-${this.#rows.idOf(item)}`);
  }

  #send(item: UnsentItem): void {
    this.#rows.draw(item);
    void this.#run();
  }

  #remove(item: UnsentItem): void {
    const { unsent, onChange } = this.#input;
    const at = unsent.indexOf(item);
    if (at >= 0) unsent.splice(at, 1);
    onChange();
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (;;) {
      const item = this.#input.unsent.find((one) => one.failed === null);
      if (item === undefined || !(await this.#deliver(item))) break;
    }
    this.#running = false;
  }

  /** One message until it is kept or refused; false if the login is gone. */
  async #deliver(item: UnsentItem): Promise<boolean> {
    const path = item.conversation === null ? "/to" : `/c/${item.conversation}/messages`;
    const fields = {
      id: item.id,
      body: item.body,
      ...(item.to === null ? {} : { name: item.to }),
      // As she saw it when she wrote, however long the message waits here.
      ...(item.readUpTo === "" ? {} : { readUpTo: item.readUpTo }),
    };
    const began = Date.now();
    for (let tries = 0; ; tries++) {
      const answer = await post(path, fields);
      if (answer.status === 200 || answer.status === 201) {
        this.#remove(item);
        this.#input.onSent(item, answer.json);
        return true;
      }
      if (answer.status === 401) {
        this.#input.onLogin();
        return false;
      }
      if (isOtherLogin(answer)) {
        this.#input.onOther(answer.json.name ?? "somebody else");
        return false;
      }
      if (!isPassing(answer.status)) {
        this.#refused(item, answer.json.sentence ?? "This was refused.", answer.json.field);
        return true;
      }
      if (Date.now() - began > SLOW_MS) this.#rows.sayItWaits(item, () => this.hurry());
      const pause = answer.status === 429 ? (answer.json.retryAfterMs ?? 1000) : waitBefore(tries);
      await Promise.race([sleep(pause), new Promise<void>((done) => (this.#wake = done))]);
    }
  }

  #refused(item: UnsentItem, sentence: string, field: string | undefined): void {
    this.#remove(item);
    // Back where it was typed, so not also here.
    if (this.#input.onRefused(item, sentence, field)) return this.#rows.remove(item);
    item.failed = sentence;
    this.#input.unsent.push(item);
    this.#input.onChange();
    this.#rows.draw(item);
  }
}
