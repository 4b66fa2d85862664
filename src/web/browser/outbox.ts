/**
 * Unsent messages, in order. A message keeps its id from the first try to the last one, at any replica. It stays here
 * until a replica has confirmed that all replicas in step have saved it.
 */
import type { UnsentItem } from "./kept-state.ts";
import { type AnswerJson, isOtherLogin, isPassing, newId, post, sleep, waitBefore } from "./requests.ts";
import type { Rows } from "./rows.ts";
import { UnsentRows } from "./unsent-rows.ts";

/** A message that is not saved after this time shows that it waits. */
const SLOW_MS = 3000;

interface OutboxInput {
  readonly me: string;
  /** The page's own list, which the page stores. */
  readonly unsent: UnsentItem[];
  readonly onSent: (item: UnsentItem, answer: AnswerJson) => void;
  /** True if the text went back into the field. */
  readonly onRefused: (item: UnsentItem, sentence: string, field: string | undefined) => boolean;
  /** True if this browser has a draft for the conversation. */
  readonly hasDraft: (conversation: string) => boolean;
  readonly onLogin: () => void;
  readonly onOther: (name: string) => void;
  readonly onChange: () => void;
}

/** Sends messages. Nothing is sent before the first `open`. */
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

  /** Draws the unsent messages of a conversation that was opened, if it is one, and continues to send all of them. */
  open(roll: Rows | null): void {
    if (roll !== null) this.#rows.open(roll);
    for (const item of this.#input.unsent) this.#rows.draw(item);
    void this.#run();
  }

  /** The conversation is not shown any more. */
  close(roll: Rows | null): void {
    if (roll !== null) this.#rows.close(roll);
  }

  add(message: Pick<UnsentItem, "conversation" | "to" | "body" | "about" | "readUpTo" | "also" | "files">): UnsentItem {
    const item: UnsentItem = { id: newId(), ...message, failed: null, at: Date.now() };
    this.#input.unsent.push(item);
    this.#input.onChange();
    this.#send(item);
    return item;
  }

  /** A replica is back, so the next try begins at once. */
  hurry(): void {
    this.#wake?.();
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

  /** Sends one message until it is saved or refused. False if the login has ended. */
  async #deliver(item: UnsentItem): Promise<boolean> {
    const isEdit = item.about?.kind === "edit";
    const path = item.conversation === null ? "/to" : `/c/${item.conversation}/${isEdit ? "edit" : "messages"}`;
    const fields = {
      id: item.id,
      body: item.body,
      ...(item.about === null ? {} : { [isEdit ? "ids" : "quoted"]: item.about.id }),
      ...(item.to === null ? {} : { name: item.to }),
      // What the user had seen when she sent it, however long the message has waited since.
      ...(item.readUpTo === "" ? {} : { readUpTo: item.readUpTo }),
      ...(item.also ? { also: "yes" } : {}),
      ...(item.files.length === 0 ? {} : { files: item.files.map(({ ticket }) => ticket) }),
      // What the user has begun since is no part of this message.
      ...(this.#input.hasDraft(item.conversation ?? "") ? { keepsDraft: "yes" } : {}),
    };
    const began = Date.now();
    for (let tries = 0; ; tries++) {
      const answer = await post(path, fields);
      if (answer.status === 200 || answer.status === 201) {
        this.#remove(item);
        if (isEdit) this.#rows.remove(item);
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
    // The text is back in the field, so its row is removed.
    if (this.#input.onRefused(item, sentence, field)) return this.#rows.remove(item);
    item.failed = sentence;
    this.#input.unsent.push(item);
    this.#input.onChange();
    this.#rows.draw(item);
  }
}
