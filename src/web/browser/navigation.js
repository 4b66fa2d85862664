/**
 * Clicks while the page has no replica. The browser would leave for an address where nobody answers
 * and show its own error page, from which nothing leads back. So a link waits until there is a replica
 * again, here or at another address, and a form says that nothing was done.
 */

/** `say(text)`: a note to the person. Answers {lost(), found(), isLost(), want(path), wanted()}. */
export function openNavigation(say) {
  let isLost = false;
  let wanted = null;
  /** Nobody is asked for the wanted page until a replica is back. */
  let waiting = false;
  let said = false;
  const tell = (text) => {
    said = text !== "";
    say(text);
  };

  document.addEventListener("click", (event) => {
    if (!isLost || event.defaultPrevented || event.button !== 0) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest("a[href]");
    if (link === null || link.target === "_blank" || link.origin !== location.origin) return;
    // A place within this page needs nobody.
    if (link.hash !== "" && link.pathname === location.pathname) return;
    event.preventDefault();
    wanted = link.pathname + link.search;
    waiting = true;
    tell("No connection. The page you chose opens as soon as a server answers.");
  });

  document.addEventListener("submit", (event) => {
    if (!isLost || event.defaultPrevented || event.target.getAttribute("method") === "dialog") return;
    event.preventDefault();
    tell("No connection, so nothing was done. Try again in a moment.");
  });

  return {
    /** The stream broke: whether the replica lives is not known. */
    lost() {
      isLost = true;
    },
    /** It answers again. */
    found() {
      isLost = false;
      if (said) tell("");
      if (waiting) location.assign(wanted);
    },
    isLost: () => isLost,
    /** The page itself is about to ask for this path. */
    want(path) {
      wanted = path;
      waiting = false;
    },
    /** Path to go to instead of this page's own; null if nothing was chosen. */
    wanted: () => wanted,
  };
}
