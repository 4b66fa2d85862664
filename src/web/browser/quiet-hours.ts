/** The hours at which nobody is called. */

const MINUTES_OF_DAY = 24 * 60;

/** Minutes since midnight; null: none. */
function minutesOf(text: string): number | null {
  const [hours = NaN, minutes = NaN] = text.split(":").map(Number);
  return Number.isInteger(hours) && Number.isInteger(minutes) ? hours * 60 + minutes : null;
}

/** Whether it is between the two times in the reader's time zone. `hours`: "22:00-07:00"; "": never. */
export function isQuiet(hours: string, now: Date): boolean {
  const [from = null, to = null] = hours.split("-").map(minutesOf);
  if (from === null || to === null || from === to) return false;
  const at = now.getHours() * 60 + now.getMinutes();
  return (at - from + MINUTES_OF_DAY) % MINUTES_OF_DAY < (to - from + MINUTES_OF_DAY) % MINUTES_OF_DAY;
}
