/**
 * Unsent messages, in order. Each has its id from the first keypress on Enter to the last retry,
 * at whatever replica; it leaves the box only when a replica has said that all of them keep it.
 */
import { isFewEmoji } from "../messages/emoji.ts";
import { copyOf, required } from "./elements.ts";
import type { UnsentItem } from "./kept-state.ts";
import type { Rows } from "./rows.ts";
import { type AnswerJson, isOtherLogin, isPassing, newId, post, sleep, waitBefore } from "./requests.ts";

/** Messages on their way. */
export interface Outbox {
  /** Draws those of the conversation that is open now, and goes on sending all of them. Null where none is open. */
  show(open: Rows | null): void;
  add(message: Pick<UnsentItem, "conversation" | "to" | "body" | "readUpTo">): UnsentItem;
  /** A replica is back: no reason to wait any longer. */
  hurry(): void;
  /** It has arrived by another way: the stream was faster than the answer. */
  has(rowId: string): boolean;
}

/** After so long the bubble says that it waits. */
const SLOW_MS = 3000;

function bubble(me: string, item: UnsentItem): HTMLElement {
  const row = copyOf("pending-row");
  row.id = `m-${me}-${item.id}`;
  row.dataset["author"] = me;
  row.dataset["micros"] = String(Date.now() * 1000);
  const body = required(".body", row);
  body.textContent = item.body;
  body.classList.toggle("few-emoji", isFewEmoji(item.body));
  return row;
}

/**
 * `unsent` is the list itself, kept and stored by the page. Nothing is sent before the first show(). Calls back: onSent(item, answer),
 * onRefused(item, sentence, field), onLogin(), onOther(name), onChange().
 */
export function openOutbox({
  me,
  unsent,
  onSent,
  onRefused,
  onLogin,
  onOther,
  onChange,
}: {
  readonly me: string;
  readonly unsent: UnsentItem[];
  readonly onSent: (item: UnsentItem, answer: AnswerJson) => void;
  /** Answers true if it went back to where it was typed. */
  readonly onRefused: (item: UnsentItem, sentence: string, field: string | undefined) => boolean;
  readonly onLogin: () => void;
  readonly onOther: (name: string) => void;
  readonly onChange: () => void;
}): Outbox {
  let roll: Rows | null = null;
  let running = false;
  let wake: (() => void) | null = null;

  const rowOf = (item: UnsentItem): HTMLElement | null => document.getElementById(`m-${me}-${item.id}`);

  function draw(item: UnsentItem): void {
    if (roll === null || item.conversation !== roll.conversation) return;
    const row = rowOf(item) ?? bubble(me, item);
    if (!row.isConnected) roll.addPending(row);
    row.classList.toggle("failed", item.failed !== null);
    row.querySelector(".failure")?.remove();
    if (item.failed === null) roll.redraw(row);
    else showFailure(row, item);
  }

  function showFailure(row: HTMLElement, item: UnsentItem): void {
    required(".state", row).textContent = "not sent";
    const line = copyOf("failure");
    const [retry, drop] = [required("button:not(.plain)", line), required("button.plain", line)];
    retry.addEventListener("click", () => {
      item.failed = null;
      onChange();
      draw(item);
      void run();
    });
    drop.addEventListener("click", () => {
      remove(item);
      roll?.removeIds([`${me}-${item.id}`]);
    });
    required("span", line).textContent = item.failed;
    required(".bubble", row).append(line);
  }

  function remove(item: UnsentItem): void {
    const at = unsent.indexOf(item);
    if (at >= 0) unsent.splice(at, 1);
    onChange();
  }

  /** It goes on by itself; whoever does not want to wait may press. */
  function sayItWaits(item: UnsentItem): void {
    const row = rowOf(item);
    if (row === null || row.dataset.waits === "yes" || !row.classList.contains("pending")) return;
    row.dataset.waits = "yes";
    roll?.redraw(row);
    const line = copyOf("failure");
    required("button:not(.plain)", line).addEventListener("click", () => wake?.());
    // Its outcome is not known, so it cannot be taken back.
    required("button.plain", line).remove();
    required("span", line).remove();
    required(".bubble", row).append(line);
  }

  /** One message until it is kept, refused, or the login is gone. */
  async function deliver(item: UnsentItem): Promise<boolean> {
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
        remove(item);
        onSent(item, answer.json);
        return true;
      }
      if (answer.status === 401) {
        onLogin();
        return false;
      }
      if (isOtherLogin(answer)) {
        onOther(answer.json.name ?? "somebody else");
        return false;
      }
      if (!isPassing(answer.status)) {
        const sentence = answer.json.sentence ?? "This was refused.";
        remove(item);
        if (onRefused(item, sentence, answer.json.field)) {
          // Back where it was typed, so not also here.
          roll?.removeIds([`${me}-${item.id}`]);
        } else {
          item.failed = sentence;
          unsent.push(item);
          onChange();
          draw(item);
        }
        return true;
      }
      if (Date.now() - began > SLOW_MS) sayItWaits(item);
      const pause = answer.status === 429 ? (answer.json.retryAfterMs ?? 1000) : waitBefore(tries);
      await Promise.race([sleep(pause), new Promise<void>((done) => (wake = done))]);
    }
  }

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    for (;;) {
      const item = unsent.find((one) => one.failed === null);
      if (item === undefined || !(await deliver(item))) break;
    }
    running = false;
  }

  return {
    show(open) {
      roll = open;
      for (const item of unsent) draw(item);
      void run();
    },
    add({ conversation, to, body, readUpTo }) {
      const item: UnsentItem = { id: newId(), conversation, to, body, readUpTo, failed: null, at: Date.now() };
      unsent.push(item);
      onChange();
      draw(item);
      void run();
      return item;
    },
    hurry() {
      wake?.();
    },
    has: (rowId: string) => unsent.some((item) => rowId === `m-${me}-${item.id}`),
  };
}
