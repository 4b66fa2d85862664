/**
 * Projections follow what is applied: the streams now, a search index, pushes or web hooks later. Each has its own
 * position, so that none depends on how far the others, or the rows, had come before a restart.
 *
 *   apply -> Projections -> follow(ops)     the next ops, each one once
 *                        -> reread()        changes that come without ops: a start behind the rows, a snapshot
 */
import type { AppliedOp } from "./applied-op.ts";
import { standingOf, type Cursor } from "./cursor.ts";
import type { Position } from "./ports.ts";
import { viewNoKey } from "../election/view.ts";

/** One projection. Contract: tests/contract/chat/projections.test.ts. */
export interface Projection {
  /** For logs. */
  readonly name: string;
  /**
   * The newest entry that the projection covers and would still cover if the process died now. Null if it stores
   * nothing and needs only new ops.
   */
  position(): Cursor | null;
  /**
   * Takes ops after its position, in the order of the log; `view` is the key of their view. The rows already
   * contain them.
   */
  follow(ops: readonly AppliedOp[], view: string): void;
  /**
   * Reads what it lacks from the rows, and covers all of them afterwards. `continues`: what it covers is part of the
   * rows' history, so it need only read what has changed since; otherwise it must start over.
   */
  reread(continues: boolean): void;
}

/**
 * Gives each projection what it does not cover yet. A projection that throws has lost its position, so it rereads
 * before it gets more ops. The other projections and apply are not affected.
 */
export class Projections {
  readonly #position: Position;
  readonly #onFailed: (name: string, error: unknown) => void;
  readonly #following = new Set<Projection>();
  /** Projections that have thrown. */
  readonly #stale = new Set<Projection>();

  constructor(position: Position, onFailed: (name: string, error: unknown) => void) {
    this.#position = position;
    this.#onFailed = onFailed;
  }

  /** Adds a projection, which first reads what it lacks from the rows. */
  add(projection: Projection): void {
    this.#following.add(projection);
    const at = projection.position();
    if (at === null) return;
    const standing = standingOf(at, this.#position);
    const isBehind = standing === "here" && at.seq < this.#position.applied().seq;
    // After a power cut it may be ahead of the rows. It then gets no ops until they pass its position.
    if (standing === "lost" || isBehind) this.#reread(projection, isBehind);
  }

  /** Passes on ops that were applied: at least one, in the order of the log; `view` is the key of their view. */
  applied(ops: readonly AppliedOp[], view: string): void {
    for (const projection of this.#following) {
      if (this.#stale.has(projection)) this.#reread(projection, false);
      else this.#guarded(projection, () => this.#tell(projection, ops, view));
    }
  }

  /** Called when a snapshot has replaced the rows. */
  replaced(): void {
    for (const projection of this.#following) {
      const at = projection.position();
      this.#reread(projection, at !== null && standingOf(at, this.#position) === "here");
    }
  }

  #tell(projection: Projection, ops: readonly AppliedOp[], view: string): void {
    const at = projection.position();
    if (at === null || ops[0]!.seq > at.seq) return projection.follow(ops, view);
    const news = ops.filter((op) => op.seq > at.seq);
    // The rows had fallen behind the projection and then took another branch, so what it covers is invalid.
    const isVoid = ops.some((op) => op.seq === at.seq) && viewNoKey(at.viewNo) !== view;
    if (isVoid) projection.reread(false);
    else if (news.length > 0) projection.follow(news, view);
  }

  #reread(projection: Projection, continues: boolean): void {
    this.#stale.delete(projection);
    this.#guarded(projection, () => projection.reread(continues));
  }

  #guarded(projection: Projection, tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#stale.add(projection);
      this.#onFailed(projection.name, error);
    }
  }
}
