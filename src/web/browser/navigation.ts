/**
 * Links and forms while the page has no replica. The browser would open an address where nobody answers and show its
 * own error page, which never comes back by itself. So a link waits until a replica answers, here or at another
 * address, and a form is refused with a note.
 */

const WAITS = "No connection. The page you chose opens as soon as a server answers.";
/** The paths that switching.ts opens without loading the page. */
const IN_PLACE =
  /^\/(?:c\/[\w.~-]+(?:\/pins)?|new|unread|find|people|rooms|rooms\/\w+|new-room|conversations|threads|reports|saved|search)?$/;

/** Where the page is about to go, and whether a replica is there. */
export interface Navigation {
  /** The stream broke. Whether the replica lives is not known. */
  lost(): void;
  /** A replica answers again. */
  found(): void;
  isLost(): boolean;
  /** The page itself is about to request this path. */
  want(path: string): void;
  /** The path that the user chose, to open instead of this page's own; null if there is none. */
  wanted(): string | null;
  /** The chosen page has arrived. */
  arrived(): void;
  /** Tells the user that the chosen page waits for a replica. */
  sayItWaits(): void;
}

/** Path and query, without the fragment. */
export const pathOf = ({ pathname, search }: Pick<URL, "pathname" | "search">): string => pathname + search;

/** True for the path of a page that switching.ts can swap in. */
export const isInPlace = (pathname: string): boolean => IN_PLACE.test(pathname);

/** The link of a click that would load another page of the app in this tab; null for any other click. */
export function linkOf(event: MouseEvent): HTMLAnchorElement | null {
  if (event.defaultPrevented || event.button !== 0) return null;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return null;
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
  if (link === null || link.origin !== location.origin || link.hasAttribute("download")) return null;
  if (link.target !== "" && link.target !== "_self") return null;
  // A fragment of this page needs no replica.
  return link.hash !== "" && link.pathname === location.pathname ? null : link;
}

/** `say` shows a note. Must be opened before anything else that listens for clicks and forms. */
export function openNavigation(say: (text: string, options?: { readonly short: boolean }) => void): Navigation {
  let isLost = false;
  let wanted: string | null = null;
  /** True if the wanted page is not requested before a replica is back. */
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
    // Short, and so not taken away by a replica that is found in the next moment.
    say("No connection, so nothing was done. Try again in a moment.", { short: true });
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
