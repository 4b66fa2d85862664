/** The state of the user's own messages: sending, sent, saved on how many replicas, read. */
import type { Kept } from "./cluster.ts";

/** The states of one conversation. */
export class RowStates {
  #kept: Kept = { count: 0, of: 0 };

  /** Draws the state of a row. */
  draw(row: HTMLElement): void {
    const place = row.querySelector(".state");
    if (place === null || !row.classList.contains("own") || row.classList.contains("failed")) return;
    const text = this.#textOf(row);
    if (place.textContent !== text) place.textContent = text;
  }

  /** `count` replicas have saved the message. A replica never loses one, so the number only rises. */
  keep(row: HTMLElement, count: number): void {
    if (row.classList.contains("own") && row.dataset["seq"] !== undefined)
      row.dataset["kept"] = String(Math.max(Number(row.dataset["kept"] ?? 0), count));
    this.draw(row);
  }

  /** The replica reports how many have saved everything. That includes each message that was on the page before. */
  keepAll(rows: Iterable<HTMLElement>, kept: Kept): void {
    this.#kept = kept;
    for (const row of rows) this.keep(row, kept.count);
  }

  #textOf(row: HTMLElement): string {
    if (row.classList.contains("pending")) return row.dataset["waits"] === "yes" ? "waiting to send" : "sending";
    if (row.dataset["saving"] !== undefined) return row.dataset["waits"] === "yes" ? "waiting to save" : "saving";
    const held = Number(row.dataset["kept"] ?? 0);
    const parts = [held > 0 ? `saved on ${held} of ${this.#kept.of}` : "sent"];
    if (row.dataset["read"] !== undefined) parts.push("read");
    return parts.join(" · ");
  }
}
