/** The words below the user's own messages: sending, sent, on how many replicas, read. */
import type { Kept } from "./cluster.ts";

/** Those of one conversation. */
export class RowStates {
  #kept: Kept = { count: 0, of: 0 };

  /** Draws what a row says about its own state. */
  draw(row: HTMLElement): void {
    const place = row.querySelector(".state");
    if (place === null || !row.classList.contains("own") || row.classList.contains("failed")) return;
    const text = this.#textOf(row);
    if (place.textContent !== text) place.textContent = text;
  }

  /** A row stays on every disk that it ever was on, so its number only rises. */
  keep(row: HTMLElement, count: number): void {
    if (row.classList.contains("own") && row.dataset["seq"] !== undefined)
      row.dataset["kept"] = String(Math.max(Number(row.dataset["kept"] ?? 0), count));
    this.draw(row);
  }

  /** What the replica says now. It holds for every row that was here before the replica said so. */
  keepAll(rows: Iterable<HTMLElement>, kept: Kept): void {
    this.#kept = kept;
    for (const row of rows) this.keep(row, kept.count);
  }

  #textOf(row: HTMLElement): string {
    if (row.classList.contains("pending")) return row.dataset["waits"] === "yes" ? "waiting to send" : "sending";
    const held = Number(row.dataset["kept"] ?? 0);
    const parts = [held > 0 ? `saved on ${held} of ${this.#kept.of}` : "sent"];
    if (row.dataset["read"] !== undefined) parts.push("read");
    return parts.join(" · ");
  }
}
