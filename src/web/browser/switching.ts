/**
 * Opens another conversation by swapping the main part of the page. Address, title, history, focus and draft end up as
 * after a page load, and the list on the left stays as it is. A full load happens only for another version of the
 * scripts, another login, or an error, which have pages of their own.
 */
import { HAS_KEYS } from "./composer.ts";
import { announce } from "./announcer.ts";
import { required } from "./elements.ts";
import { isInPlace, linkOf, pathOf, type Navigation } from "./navigation.ts";
import { getMain, sleep, waitBefore } from "./requests.ts";
import { isThreadPath, threadOn } from "./thread-pane.ts";
import { localTimes } from "./times.ts";
import type { View } from "./view.ts";

/** The most tries while the stream is open. Without a stream there is no bound, because the hub looks for a replica. */
const TRIES_MAX = 4;
const WIDE = "(min-width: 45rem)";

interface SwitchingInput {
  readonly navigation: Navigation;
  /** True while the page moves to another replica, which will show the chosen page. */
  readonly isMoving: () => boolean;
  /** Loads a page of the app as a whole. */
  readonly load: (path: string) => void;
  /** The user chose a path: its row in the list becomes the current one. */
  readonly onChosen: (path: string) => void;
  /** The old main part is about to be removed. */
  readonly beforeSwap: () => void;
  /** `main` is on the page now. Returns its view. */
  readonly afterSwap: (main: HTMLElement) => View;
  /** The thread beside the conversation is about to be removed. */
  readonly beforeThread: () => void;
  /** Another thread is on the page now, beside the same conversation. `cursor`: that of its page. Returns its view. */
  readonly afterThread: (section: HTMLElement, cursor: string) => View;
}

/**
 * Focuses the place where the user continues: the text field, or the first field of a form; on a phone the heading, or
 * the row of the page before.
 */
function focusOn(main: HTMLElement, view: View, before: string): void {
  const heading = main.querySelector<HTMLElement>("h1");
  if (view.composer?.takeFocus() === true) return announce(heading?.textContent ?? "");
  // The browser itself follows this attribute only on a page that it loads.
  const field = matchMedia(HAS_KEYS).matches ? main.querySelector<HTMLElement>("input[autofocus]") : null;
  if (field !== null) {
    field.focus({ preventScroll: true });
    return announce(heading?.textContent ?? "");
  }
  const isList = main.dataset["place"] === "home" && !matchMedia(WIDE).matches;
  const row = isList ? document.querySelector<HTMLElement>(`#s-${CSS.escape(before)} a`) : null;
  if (row === null && heading !== null) heading.tabIndex = -1;
  (row ?? heading)?.focus({ preventScroll: true });
}

/** Activates the hx- attributes. htmx itself would look at every attribute of a conversation, which takes milliseconds. */
function activate(main: HTMLElement): void {
  for (const element of main.querySelectorAll("[hx-get]")) htmx.process(element);
}

/** Switches the main part of an app page. */
export class Switching {
  readonly #input: SwitchingInput;
  /** The path of the main part on the page. During a step through the history it differs from the address. */
  #shown = pathOf(location);
  /** The number of choices so far: an answer for an earlier choice is ignored. */
  #turn = 0;
  #isUnderWay = false;
  #attempt: AbortController | null = null;
  #wake: (() => void) | null = null;
  /** The scroll position of the list, which the browser forgets while a phone does not show the list. */
  #listTop = 0;

  constructor(input: SwitchingInput) {
    this.#input = input;
    document.addEventListener("click", (event) => {
      const link = linkOf(event);
      if (link === null || !isInPlace(link.pathname)) return;
      event.preventDefault();
      this.open(pathOf(link));
    });
    addEventListener("popstate", () => this.#followHistory());
  }

  /** True if the user chose a page that has not arrived yet. */
  isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  /** Shows another page of the app in place, as a new entry of the history. */
  open(path: string): void {
    if (this.#closesThread(path)) return this.#closeThread(path, true);
    void this.#open(path, path !== this.#shown || path !== pathOf(location));
  }

  /** A replica is back, so the next try begins at once. */
  hurry(): void {
    this.#attempt?.abort();
    this.#wake?.();
  }

  #followHistory(): void {
    const path = pathOf(location);
    if (!isInPlace(location.pathname)) return location.reload();
    // The step leads to a fragment of this page, or back to this page before the other one has arrived.
    if (path === this.#shown) return this.#settle();
    if (this.#closesThread(path)) return this.#closeThread(path, false);
    void this.#open(path, false);
  }

  /** Closes the thread beside the conversation, if one is open. */
  closeThread(): boolean {
    const path = `/c/${required("#main").dataset["current"]}`;
    if (!this.#closesThread(path)) return false;
    this.#closeThread(path, true);
    return true;
  }

  /** Whether the page would show the same conversation as now, without the thread beside it: that needs no replica. */
  #closesThread(path: string): boolean {
    const main = required("#main");
    const isBeside = isThreadPath(this.#shown) && main.querySelector(".conversation:not(.thread)") !== null;
    return isBeside && path === `/c/${main.dataset["current"]}`;
  }

  #closeThread(path: string, isNew: boolean): void {
    const thread = threadOn(required("#main"));
    const root = document.getElementById("thread-root")?.dataset["root"] ?? "";
    this.#input.beforeThread();
    thread?.remove();
    delete required("#main").dataset["thread"];
    if (isNew) history.pushState(null, "", path);
    this.#shown = path;
    this.#settle();
    const row = document.getElementById(`m-${root}`);
    const opener = row?.querySelector<HTMLElement>(".replies, .reply-to") ?? required("#main").querySelector("#body");
    if (opener instanceof HTMLElement) opener.focus({ preventScroll: true });
  }

  #settle(): void {
    this.#turn++;
    this.#isUnderWay = false;
    this.#attempt?.abort();
    this.#input.navigation.arrived();
    this.#input.onChosen(this.#shown);
    required("#main").removeAttribute("aria-busy");
  }

  /** `isNew`: the path is not in the history yet. */
  async #open(path: string, isNew: boolean): Promise<void> {
    const { navigation } = this.#input;
    const turn = ++this.#turn;
    this.#isUnderWay = true;
    this.#attempt?.abort();
    navigation.want(path);
    this.#input.onChosen(path);
    required("#main").setAttribute("aria-busy", "true");
    for (let tries = 1; ; tries++) {
      if (navigation.isLost()) navigation.sayItWaits();
      this.#attempt = new AbortController();
      const answer = await getMain(path, this.#attempt);
      if (turn !== this.#turn) return;
      const isRefused = answer === "refused" || (answer === "none" && tries >= TRIES_MAX && !navigation.isLost());
      if (isRefused) return this.#load(path, isNew);
      if (answer !== "none" && !this.#input.isMoving()) return this.#swap(answer, isNew);
      await Promise.race([sleep(waitBefore(tries)), new Promise<void>((done) => (this.#wake = done))]);
      if (turn !== this.#turn) return;
    }
  }

  /** Whether the page already shows the conversation beside which the thread belongs. */
  #isBeside(main: HTMLElement, old: HTMLElement): boolean {
    const { current } = main.dataset;
    return old.querySelector(`.conversation[data-conversation="${CSS.escape(current ?? "")}"]:not(.thread)`) !== null;
  }

  /** Puts a thread beside the conversation that is on the page, which stays as it is. */
  #swapThread(
    thread: HTMLElement,
    { main, path }: { readonly main: HTMLElement; readonly path: string },
    isNew: boolean,
  ): void {
    const { beforeThread, afterThread } = this.#input;
    const old = required("#main");
    beforeThread();
    threadOn(old)?.remove();
    old.append(thread);
    old.dataset["thread"] = "yes";
    if (isNew && path !== pathOf(location)) history.pushState(null, "", path);
    this.#shown = path;
    this.#settle();
    localTimes(thread);
    const view = afterThread(thread, main.dataset["cursor"] ?? "");
    const heading = required("h1", thread);
    if (view.composer?.takeFocus() === true) return announce(heading.textContent ?? "");
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }

  #load(path: string, isNew: boolean): void {
    if (isNew) this.#input.load(path);
    else location.reload();
  }

  #swap({ main, path }: { readonly main: HTMLElement; readonly path: string }, isNew: boolean): void {
    const { navigation, beforeSwap, afterSwap } = this.#input;
    const old = required("#main");
    if (main.dataset["version"] !== old.dataset["version"]) return this.#load(path, isNew);
    const thread = threadOn(main);
    if (thread !== null && this.#isBeside(main, old)) return this.#swapThread(thread, { main, path }, isNew);
    beforeSwap();
    const address = pathOf(location);
    // The requested address may have redirected to the page that is shown.
    if (isNew && (path !== this.#shown || path !== address)) history.pushState(null, "", path);
    else if (path !== address) history.replaceState(null, "", path);
    this.#shown = path;
    const list = required("#sidebar");
    if (list.offsetParent !== null) this.#listTop = list.scrollTop;
    old.replaceWith(main);
    document.body.className = `app at-${main.dataset["place"]}`;
    localTimes(main);
    activate(main);
    this.#isUnderWay = false;
    navigation.arrived();
    const view = afterSwap(main);
    // After all that changes the page, because a place of scrolling can only be told of a page that is laid out.
    if (list.scrollTop !== this.#listTop) list.scrollTop = this.#listTop;
    focusOn(main, view, old.dataset["current"] ?? "");
  }
}
