/** Makes a read wait until this replica has applied what the read must see, and answers it with a cursor. */
import type { Answer, Found, Refused } from "./errors.ts";
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
  async ready(at: ReadAt): Promise<Refused | null> {
    const cursor = at.cursor === undefined || at.cursor === "" ? null : parseCursor(at.cursor);
    if (cursor === null && at.cursor !== undefined && at.cursor !== "") return failedWith("invalid");
    if (at.latest === true) {
      // A cursor that is still not here after that belongs to another branch: see standingOf.
      return (await this.#deps.proposer.readIndex(READ_WAIT_MS)) ? null : failedWith("no_leader");
    }
    return cursor === null || (await this.#settled(cursor)) ? null : failedWith("no_leader");
  }

  /**
   * Runs `answer` once this replica may answer the read, or returns the error of `ready`. An answer that there is no such
   * thing, or that the user may not see it, is made again after this replica has caught up.
   */
  async read<T>(at: ReadAt, answer: () => Answer<T>): Promise<Answer<T>> {
    const late = await this.ready(at);
    if (late !== null) return late;
    const here = answer();
    const isFinal = at.latest === true || at.here === true;
    if (here.ok || isFinal || !["not_found", "not_allowed"].includes(here.error.code)) return here;
    const asked = await this.catchUp();
    return asked === "caught up" ? answer() : asked;
  }

  /** A successful answer with the cursor of a read made now. */
  ok<T>(value: T): Answer<T> {
    return { ok: true, value, cursor: this.cursor() };
  }

  /**
   * What `look` finds; if nothing, what it finds after this replica has caught up, because another replica may have it
   * already. Only then is it `missing`. Error: no_leader, if no leader could be asked.
   */
  async find<T>(look: () => T | null | false, missing: () => Refused = notFound): Promise<Found<T>> {
    const here = look();
    if (here !== null && here !== false) return { ok: true, value: here };
    const asked = await this.catchUp();
    if (asked !== "caught up") return asked;
    const found = look();
    return found === null || found === false ? missing() : { ok: true, value: found };
  }

  /**
   * What a write has changed, as it is now. The rows of a replica whose disk is full may be behind what it has applied.
   * Errors: `gone`, if something else has deleted it since; timed_out, if no leader could be asked, because no_leader
   * would say that nothing was written.
   */
  async written<T>(look: () => T | null, gone: () => Refused = notFound): Promise<Found<T>> {
    const found = await this.find(look, gone);
    return found.ok || found.error.code !== "no_leader" ? found : failedWith("timed_out");
  }

  /**
   * Catches up with the leader: afterwards this replica has applied everything that was acknowledged before
   * the call. Error: no_leader, if none answers within 1 s. Callers share a round, but never one that began before
   * their call, because it does not cover what was acknowledged since it began.
   */
  async catchUp(): Promise<"caught up" | Refused> {
    return (await this.#askLeader()) ? "caught up" : failedWith("no_leader");
  }

  async #askLeader(): Promise<boolean> {
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

function notFound(): Refused {
  return failedWith("not_found");
}
