/** Times in the reader's own zone and language; the server writes UTC for those without a script. */

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const second = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dayLong = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const dayYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const dayShort = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const startOfDay = (date: Date): Date => new Date(date.getFullYear(), date.getMonth(), date.getDate());
const daysAgo = (date: Date): number =>
  Math.round((startOfDay(new Date()).getTime() - startOfDay(date).getTime()) / DAY);

/** "Today", "Yesterday", "Monday, 23 November", "3 March 2024". */
export function dayText(date: Date): string {
  const ago = daysAgo(date);
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  return (date.getFullYear() === new Date().getFullYear() ? dayLong : dayYear).format(date);
}

/** "09:12", "yesterday", "3 Mar", and last year's with its year. */
function whenText(date: Date): string {
  if (daysAgo(date) <= 0) return clock.format(date);
  if (daysAgo(date) === 1) return "yesterday";
  return (date.getFullYear() === new Date().getFullYear() ? dayShort : dayYear).format(date);
}

function agoText(date: Date): string {
  const ms = Date.now() - date.getTime();
  if (ms < MINUTE) return "just now";
  return ms < HOUR ? `${Math.floor(ms / MINUTE)} min ago` : whenText(date);
}

const clockText = (date: Date): string => clock.format(date);

/** By the word in data-time; page/names.tsx explains each. */
const TEXTS: Readonly<Record<string, (date: Date) => string>> = {
  clock: clockText,
  second: (date) => second.format(date),
  // A list of many rows shows clock times, because "5 min ago" would be in every row.
  short: whenText,
  past: agoText,
  from: whenText,
};

/** Rewrites every <time data-time> below `root`. */
export function localTimes(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLTimeElement>("time[data-time]")) {
    const date = new Date(element.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    const text = (TEXTS[element.dataset["time"] ?? ""] ?? clockText)(date);
    if (element.textContent !== text) element.textContent = text;
    element.title = full.format(date);
  }
}
