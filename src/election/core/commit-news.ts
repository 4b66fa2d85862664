/**
 * When a follower hears that entries are committed, if no entries go to it anyway. At once if its
 * own callers wait for that. Else the news rests a little: mostly the next entries take it along,
 * which saves a frame to each follower and what it does with it, while it has better to do.
 */
import type { Progress } from "./progress.ts";
import type { Seq } from "../view.ts";

/** Of one leadership. */
export class CommitNews {
  /** The commit that rests now, and the newest one that has rested. */
  #resting: Seq | null = null;
  #rested: Seq = 0;

  isDue({ sentCommit, owed }: Progress, commit: Seq): boolean {
    return sentCommit < commit && (sentCommit < owed || sentCommit < this.#rested);
  }

  /** Somebody was not told of this commit. True: ask for a `rest`. */
  rest(commit: Seq): boolean {
    if (this.#resting !== null) return false;
    this.#resting = commit;
    return true;
  }

  /** The `rest` is over. */
  over(): void {
    this.#rested = this.#resting ?? 0;
    this.#resting = null;
  }
}
