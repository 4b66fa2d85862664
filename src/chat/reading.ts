/** At which point of the log a read answers, and what cursor it answers with. */
import type { Answer, ChatError } from "./errors.ts";
import { formatCursor, parseCursor, standingOf, type Cursor } from "./cursor.ts";
import { failedWith } from "./sentences.ts";
import type { ReadAt } from "./chat-service.ts";
import type { ChatDeps } from "./ports.ts";

/** How long a read waits for its cursor, or for the leader's word. */
export const READ_WAIT_MS = 2_000;

/** A replica in step is behind by some ms only: so long a read waits for its cursor before it asks the leader. */
const LAG_MS = 100;

/** Bound on a read-index round that several callers share. */
const ROUND_MS = 1_000;

export class Reading {
  readonly #deps: ChatDeps;
  #round: Promise<boolean> | null = null;
  #nextRound: Promise<boolean> | null = null;

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
    const cursor = at.cursor === undefined || at.cursor === "" ? null : parseCursor(at.cursor);
    if (cursor === null && at.cursor !== undefined && at.cursor !== "") return failedWith("invalid");
    if (at.latest === true) {
      // A cursor that is not here after that is of another branch: see standingOf.
      return (await this.#deps.proposer.readIndex(READ_WAIT_MS)) ? null : failedWith("no_leader");
    }
    return cursor === null || (await this.#settled(cursor)) ? null : failedWith("no_leader");
  }

  /** Answers a read with its cursor, once it may be answered. */
  async read<T>(at: ReadAt, answer: () => Answer<T>): Promise<Answer<T>> {
    return (await this.ready(at)) ?? answer();
  }

  ok<T>(value: T): Answer<T> {
    return { ok: true, value, cursor: this.cursor() };
  }

  /**
   * Catches up with the leader: this replica then has applied all that was acknowledged before this call.
   * False if no leader answers in time. Callers share a round, but never one that began before they asked:
   * it says nothing about what they have seen since.
   */
  async catchUp(): Promise<boolean> {
    if (this.#round === null) return await this.#beginRound();
    this.#nextRound ??= this.#round.then(() => {
      this.#nextRound = null;
      return this.#beginRound();
    });
    return await this.#nextRound;
  }

  #beginRound(): Promise<boolean> {
    this.#round = this.#deps.proposer.readIndex(ROUND_MS).finally(() => {
      this.#round = null;
    });
    return this.#round;
  }

  /**
   * True once it is known where the cursor stands. A cursor of a branch that lost, or that died with its disks,
   * is answered with what is here: its entries have moved, or are not to be had.
   */
  async #settled(cursor: Cursor): Promise<boolean> {
    const { position, clock } = this.#deps;
    const until = clock.nowMs() + LAG_MS;
    while (standingOf(cursor, position) === "ahead") {
      const left = until - clock.nowMs();
      if (left <= 0) return await this.#deps.proposer.readIndex(READ_WAIT_MS - LAG_MS);
      await position.waitApplied(Math.max(cursor.seq, position.applied().seq + 1), left);
    }
    return true;
  }
}
