/** Keeps words about people true while a page is open: who is online, how many people there are, who was deleted. */
import { required } from "./elements.ts";
import { showProfile, type Person } from "./profiles.ts";

const PEOPLE_MS = 1000;
/** No event tells about people with whom the user shares no conversation, so the page People is fetched this often. */
const EVERYBODY_MS = 15_000;

/** Updates the words on the page. */
export interface LiveWords {
  showPresence(user: Pick<Person, "id" | "online">): void;
  /** Somebody came online or left. */
  onPresence(user: Person): void;
  /** Somebody has another display name or status. */
  onProfile(user: Person): void;
  /** Somebody registered, has another name, or was deleted. */
  onUser(user: Person): void;
  /** `count`: in the words of the list. The account page shows it beside the button that deletes the account. */
  showUnread(count: string): void;
}

function showPresence({ id, online }: Pick<Person, "id" | "online">): void {
  for (const dot of document.querySelectorAll<HTMLElement>(`.presence[data-user="${CSS.escape(id)}"]`)) {
    dot.dataset["online"] = online ? "yes" : "no";
    required(".sr", dot).textContent = online ? "online" : "offline";
  }
  for (const seen of document.querySelectorAll(`[data-seen="${CSS.escape(id)}"]`)) {
    const shown = seen.textContent === "online";
    if (shown !== online) seen.textContent = online ? "online" : "last seen just now";
  }
}

/** `me`: the user's id. `onGone()`: the account of the open conversation's other person was deleted. */
export function openLiveWords({ me, onGone }: { readonly me: string; readonly onGone: () => void }): LiveWords {
  let peopleTimer: ReturnType<typeof setTimeout> | undefined;

  /** Fetches the page People again, because the replica counts the people. */
  function refreshPeople(): void {
    if (document.getElementById("people") === null) return;
    peopleTimer ??= setTimeout(() => {
      peopleTimer = undefined;
      const piece = { source: "#people", target: "#people", select: "#people", swap: "outerMorph" } as const;
      void htmx.ajax("GET", location.pathname + location.search, piece).catch(() => {});
    }, PEOPLE_MS);
  }

  /** Shows the new name of the other person after a merge, or that the account was deleted. */
  function showHead(user: Person): void {
    const presence = document.querySelector(`.conversation .head .presence[data-user="${CSS.escape(user.id)}"]`);
    if (presence === null || user.id === me) return;
    required("#with").textContent = user.displayName;
    if (!user.deleted) return;
    presence.closest(".avatar")?.replaceChildren("·");
    required(".head .seen").textContent = "This account was deleted. Its messages stay here.";
    onGone();
  }

  setInterval(() => document.hidden || refreshPeople(), EVERYBODY_MS);

  return {
    showPresence,
    onPresence(user) {
      showPresence(user);
      refreshPeople();
    },
    onProfile(user) {
      showProfile(user);
      refreshPeople();
    },
    onUser(user) {
      showHead(user);
      refreshPeople();
    },
    showUnread(count) {
      const named = document.getElementById("unread-named");
      if (named === null) return;
      named.textContent = `You have ${count === "0" ? "no" : count} unread message${count === "1" ? "" : "s"}.`;
    },
  };
}
