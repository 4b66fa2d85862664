/** At which point of the log a read answers, and what cursor it answers with. */
import type { Answer, ChatError } from "./errors.ts";
import { formatCursor, parseCursor, standingOf, type Cursor } from "./cursor.ts";
import { failedWith } from "./sentences.ts";
import type { ReadAt } from "./service.ts";
import type { ChatDeps } from "./writer.ts";

/** How long a read waits for its cursor, or for the leader's word. */
export const READ_WAIT_MS = 2_000;

/** Bound on a read-index round made because a look-up found nothing. */
const FRESHEN_MS = 1_000;

export class Reading {
  readonly #deps: ChatDeps;
  #freshening: Promise<boolean> | null = null;

  constructor(deps: ChatDeps) {
    this.#deps = deps;
  }

  /** Cursor of what a read made now is based on. */
  cursor(): string {
    const { position, queries } = this.#deps;
    const seq = queries().appliedSeq();
    return formatCursor(position.viewNoAt(seq) ?? position.applied().viewNo, seq);
  }

  /** Waits until this replica may answer the read; null, or why it may not. */
  async ready(at: ReadAt): Promise<{ ok: false; error: ChatError } | null> {
    if (at.latest === true && !(await this.#deps.proposer.readIndex(READ_WAIT_MS))) return failedWith("no_leader");
    if (at.cursor === undefined || at.cursor === "") return null;
    const cursor = parseCursor(at.cursor);
    if (cursor === null) return failedWith("invalid");
    return (await this.#reached(cursor)) ? null : failedWith("no_leader");
  }

  /** Answers a read with its cursor, once it may be answered. */
  async read<T>(at: ReadAt, answer: () => Answer<T>): Promise<Answer<T>> {
    return (await this.ready(at)) ?? answer();
  }

  ok<T>(value: T): Answer<T> {
    return { ok: true, value, cursor: this.cursor() };
  }

  /**
   * Catches up with the leader once: for look-ups that found nothing here, which may only
   * mean that this replica is a moment behind. Rounds asked for at one time are one.
   */
  async freshen(): Promise<boolean> {
    this.#freshening ??= this.#deps.proposer.readIndex(FRESHEN_MS).finally(() => {
      this.#freshening = null;
    });
    return await this.#freshening;
  }

  async #reached(cursor: Cursor): Promise<boolean> {
    const { position, clock } = this.#deps;
    const until = clock.nowMs() + READ_WAIT_MS;
    // A cursor of a branch that lost is answered with what is here: its entries have moved.
    while (standingOf(cursor, position) === "ahead") {
      const left = until - clock.nowMs();
      if (left <= 0) return false;
      if (!(await position.waitApplied(Math.max(cursor.seq, position.applied().seq + 1), left))) return false;
    }
    return true;
  }
}
