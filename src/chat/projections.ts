/**
 * Whoever follows what was applied: the streams, and later a search index, pushes, web hooks. Each stands at a
 * position of its own, so none of them needs the others, or the rows, to have stood at the same entry before.
 *
 *   apply -> Projections -> follow(ops)     what comes next, each op once
 *                        -> reread()        what was not told op by op: a start behind the rows, a snapshot
 */
import type { AppliedOp } from "./applied-op.ts";
import { standingOf, type Cursor } from "./cursor.ts";
import type { Position } from "./ports.ts";
import { viewNoKey } from "../election/view.ts";

/** One that follows. Contract: tests/contract/chat/projections.test.ts. */
export interface Projection {
  /** For logs. */
  readonly name: string;
  /**
   * The newest entry that it covers, and keeps covering if the process dies now; null if it keeps nothing and
   * wants only what comes.
   */
  position(): Cursor | null;
  /** Ops after its position, in the order of the log; `view` is the key of their view. The rows hold them already. */
  follow(ops: readonly AppliedOp[], view: string): void;
  /**
   * The rows hold what it was not told: it reads them, and covers them afterwards. `continues`: what it covers is
   * part of their history, so that what has changed since is enough; otherwise it begins anew.
   */
  reread(continues: boolean): void;
}

/**
 * Tells each projection what it does not cover yet. One that throws has lost its place, so it rereads before it is
 * told anything else; the others, and apply, go on.
 */
export class Projections {
  readonly #position: Position;
  readonly #onFailed: (name: string, error: unknown) => void;
  readonly #following = new Set<Projection>();
  /** These have thrown. */
  readonly #stale = new Set<Projection>();

  constructor(position: Position, onFailed: (name: string, error: unknown) => void) {
    this.#position = position;
    this.#onFailed = onFailed;
  }

  /** From now on it follows; what it lacks it reads at once. */
  add(projection: Projection): void {
    this.#following.add(projection);
    const at = projection.position();
    if (at === null) return;
    const standing = standingOf(at, this.#position);
    const isBehind = standing === "here" && at.seq < this.#position.applied().seq;
    // It may be ahead of the rows, after a power cut: then it waits for what it does not cover.
    if (standing === "lost" || isBehind) this.#reread(projection, isBehind);
  }

  /** Ops that were applied, in the order of the log; at least one. */
  applied(ops: readonly AppliedOp[], view: string): void {
    for (const projection of this.#following) {
      if (this.#stale.has(projection)) this.#reread(projection, false);
      else this.#guarded(projection, () => this.#tell(projection, ops, view));
    }
  }

  /** A snapshot took the place of the rows. */
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
    // The rows fell behind it, and came back by another branch: what it covers of its own is void.
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
