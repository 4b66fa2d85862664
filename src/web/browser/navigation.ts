/**
 * Clicks while the page has no replica. The browser would leave for an address where nobody answers and show its own
 * error page, from which nothing leads back. So a link waits until there is a replica again, here or at another address,
 * and a form is refused with a note.
 */

/** Where the page is about to go, and whether a replica is there. */
export interface Navigation {
  /** The stream broke. Whether the replica lives is not known. */
  lost(): void;
  /** A replica answers again. */
  found(): void;
  isLost(): boolean;
  /** The page itself is about to ask for this path. */
  want(path: string): void;
  /** The path to go to instead of this page's own; null if nothing was chosen. */
  wanted(): string | null;
}

/** True for a click that the browser would answer by loading another page of ours in this tab. */
function leadsAway(event: MouseEvent, link: HTMLAnchorElement | null): link is HTMLAnchorElement {
  if (event.defaultPrevented || event.button !== 0) return false;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return false;
  if (link === null || link.target === "_blank" || link.origin !== location.origin) return false;
  // A place within this page needs no replica.
  return link.hash === "" || link.pathname !== location.pathname;
}

/** `say(text)`: a note to the person. Must be opened before anything else that listens for clicks and forms. */
export function openNavigation(say: (text: string) => void): Navigation {
  let isLost = false;
  let wanted: string | null = null;
  /** Nobody is asked for the wanted page until a replica is back. */
  let waiting = false;
  let said = false;
  const tell = (text: string): void => {
    said = text !== "";
    say(text);
  };

  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
    if (!isLost || !leadsAway(event, link)) return;
    event.preventDefault();
    wanted = link.pathname + link.search;
    waiting = true;
    tell("No connection. The page you chose opens as soon as a server answers.");
  });

  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!isLost || event.defaultPrevented || form.getAttribute("method") === "dialog") return;
    event.preventDefault();
    tell("No connection, so nothing was done. Try again in a moment.");
  });

  return {
    lost() {
      isLost = true;
    },
    found() {
      isLost = false;
      if (said) tell("");
      if (waiting && wanted !== null) location.assign(wanted);
    },
    isLost: () => isLost,
    want(path) {
      wanted = path;
      waiting = false;
    },
    wanted: () => wanted,
  };
}
