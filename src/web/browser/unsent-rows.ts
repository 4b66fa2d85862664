/** Unsent messages as rows of the open conversation: being sent, waiting, or refused. */
import { isFewEmoji } from "../messages/emoji.ts";
import { copyOf, required } from "./elements.ts";
import type { UnsentItem } from "./kept-state.ts";
import type { Rows } from "./rows.ts";

/** What the user can do about a refused message. */
interface RowActions {
  retry(item: UnsentItem): void;
  drop(item: UnsentItem): void;
}

export class UnsentRows {
  readonly #me: string;
  readonly #actions: RowActions;
  #roll: Rows | null = null;

  constructor(me: string, actions: RowActions) {
    this.#me = me;
    this.#actions = actions;
  }

  /** The row has the id that the confirmed message will have. */
  idOf(item: UnsentItem): string {
    return `${this.#me}-${item.id}`;
  }

  /** The conversation that is open now; null for none. */
  show(open: Rows | null): void {
    this.#roll = open;
  }

  /** Draws a message at the end of its conversation, if that is open. */
  draw(item: UnsentItem): void {
    const roll = this.#roll;
    if (roll === null || item.conversation !== roll.conversation) return;
    const row = this.#rowOf(item) ?? this.#bubble(item);
    if (!row.isConnected) roll.addPending(row);
    row.classList.toggle("failed", item.failed !== null);
    row.querySelector(".failure")?.remove();
    if (item.failed === null) roll.redraw(row);
    else this.#addFailure(row, item);
  }

  remove(item: UnsentItem): void {
    this.#roll?.removeIds([this.idOf(item)]);
  }

  /** Shows that a message waits. The page sends it again by itself; the button does so at once. */
  sayItWaits(item: UnsentItem, onPress: () => void): void {
    const row = this.#rowOf(item);
    if (row === null || row.dataset.waits === "yes" || !row.classList.contains("pending")) return;
    row.dataset.waits = "yes";
    this.#roll?.redraw(row);
    const line = copyOf("failure");
    required("button:not(.plain)", line).addEventListener("click", onPress);
    // A replica may have saved the message, so it cannot be discarded.
    required("button.plain", line).remove();
    required("span", line).remove();
    required(".bubble", row).append(line);
  }

  #rowOf(item: UnsentItem): HTMLElement | null {
    return document.getElementById(`m-${this.idOf(item)}`);
  }

  #bubble(item: UnsentItem): HTMLElement {
    const row = copyOf("pending-row");
    row.id = `m-${this.idOf(item)}`;
    row.dataset["author"] = this.#me;
    row.dataset["micros"] = String(Date.now() * 1000);
    const body = required(".body", row);
    body.textContent = item.body;
    body.classList.toggle("few-emoji", isFewEmoji(item.body));
    return row;
  }

  #addFailure(row: HTMLElement, item: UnsentItem): void {
    required(".state", row).textContent = "not sent";
    const line = copyOf("failure");
    const [retry, drop] = [required("button:not(.plain)", line), required("button.plain", line)];
    retry.addEventListener("click", () => this.#actions.retry(item));
    drop.addEventListener("click", () => this.#actions.drop(item));
    required("span", line).textContent = item.failed;
    required(".bubble", row).append(line);
  }
}
