/**
 * Logs out, and leaves the page only after a replica has answered, so that a refused log-out loses no draft and no
 * unsent message. Also shows the card that replaces a page when somebody else has logged in.
 */
import { ask } from "./ask.ts";
import { isLeavingHere, rememberLeft, setLeaving, type PageState } from "./kept-state.ts";
import { isOtherLogin, post } from "./requests.ts";

interface LogOutInput {
  readonly cluster: string;
  readonly me: string;
  readonly state: PageState;
  /** Copies the text of the field into `state`. */
  readonly keep: () => void;
  readonly isLost: () => boolean;
  /** Shows a note to the user. */
  readonly say: (text: string) => void;
  /** A replica answered the log-out: nothing may be stored any more. */
  readonly onLeft: () => void;
  /** Somebody else is logged in now. */
  readonly onOther: (name: string) => void;
}

/** The broadcast to the other tabs at this address: a page of this user was opened. */
interface LoginNote {
  readonly me: string;
  readonly name: string;
}

const count = (number: number, one: string, more: string): string[] =>
  number === 0 ? [] : [`${number} ${number === 1 ? one : more}`];

/** "1 message and 2 drafts"; "" for nothing. The user finds a draft again that the replicas have. */
function waitingText({ drafts, unsent }: PageState): string {
  const here = Object.values(drafts).filter(({ isSaved }) => !isSaved);
  return [...count(unsent.length, "message", "messages"), ...count(here.length, "draft", "drafts")].join(" and ");
}

/** The log-out of an app page. */
export class LogOut {
  readonly #input: LogOutInput;
  readonly #channel: BroadcastChannel | null;
  /** True while this page waits for the answer to its log-out. */
  #asking = false;
  #isEnded = false;

  constructor(input: LogOutInput) {
    this.#input = input;
    this.#channel =
      typeof BroadcastChannel === "function" ? new BroadcastChannel(`lastword ${input.cluster} logins`) : null;
    this.#channel?.addEventListener("message", ({ data }: MessageEvent<LoginNote>) => this.#hear(data));
    this.#channel?.postMessage({ me: input.me, name: document.body.dataset["name"] ?? "" });
    document.querySelector('form[action="/logout"]')?.addEventListener("submit", (event) => {
      // Without a replica nothing can be done; navigation.ts shows a note.
      if (event.defaultPrevented || input.isLost()) return;
      event.preventDefault();
      if (!this.#asking) void this.#logOut();
    });
  }

  /**
   * True if the login ends because the user logs out in a tab of this browser, at any port, and not on another device.
   */
  isLeaving(): boolean {
    return isLeavingHere(this.#input.cluster, this.#input.me);
  }

  /**
   * The stream reports the end of the login. True if the answer to this page's own log-out will leave the page. Leaving
   * a second time would load the log-in page again, over what is typed there by then, and without deleting the user's
   * entries.
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
  // The replaced page still handles clicks on the document: it would look for its list, or wait for its own replica.
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
