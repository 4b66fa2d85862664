/** The time that the days of a query name, in the time zone of whoever asks. */
import type { Query } from "../../search/query.ts";

/** From `sinceMicros` on, and before `untilMicros`; microseconds since 1970. */
export interface Period {
  readonly sinceMicros: number;
  readonly untilMicros: number;
}

const EVER: Period = { sinceMicros: 0, untilMicros: Number.MAX_SAFE_INTEGER };

/**
 * What `before:`, `after:` and `on:` leave of all time; null: one of the days does not exist. `zones`: the first that
 * there is counts.
 */
export function periodOf(
  { before, after, on }: Pick<Query, "before" | "after" | "on">,
  zones: readonly string[],
  nowMicros: number,
): Period | null {
  const zone = zones.find(isZone) ?? "UTC";
  let { sinceMicros, untilMicros } = EVER;
  const bounds: [readonly string[], (day: Period) => Period][] = [
    [before, (day) => ({ ...EVER, untilMicros: day.sinceMicros })],
    [after, (day) => ({ ...EVER, sinceMicros: day.untilMicros })],
    [on, (day) => day],
  ];
  for (const [days, boundOf] of bounds) {
    for (const typed of days) {
      const day = dayOf(typed, zone, nowMicros);
      if (day === null) return null;
      const bound = boundOf(day);
      sinceMicros = Math.max(sinceMicros, bound.sinceMicros);
      untilMicros = Math.min(untilMicros, bound.untilMicros);
    }
  }
  return { sinceMicros, untilMicros };
}

function isZone(zone: string): boolean {
  try {
    return zone !== "" && Temporal.PlainDate.from("2000-01-01").toZonedDateTime(zone).timeZoneId !== "";
  } catch {
    return false;
  }
}

/** A day, a month or a year. */
function dayOf(typed: string, zone: string, nowMicros: number): Period | null {
  const today = Temporal.Instant.fromEpochMilliseconds(Math.floor(nowMicros / 1000))
    .toZonedDateTimeISO(zone)
    .toPlainDate();
  try {
    const from = firstOf(typed, today);
    const length = typed.length === 4 ? { years: 1 } : typed.length === 7 ? { months: 1 } : { days: 1 };
    return { sinceMicros: microsOf(from, zone), untilMicros: microsOf(from.add(length), zone) };
  } catch {
    return null;
  }
}

function firstOf(typed: string, today: Temporal.PlainDate): Temporal.PlainDate {
  if (typed === "today") return today;
  if (typed === "yesterday") return today.subtract({ days: 1 });
  return Temporal.PlainDate.from(`${typed}${"-01-01".slice(typed.length === 4 ? 0 : 3, typed.length === 10 ? 3 : 6)}`);
}

function microsOf(day: Temporal.PlainDate, zone: string): number {
  return day.toZonedDateTime(zone).epochMilliseconds * 1000;
}
