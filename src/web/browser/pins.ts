/** How many messages of a conversation are pinned, in its head, as the rows of the open page and events tell. */

/** The pins of one conversation. */
export class Pins {
  #link: HTMLElement | null;
  #ids = new Set<string>();

  /** `link`: in the head; null if the head has none. */
  constructor(link: HTMLElement | null) {
    this.#link = link;
    this.#read();
  }

  /** A row of a message as it is now, whether the page shows it or not. */
  saw({ dataset }: HTMLElement): void {
    const { id } = dataset;
    if (id === undefined || this.#ids.has(id) === (dataset["pinned"] !== undefined)) return;
    if (!this.#ids.delete(id)) this.#ids.add(id);
    this.#draw();
  }

  /** These messages are deleted. */
  gone(ids: readonly string[]): void {
    for (const id of ids) this.#ids.delete(id);
    this.#draw();
  }

  /** The link as a replica has rendered it anew; null: it did not. */
  take(link: HTMLElement | null): void {
    if (link === null || this.#link === null) return;
    this.#link.replaceWith(link);
    this.#link = link;
    this.#read();
  }

  #read(): void {
    this.#ids = new Set((this.#link?.dataset["ids"] ?? "").split(" ").filter((id) => id !== ""));
  }

  #draw(): void {
    if (this.#link === null) return;
    this.#link.hidden = this.#ids.size === 0;
    const count = this.#link.querySelector("b");
    if (count !== null) count.textContent = String(this.#ids.size);
  }
}
