/** What other parts of the page ask of the messages of the open conversation (roll). */
export interface Rows {
  readonly conversation: string;
  readonly list: HTMLElement;
  readonly log: HTMLElement;
  /** All messages, oldest first, also those that wait to be sent. */
  rows(): NodeListOf<HTMLElement>;
  removeIds(ids: readonly string[]): void;
  addPending(row: HTMLElement): void;
  /** Draws anew what a row says about its own state. */
  redraw(row: HTMLElement): void;
  /** Shows these as read, and all confirmed ones up to `upTo` (a seq; -1 for none). */
  clearUnread(ids: readonly string[], upTo: number): void;
  restoreUnread(ids: readonly string[]): void;
}
