/** Keeps repeated lines from filling a log: the first of a kind is due at once, then at most one a minute. */

const LINE_EVERY_MS = 60_000;

/**
 * Returns a function that counts its calls per key, and returns the count if a line is due now, else null. `now`:
 * monotonic ms. Keys are kept for ever, so they must come from a bounded set.
 */
export function rareLines(now = () => performance.now()): (key: string) => number | null {
  const counts = new Map<string, { count: number; loggedMs: number }>();
  return (key) => {
    const known = counts.get(key) ?? { count: 0, loggedMs: Number.NEGATIVE_INFINITY };
    counts.set(key, known);
    known.count++;
    if (now() - known.loggedMs < LINE_EVERY_MS) return null;
    known.loggedMs = now();
    return known.count;
  };
}
