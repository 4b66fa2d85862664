/** Sentences about people that would become false while a page is open: who is there, how many, who is gone. */

const PEOPLE_MS = 1000;
/** Of people with whom one has no conversation nothing is told; the list of everybody is asked for that often. */
const EVERYBODY_MS = 15_000;

/** `onGone()`: the account of the one to whom the open conversation goes was deleted. */
export function openLiveWords({ me, onGone }) {
  let peopleTimer = null;

  /** Who is there and how many are online is counted by the server. */
  function refreshPeople() {
    if (document.getElementById("people") === null) return;
    peopleTimer ??= setTimeout(() => {
      peopleTimer = null;
      const piece = { source: "#people", target: "#people", select: "#people", swap: "outerMorph" };
      void htmx.ajax("GET", location.pathname + location.search, piece).catch(() => {});
    }, PEOPLE_MS);
  }

  setInterval(() => document.hidden || refreshPeople(), EVERYBODY_MS);

  function showPresence(user) {
    for (const dot of document.querySelectorAll(`.presence[data-user="${CSS.escape(user.id)}"]`)) {
      dot.dataset.online = user.online ? "yes" : "no";
      dot.querySelector(".sr").textContent = user.online ? "online" : "offline";
    }
    for (const seen of document.querySelectorAll(`[data-seen="${CSS.escape(user.id)}"]`)) {
      const shown = seen.textContent === "online";
      if (shown !== user.online) seen.textContent = user.online ? "online" : "last seen just now";
    }
  }

  /** The one to whom the open conversation goes has another name by a merge, or is gone. */
  function showHead(user) {
    const presence = document.querySelector(`.conversation .head .presence[data-user="${CSS.escape(user.id)}"]`);
    if (presence === null || user.id === me) return;
    document.getElementById("with").textContent = user.name;
    if (!user.deleted) return;
    presence.closest(".avatar").replaceChildren("·");
    document.querySelector(".head .seen").textContent = "This account was deleted; its messages stay.";
    onGone();
  }

  return {
    showPresence,
    /** Somebody came or went. */
    onPresence(user) {
      showPresence(user);
      refreshPeople();
    },
    /** Somebody is new, has another name, or is gone. */
    onUser(user) {
      showHead(user);
      refreshPeople();
    },
    /** `count`: as the list says it. What the account page says beside the button that deletes it. */
    showUnread(count) {
      const named = document.getElementById("unread-named");
      if (named === null) return;
      named.textContent = `You have ${count === "0" ? "no" : count} unread message${count === "1" ? "" : "s"}.`;
    },
  };
}
