/** Members that a leader dropped for lack of progress, and how long each stays out: longer each time. */
import type { ReplicaId } from "../view.ts";

const EXCLUDED_MS = { first: 4_000, max: 60_000 } as const;

/** Of one leadership. */
export class Exclusions {
  readonly #waits = new Map<ReplicaId, { waitMs: number; nextMs: number }>();

  exclude(id: ReplicaId): void {
    const waitMs = this.#waits.get(id)?.nextMs ?? EXCLUDED_MS.first;
    this.#waits.set(id, { waitMs, nextMs: Math.min(waitMs * 2, EXCLUDED_MS.max) });
  }

  /** It may not come back yet. */
  has(id: ReplicaId): boolean {
    return (this.#waits.get(id)?.waitMs ?? 0) > 0;
  }

  tick(elapsedMs: number): void {
    for (const wait of this.#waits.values()) wait.waitMs -= elapsedMs;
  }
}
