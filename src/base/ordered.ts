/** Searches arrays of texts that are in ascending order. */

/** The index of the text, or the index at which it belongs. */
export function placeIn(ordered: readonly string[], text: string): number {
  let [low, high] = [0, ordered.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ordered[middle]! < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
