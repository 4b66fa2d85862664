/**
 * Links, and what becomes of clicks while the page has no replica. The browser would leave for an address where nobody
 * answers and show its own error page, from which nothing leads back. So a link waits until there is a replica again,
 * here or at another address, and a form is refused with a note.
 */

const WAITS = "No connection. The page you chose opens as soon as a server answers.";
/** What switching.ts opens without loading the page. */
const IN_PLACE = /^\/(?:c\/[\w.~-]+|new|unread|people|conversations)?$/;

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
  /** What was chosen is here. */
  arrived(): void;
  /** Tells the person that what was chosen waits for a replica. */
  sayItWaits(): void;
}

/** Path and query, without the place within the page. */
export const pathOf = ({ pathname, search }: Pick<URL, "pathname" | "search">): string => pathname + search;

/** True for the path of a page that switching.ts can put in the place of another. */
export const isInPlace = (pathname: string): boolean => IN_PLACE.test(pathname);

/** The link of a click that the browser would answer by loading another page of ours in this tab; null for any other. */
export function linkOf(event: MouseEvent): HTMLAnchorElement | null {
  if (event.defaultPrevented || event.button !== 0) return null;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return null;
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
  if (link === null || link.origin !== location.origin || link.hasAttribute("download")) return null;
  if (link.target !== "" && link.target !== "_self") return null;
  // A place within this page needs no replica.
  return link.hash !== "" && link.pathname === location.pathname ? null : link;
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
    const link = isLost ? linkOf(event) : null;
    if (link === null || isInPlace(link.pathname)) return;
    event.preventDefault();
    wanted = pathOf(link);
    waiting = true;
    tell(WAITS);
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
    arrived() {
      wanted = null;
      waiting = false;
      if (said) tell("");
    },
    sayItWaits: () => tell(WAITS),
  };
}
