/**
 * Leaving in good order (R10). A replica that was told to stop says so in its Beats and waits until the others have
 * dropped it from the view; a leader hands over first. Nothing that it acknowledged depends on it then, and the others
 * need no silence to notice that it is gone. Bounded by `stopMs`, after which it looks as if it had died.
 */
import type { Leadership } from "./leadership.ts";
import type { Self } from "./self.ts";

/** A replica that leaves and has no leader waits this long for one, then just stops. */
const LEADERLESS_MS = 1_000;

/** From being told to stop until nothing more is acknowledged. */
export class Leaving {
  /** In ms of on-time ticks. */
  #sinceTold = 0;
  #sinceLeader = 0;
  #isOver = false;

  tick(elapsedMs: number, hasLeader: boolean): void {
    this.#sinceTold += elapsedMs;
    this.#sinceLeader = hasLeader ? 0 : this.#sinceLeader + elapsedMs;
  }

  /** True once: this replica may stop now. */
  ends(self: Self, leadership: Leadership | null, heartbeat: boolean): boolean {
    if (this.#isOver || !this.#mayStop(self, leadership, heartbeat)) return false;
    this.#isOver = true;
    return true;
  }

  #mayStop(self: Self, leadership: Leadership | null, heartbeat: boolean): boolean {
    const { consistency, configured } = self.identity;
    const view = self.view();
    if (this.#sinceTold >= self.timing.stopMs || view === null) return true;
    if (leadership !== null) return leadership.mayStop();
    if (!self.isIn(view)) return true;
    // A strict view cannot shrink below a majority, so the last replicas of a majority stop without being dropped.
    if (consistency === "strict" && view.members.length * 2 - 2 <= configured.length) return heartbeat;
    return this.#sinceLeader >= LEADERLESS_MS;
  }
}
