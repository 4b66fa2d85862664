/** The ways in which a page ends: it moves to another replica, goes to another page, or its login is over. */
import { addressAt, type KeptState, type PageState } from "./kept-state.ts";
import { viaHandover } from "./handover.ts";
import { showOtherLogin } from "./log-out.ts";
import type { Navigation } from "./navigation.ts";
import { FRESH, type View } from "./view.ts";

const MOVE_MS = 3000;
const FORM_MS = 8000;

interface DepartureInput {
  readonly kept: KeptState;
  readonly state: PageState;
  /** The key of this login; see kept-state.ts. */
  readonly key: string;
  /** The user's name. */
  readonly person: string;
  readonly navigation: Navigation;
  /** Null until the page is open. */
  readonly view: () => View | null;
}

/** The one departure of an app page. */
export class Departure {
  readonly #input: DepartureInput;
  /** It has begun, so that nothing else begins one. */
  #leaving = false;
  /** Origin of the replica to which the page is moving. */
  #movingTo: string | null = null;
  /** Hand-over token for a host that the cookie does not reach. */
  #handover: string | undefined;
  /** Which of this browser's tabs this is: each has a token of its own. */
  #seat = 0;
  /** The user has left, or somebody else is here: nothing is kept any more, not even what was typed last. */
  #isOver = false;

  constructor(input: DepartureInput) {
    this.#input = input;
    addEventListener("pagehide", () => {
      if (this.#isOver) return;
      if (this.#movingTo === null) input.view()?.composer?.keepDraft();
      else input.kept.release();
    });
    // The answer to a form of the page itself is the next page, whatever the stream says meanwhile.
    document.addEventListener("submit", (event) => {
      const form = event.target as HTMLFormElement;
      if (event.defaultPrevented || form.getAttribute("method") === "dialog") return;
      this.#leaving = true;
      setTimeout(() => (this.#leaving = false), FORM_MS);
    });
  }

  isMoving(): boolean {
    return this.#movingTo !== null;
  }

  /** Keeps what would be lost. While the page is on its way to another replica, what changed has to go along. */
  store(): void {
    if (this.#isOver) return;
    this.#input.kept.store(this.#input.state);
    if (this.#movingTo !== null) this.#go(this.#movingTo);
  }

  takeSeat(seat: number): void {
    this.#seat = seat;
  }

  /** This page's log-out was answered. */
  end(): void {
    this.#isOver = true;
    this.#leaving = true;
  }

  /**
   * The login is over. What is unsent waits here for the user's next login, except after a log-out of the user's own
   * in another tab (`isWanted`), which may be at another port, and has asked.
   */
  toLogin(isWanted = false): void {
    if (isWanted) {
      this.#isOver = true;
      this.#input.kept.forget();
    }
    if (this.#leaving) return;
    this.#leaving = true;
    if (!this.#isOver) this.#input.view()?.composer?.keepDraft();
    location.assign(this.#isOver ? "/login" : `/login?next=${encodeURIComponent(location.pathname)}`);
  }

  /** Somebody else has logged in in this browser. */
  endForOther(name: string): void {
    if (this.#isOver) return;
    this.#input.view()?.composer?.keepDraft();
    this.end();
    showOtherLogin(name, this.#input.person);
  }

  /** Opens another page of ours; at the next replica, if this one falls silent before it has answered. */
  openPage(path: string): void {
    this.#input.navigation.want(path);
    if (this.#movingTo === null) location.assign(path);
    else this.#go(this.#movingTo);
  }

  /** Moves to another replica. The old page takes keys until the new one is here; each of them sets out again, with the key. */
  moveTo(origin: string, tokens: readonly string[]): void {
    if (this.#leaving) return;
    this.#leaving = true;
    this.#handover = tokens[this.#seat] ?? tokens[0];
    this.#movingTo = origin;
    const composer = this.#input.view()?.composer ?? null;
    if (composer === null) this.#go(origin);
    else composer.keepDraft();
    setTimeout(() => {
      // Nobody is there after all: the page stays, and listens again.
      this.#leaving = false;
      this.#movingTo = null;
    }, MOVE_MS);
  }

  #go(origin: string): void {
    const { state, navigation, key } = this.#input;
    const view = this.#input.view();
    const wanted = navigation.wanted();
    const carried = {
      ...state,
      ...FRESH,
      ...(wanted === null ? view?.here() : {}),
      moved: true,
    };
    const path = wanted ?? location.pathname + location.search;
    location.replace(viaHandover(addressAt(origin + path, carried, key), this.#handover));
  }
}
