/** The messages of the open conversation (roll.ts), as other parts of the page use them. */
export interface Rows {
  readonly conversation: string;
  readonly list: HTMLElement;
  readonly log: HTMLElement;
  /** All messages, oldest first, including unsent ones. */
  rows(): NodeListOf<HTMLElement>;
  removeIds(ids: readonly string[]): void;
  addPending(row: HTMLElement): void;
  /** Draws the state of a row again. */
  redraw(row: HTMLElement): void;
  /** Shows these messages as read, and all confirmed ones up to `upTo` (a seq; -1 for none). */
  clearUnread(ids: readonly string[], upTo: number): void;
  restoreUnread(ids: readonly string[]): void;
}
