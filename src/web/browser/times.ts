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
  end: (date) => (daysAgo(date) === 0 ? clock.format(date) : `${dayShort.format(date)}, ${clock.format(date)}`),
  from: whenText,
};

/** Shows what clocks in other time zones show. A zone that this browser does not know keeps the replica's words. */
function zoneTimes(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-zone]")) {
    try {
      const zone = new Intl.DateTimeFormat(undefined, {
        hour: "numeric",
        minute: "2-digit",
        timeZone: element.dataset["zone"] ?? "",
      });
      element.textContent = `local time ${zone.format(new Date())}`;
    } catch {
      return;
    }
  }
}

/** The longest time that setTimeout can wait is shorter than a status may last. */
const LOOK_AGAIN_MS = DAY;
let endTimer: ReturnType<typeof setTimeout> | undefined;

/** Removes the statuses that have ended, now and whenever the next one ends. */
export function endStatuses(): void {
  let next = LOOK_AGAIN_MS;
  for (const status of document.querySelectorAll<HTMLElement>("[data-until]")) {
    const ms = Number(status.dataset["until"]) - Date.now();
    if (ms <= 0) status.remove();
    else next = Math.min(next, ms);
  }
  clearTimeout(endTimer);
  endTimer = setTimeout(endStatuses, next + 1);
}

/** Rewrites every <time data-time> below `root`. */
export function localTimes(root: ParentNode): void {
  zoneTimes(root);
  for (const element of root.querySelectorAll<HTMLTimeElement>("time[data-time]")) {
    const date = new Date(element.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    const text = (TEXTS[element.dataset["time"] ?? ""] ?? clockText)(date);
    if (element.textContent !== text) element.textContent = text;
    element.title = full.format(date);
  }
}
