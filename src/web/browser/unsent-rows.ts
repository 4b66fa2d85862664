/** Unsent messages and edits in the rows of the open conversations: being sent, waiting, or refused. */
import { isFewEmoji } from "../messages/emoji.ts";
import { copyOf, required } from "./elements.ts";
import { quoteOf } from "./quotes.ts";
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
  /** The conversations that are open. */
  readonly #rolls = new Set<Rows>();

  constructor(me: string, actions: RowActions) {
    this.#me = me;
    this.#actions = actions;
  }

  /** The row has the id that the confirmed message will have. An edit is shown in the row of its message. */
  #idOf(item: UnsentItem): string {
    return item.about?.kind === "edit" ? item.about.id : `${this.#me}-${item.id}`;
  }

  open(roll: Rows): void {
    this.#rolls.add(roll);
  }

  close(roll: Rows): void {
    this.#rolls.delete(roll);
  }

  #rollOf({ conversation }: UnsentItem): Rows | undefined {
    return Array.from(this.#rolls).find((roll) => roll.conversation === conversation);
  }

  /** Draws a message at the end of its conversation, if that is open. */
  draw(item: UnsentItem): void {
    const roll = this.#rollOf(item);
    if (roll === undefined) return;
    const isEdit = item.about?.kind === "edit";
    const row = this.#rowOf(item) ?? (isEdit ? null : this.#bubble(item));
    if (row === null) return;
    if (!row.isConnected) roll.addPending(row);
    if (isEdit) row.dataset["saving"] = "yes";
    row.classList.toggle("failed", item.failed !== null);
    row.querySelector(".failure")?.remove();
    if (item.failed === null) roll.redraw(row);
    else this.#addFailure(row, item);
  }

  /** Takes away the row, or what it says about an edit. */
  remove(item: UnsentItem): void {
    if (item.about?.kind !== "edit") return this.#rollOf(item)?.removeIds([this.#idOf(item)]);
    const row = this.#rowOf(item);
    if (row === null) return;
    delete row.dataset["saving"];
    delete row.dataset["waits"];
    row.classList.remove("failed");
    row.querySelector(".failure")?.remove();
    this.#rollOf(item)?.redraw(row);
  }

  /** Shows that a message waits. The page sends it again by itself; the button does so at once. */
  sayItWaits(item: UnsentItem, onPress: () => void): void {
    const row = this.#rowOf(item);
    const isUnderWay = row?.classList.contains("pending") === true || row?.dataset["saving"] !== undefined;
    if (row === null || row.dataset.waits === "yes" || !isUnderWay) return;
    row.dataset.waits = "yes";
    this.#rollOf(item)?.redraw(row);
    const line = copyOf("failure");
    required("button:not(.plain)", line).addEventListener("click", onPress);
    // A replica may have saved the message, so it cannot be discarded.
    required("button.plain", line).remove();
    required("span", line).remove();
    required(".bubble", row).append(line);
  }

  #rowOf(item: UnsentItem): HTMLElement | null {
    return document.getElementById(`m-${this.#idOf(item)}`);
  }

  #bubble(item: UnsentItem): HTMLElement {
    const row = copyOf("pending-row");
    row.id = `m-${this.#idOf(item)}`;
    row.dataset["author"] = this.#me;
    row.dataset["micros"] = String(Date.now() * 1000);
    const body = required(".body", row);
    body.textContent = item.body || item.files.map(({ name }) => name).join(", ");
    body.classList.toggle("few-emoji", isFewEmoji(item.body));
    if (item.about !== null) body.before(quoteOf(item.about));
    return row;
  }

  #addFailure(row: HTMLElement, item: UnsentItem): void {
    required(".state", row).textContent = row.dataset["saving"] === undefined ? "not sent" : "not saved";
    const line = copyOf("failure");
    const [retry, drop] = [required("button:not(.plain)", line), required("button.plain", line)];
    retry.addEventListener("click", () => this.#actions.retry(item));
    drop.addEventListener("click", () => this.#actions.drop(item));
    required("span", line).textContent = item.failed;
    required(".bubble", row).append(line);
  }
}
