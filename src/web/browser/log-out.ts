/**
 * Logging out without leaving the page before the replica has answered: a log-out that is refused must lose neither what
 * waits to be sent nor a draft. And what replaces the page when its login is not the browser's any more.
 */
import { ask } from "./ask.ts";
import { isLeavingHere, rememberLeft, setLeaving, type PageState } from "./kept-state.ts";
import { isOtherLogin, post } from "./requests.ts";

interface LogOutInput {
  readonly cluster: string;
  readonly me: string;
  readonly state: PageState;
  /** Makes what was typed last a part of `state`. */
  readonly keep: () => void;
  readonly isLost: () => boolean;
  /** A note to the person. */
  readonly say: (text: string) => void;
  /** The log-out was answered: nothing may be kept any more. */
  readonly onLeft: () => void;
  /** The browser's login is somebody else's now. */
  readonly onOther: (name: string) => void;
}

/** What a tab tells the others at its address: a page of this user was opened. */
interface LoginNote {
  readonly me: string;
  readonly name: string;
}

const count = (number: number, one: string, more: string): string[] =>
  number === 0 ? [] : [`${number} ${number === 1 ? one : more}`];

/** "1 message and 2 drafts"; "" for nothing. */
function waitingText({ drafts, unsent }: PageState): string {
  return [...count(unsent.length, "message", "messages"), ...count(Object.keys(drafts).length, "draft", "drafts")].join(
    " and ",
  );
}

/** The log-out of an app page. */
export class LogOut {
  readonly #input: LogOutInput;
  readonly #channel: BroadcastChannel | null;
  /** This page has asked for the end of the login and has no answer yet. */
  #asking = false;
  #isEnded = false;

  constructor(input: LogOutInput) {
    this.#input = input;
    this.#channel =
      typeof BroadcastChannel === "function" ? new BroadcastChannel(`lastword ${input.cluster} logins`) : null;
    this.#channel?.addEventListener("message", ({ data }: MessageEvent<LoginNote>) => this.#hear(data));
    this.#channel?.postMessage({ me: input.me, name: document.body.dataset["name"] ?? "" });
    document.querySelector('form[action="/logout"]')?.addEventListener("submit", (event) => {
      // Without a replica nothing can be done; navigation.ts says so.
      if (event.defaultPrevented || input.isLost()) return;
      event.preventDefault();
      if (!this.#asking) void this.#logOut();
    });
  }

  /** The login ends because the user logs out in a tab of this browser, at whatever port; no other device is to blame. */
  isLeaving(): boolean {
    return isLeavingHere(this.#input.cluster, this.#input.me);
  }

  /**
   * The stream says that the login is over. True if the answer to this page's own log-out leads away: leaving a second
   * time would load the same page again, over what is typed there by then, and without forgetting the user.
   */
  takesEnd(): boolean {
    this.#isEnded ||= this.#asking;
    return this.#asking;
  }

  #hear({ me, name }: LoginNote): void {
    if (me !== this.#input.me) this.#input.onOther(name);
  }

  async #logOut(): Promise<void> {
    const { cluster, me, state, keep, say, onLeft, onOther } = this.#input;
    keep();
    const waiting = waitingText(state);
    const text = `${waiting} in this browser were never sent. If you log out, they are deleted.`;
    if (waiting !== "" && !(await ask({ title: "You have unsent messages", text, yes: "Log out and delete" }))) return;
    this.#asking = true;
    setLeaving(cluster, me, true);
    const answer = await post("/logout", {});
    this.#asking = false;
    if (this.#isEnded || answer.status === 200 || answer.status === 401) {
      onLeft();
      rememberLeft(cluster, me);
      location.replace("/login");
      return;
    }
    setLeaving(cluster, me, false);
    if (isOtherLogin(answer)) onOther(answer.json.name ?? "Somebody else");
    else say(answer.json.sentence ?? "No server answers, so you are still logged in. Try again in a moment.");
  }
}

/** Replaces a page that belongs to `person` by a card that says who is logged in now and leads to that page. */
export function showOtherLogin(name: string, person: string): void {
  const card = Object.assign(document.createElement("main"), { className: "card" });
  const heading = Object.assign(document.createElement("h1"), { textContent: `${name} is logged in now` });
  const text = Object.assign(document.createElement("p"), {
    textContent: `This page belongs to ${person}, but ${name} has logged in in this browser since then. Nothing more is sent from this page.`,
  });
  text.setAttribute("role", "alert");
  const link = Object.assign(document.createElement("a"), {
    className: "button primary",
    href: "/",
    textContent: `Continue as ${name}`,
  });
  // The page that is over listens to clicks of the document: it would look for its list, or wait for its own replica.
  link.addEventListener("click", (event) => event.stopPropagation());
  const way = document.createElement("p");
  way.append(link);
  card.append(...document.querySelectorAll(".brand"), heading, text, way);
  for (const dialog of document.querySelectorAll<HTMLDialogElement>("dialog[open]")) dialog.close();
  document.body.className = "alone";
  document.body.replaceChildren(card);
  document.title = `${name} is logged in now · Lastword`;
  card.querySelector("a")?.focus();
}
