/** Days as people name them, in their own time zone. */

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * When a day, such as "2026-11-29", begins in the first of these zones that there is, in microseconds since 1970. Null: it
 * is no day.
 */
export function startOfDay(day: string, zones: readonly string[]): number | null {
  if (!DAY.test(day)) return null;
  for (const zone of zones) {
    try {
      const micros = Temporal.PlainDate.from(day).toZonedDateTime(zone).epochMilliseconds * 1000;
      // Nothing was written before 1970, and a time of 0 stands for none.
      return Math.min(Math.max(1, micros), Number.MAX_SAFE_INTEGER);
    } catch {
      // There is no such day, or no such zone.
    }
  }
  return null;
}
