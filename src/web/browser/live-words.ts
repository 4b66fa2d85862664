/** Words about people that would become false while a page is open: who is online, how many, whose account is deleted. */
import { required } from "./elements.ts";

const PEOPLE_MS = 1000;
/** The page hears nothing of people with whom the user shares no conversation; People is fetched again that often. */
const EVERYBODY_MS = 15_000;

/** A person, as events tell of one. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly online: boolean;
  readonly deleted: boolean;
}

/** Keeps the words right. */
export interface LiveWords {
  showPresence(user: Pick<Person, "id" | "online">): void;
  /** Somebody came or went. */
  onPresence(user: Person): void;
  /** Somebody is new, has another name, or is gone. */
  onUser(user: Person): void;
  /** `count`: as the list says it. The account page names it beside the button that deletes the account. */
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

  /** The server counts who is there and who is online. */
  function refreshPeople(): void {
    if (document.getElementById("people") === null) return;
    peopleTimer ??= setTimeout(() => {
      peopleTimer = undefined;
      const piece = { source: "#people", target: "#people", select: "#people", swap: "outerMorph" } as const;
      void htmx.ajax("GET", location.pathname + location.search, piece).catch(() => {});
    }, PEOPLE_MS);
  }

  /** The other person of the open conversation has another name after a merge, or is gone. */
  function showHead(user: Person): void {
    const presence = document.querySelector(`.conversation .head .presence[data-user="${CSS.escape(user.id)}"]`);
    if (presence === null || user.id === me) return;
    required("#with").textContent = user.name;
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
