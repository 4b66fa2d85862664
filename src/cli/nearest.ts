/** Finds the word that a person most likely meant who mistyped one. */

/** How many letters may be wrong, missing or superfluous. */
const TYPOS_MAX = 2;

/** The word that is most like a mistyped one; null if none is close. */
export function nearest(mistyped: string, words: readonly string[]): string | null {
  let best: { word: string; distance: number } | null = null;
  for (const word of words) {
    const distance = editDistance(mistyped, word);
    if (best === null || distance < best.distance) best = { word, distance };
  }
  // A word of two letters with two typos would be another word.
  return best !== null && best.distance <= Math.min(TYPOS_MAX, mistyped.length - 1) ? best.word : null;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, replaced));
    }
    row = next;
  }
  return row[b.length]!;
}
