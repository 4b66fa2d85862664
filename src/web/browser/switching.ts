/**
 * Choosing another conversation swaps what is beside the list, in place: address, title, history, focus and draft end up
 * as if the page had been loaded anew, and the list on the left stays as it is. The page is loaded whole only where it
 * must be: for another version of the scripts, another login, or an error, which all have pages of their own.
 */
import { announce } from "./announcer.ts";
import { required } from "./elements.ts";
import { isInPlace, linkOf, pathOf, type Navigation } from "./navigation.ts";
import { getMain, sleep, waitBefore } from "./requests.ts";
import { localTimes } from "./times.ts";
import type { View } from "./view.ts";

/** Tries while the stream is up. With the stream lost, there is no bound: a replica is being looked for. */
const TRIES_MAX = 4;
const WIDE = "(min-width: 45rem)";

interface SwitchingInput {
  readonly navigation: Navigation;
  /** The page is on its way to another replica, which will show what was chosen. */
  readonly isMoving: () => boolean;
  /** Loads a page of ours whole. */
  readonly load: (path: string) => void;
  /** A path was chosen: its row in the list is the current one from now on. */
  readonly onChosen: (path: string) => void;
  /** What the page showed is about to go. */
  readonly beforeSwap: () => void;
  /** `main` is in the page now; answers what it shows. */
  readonly afterSwap: (main: HTMLElement) => View;
}

/** Puts the focus where somebody who chose this goes on: the text field; on a phone the heading, or the row left before. */
function focusOn(main: HTMLElement, view: View, before: string): void {
  const heading = main.querySelector<HTMLElement>("h1");
  if (view.composer?.takeFocus() === true) return announce(heading?.textContent ?? "");
  const isList = main.dataset["place"] === "home" && !matchMedia(WIDE).matches;
  const row = isList ? document.querySelector<HTMLElement>(`#s-${CSS.escape(before)} a`) : null;
  if (row === null && heading !== null) heading.tabIndex = -1;
  (row ?? heading)?.focus({ preventScroll: true });
}

/** The switching of an app page. */
export class Switching {
  readonly #input: SwitchingInput;
  /** Path of what is on the page; during a step through the history it differs from the address. */
  #shown = pathOf(location);
  /** Counts what was chosen: only the last choice counts. */
  #turn = 0;
  #isUnderWay = false;
  #attempt: AbortController | null = null;
  #wake: (() => void) | null = null;
  /** How far the list is scrolled: while a phone does not show it, the browser forgets that. */
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

  /** Something was chosen and is not on the page yet. */
  isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  /** Shows another page of ours in place, as a new entry of the history. */
  open(path: string): void {
    void this.#open(path, path !== this.#shown || path !== pathOf(location));
  }

  /** A replica is back: no reason to wait any longer. */
  hurry(): void {
    this.#attempt?.abort();
    this.#wake?.();
  }

  #followHistory(): void {
    const path = pathOf(location);
    if (!isInPlace(location.pathname)) return location.reload();
    // A place within the page that is shown, or back to it before the other one was there.
    if (path === this.#shown) return this.#settle();
    void this.#open(path, false);
  }

  #settle(): void {
    this.#turn++;
    this.#isUnderWay = false;
    this.#attempt?.abort();
    this.#input.navigation.arrived();
    this.#input.onChosen(this.#shown);
    required("#main").removeAttribute("aria-busy");
  }

  /** `isNew`: not in the history yet. */
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

  #load(path: string, isNew: boolean): void {
    if (isNew) this.#input.load(path);
    else location.reload();
  }

  #swap({ main, path }: { readonly main: HTMLElement; readonly path: string }, isNew: boolean): void {
    const { navigation, beforeSwap, afterSwap } = this.#input;
    const old = required("#main");
    if (main.dataset["version"] !== old.dataset["version"]) return this.#load(path, isNew);
    beforeSwap();
    const address = pathOf(location);
    // The address that was asked for may have led back to what is shown.
    if (isNew && (path !== this.#shown || path !== address)) history.pushState(null, "", path);
    else if (path !== address) history.replaceState(null, "", path);
    this.#shown = path;
    const list = required("#sidebar");
    if (list.offsetParent !== null) this.#listTop = list.scrollTop;
    old.replaceWith(main);
    document.body.className = `app at-${main.dataset["place"]}`;
    if (list.scrollTop !== this.#listTop) list.scrollTop = this.#listTop;
    localTimes(main);
    htmx.process(main);
    this.#isUnderWay = false;
    navigation.arrived();
    focusOn(main, afterSwap(main), old.dataset["current"] ?? "");
  }
}
