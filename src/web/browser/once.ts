/** What this browser has been told or asked once, and need not be again. */

const nameOf = (what: string): string => `lastword-once-${what}`;

/** Whether that is done. */
export function isDone(what: string): boolean {
  try {
    return localStorage.getItem(nameOf(what)) !== null;
  } catch {
    // The browser forbids storage: told again, but not on the same page (the callers see to that).
    return false;
  }
}

/** Remembers that it is done. */
export function setDone(what: string): void {
  try {
    localStorage.setItem(nameOf(what), "yes");
  } catch {
    // The browser forbids storage.
  }
}
