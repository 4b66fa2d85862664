/** Makes a read wait until this replica has applied what the read must see, and answers it with a cursor. */
import type { Answer, ChatError } from "./errors.ts";
import { formatCursor, parseCursor, standingOf, type Cursor } from "./cursor.ts";
import { failedWith } from "./sentences.ts";
import type { ReadAt } from "./chat-service.ts";
import type { Clock, Position, Proposer } from "./ports.ts";
import type { Queries } from "./queries.ts";

/** How long a read waits for its cursor, or for the leader's answer. */
const READ_WAIT_MS = 2_000;

/**
 * How long a read waits for its cursor before it asks the leader. A replica that keeps up is only a few milliseconds
 * behind.
 */
const LAG_MS = 100;

/** How long a read-index round that several callers share may take. */
const ROUND_MS = 1_000;

/** What a read needs of the chat's parts. */
export interface ReadingDeps {
  readonly proposer: Pick<Proposer, "readIndex">;
  readonly position: Position;
  readonly clock: Pick<Clock, "nowMs">;
  readonly queries: () => Pick<Queries, "appliedSeq">;
}

export class Reading {
  readonly #deps: ReadingDeps;
  #round: Promise<boolean> | null = null;
  #nextRound: Promise<boolean> | null = null;

  constructor(deps: ReadingDeps) {
    this.#deps = deps;
  }

  /** The cursor to return with a read that is made now. */
  cursor(): string {
    const { position, queries } = this.#deps;
    const seq = queries().appliedSeq();
    return formatCursor(position.viewNoAt(seq) ?? position.applied().viewNo, seq);
  }

  /** Waits until this replica may answer the read. Errors: invalid (not a cursor), no_leader. */
  async ready(at: ReadAt): Promise<{ ok: false; error: ChatError } | null> {
    const cursor = at.cursor === undefined || at.cursor === "" ? null : parseCursor(at.cursor);
    if (cursor === null && at.cursor !== undefined && at.cursor !== "") return failedWith("invalid");
    if (at.latest === true) {
      // A cursor that is still not here after that belongs to another branch: see standingOf.
      return (await this.#deps.proposer.readIndex(READ_WAIT_MS)) ? null : failedWith("no_leader");
    }
    return cursor === null || (await this.#settled(cursor)) ? null : failedWith("no_leader");
  }

  /** Runs `answer` once this replica may answer the read, or returns the error of `ready`. */
  async read<T>(at: ReadAt, answer: () => Answer<T>): Promise<Answer<T>> {
    return (await this.ready(at)) ?? answer();
  }

  /** A successful answer with the cursor of a read made now. */
  ok<T>(value: T): Answer<T> {
    return { ok: true, value, cursor: this.cursor() };
  }

  /**
   * Catches up with the leader: afterwards this replica has applied everything that was acknowledged before
   * the call. False if no leader answers within 1 s. Callers share a round, but never one that began before
   * their call, because it does not cover what was acknowledged since it began.
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
   * True once this replica knows that the cursor is here or lost; false if no leader answers. A read with a lost
   * cursor (of a losing branch, or of one that died with its disks) is answered with what is here, because its
   * entries have moved or no longer exist.
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
