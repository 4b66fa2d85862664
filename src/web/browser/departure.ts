/** The ways in which the user leaves a page: it moves to another replica, opens another page, or its login ends. */
import { addressAt, FRESH, type KeptState, type PageState } from "./kept-state.ts";
import { viaHandover } from "./handover.ts";
import { showOtherLogin } from "./log-out.ts";
import type { Navigation } from "./navigation.ts";
import type { View } from "./view.ts";

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
  /** What the page shows: a conversation and perhaps a thread. None until the page is open. */
  readonly views: () => readonly View[];
}

/** Leaves an app page, once. */
export class Departure {
  readonly #input: DepartureInput;
  /** True once a departure has begun, so that no second one begins. */
  #leaving = false;
  /** Origin of the replica to which the page is moving. */
  #movingTo: string | null = null;
  /** Hand-over token for a host that the cookie does not reach. */
  #handover: string | undefined;
  /** The number of this tab among the browser's tabs. Each tab has a token of its own. */
  #seat = 0;
  /**
   * The user has logged out, or somebody else has logged in. Nothing is stored any more, not even the last words typed.
   */
  #isOver = false;

  constructor(input: DepartureInput) {
    this.#input = input;
    addEventListener("pagehide", () => {
      if (this.#isOver) return;
      if (this.#movingTo === null) this.#keepDrafts();
      else input.kept.release();
    });
    // A form of this page was sent: its answer is the next page, whatever the stream reports meanwhile.
    document.addEventListener("submit", (event) => {
      const form = event.target as HTMLFormElement;
      if (event.defaultPrevented || form.getAttribute("method") === "dialog") return;
      this.#leaving = true;
      setTimeout(() => (this.#leaving = false), FORM_MS);
    });
  }

  #keepDrafts(): void {
    for (const { composer } of this.#input.views()) composer?.keepDraft();
  }

  isMoving(): boolean {
    return this.#movingTo !== null;
  }

  /** Stores what would be lost. While the page moves to another replica, it sets out again with the change. */
  store(): void {
    if (this.#isOver) return;
    this.#input.kept.store(this.#input.state);
    if (this.#movingTo !== null) this.#go(this.#movingTo);
  }

  takeSeat(seat: number): void {
    this.#seat = seat;
  }

  /** A replica answered this page's log-out. */
  end(): void {
    this.#isOver = true;
    this.#leaving = true;
  }

  /**
   * The login has ended. Unsent messages stay in this browser until the user logs in again. After a log-out of the
   * user's own in another tab (`isWanted`), perhaps at another port, they do not: that tab has asked first.
   */
  toLogin(isWanted = false): void {
    if (isWanted) {
      this.#isOver = true;
      this.#input.kept.forget();
    }
    if (this.#leaving) return;
    this.#leaving = true;
    if (!this.#isOver) this.#keepDrafts();
    location.assign(this.#isOver ? "/login" : `/login?next=${encodeURIComponent(location.pathname)}`);
  }

  /** Somebody else has logged in, in this browser. */
  endForOther(name: string): void {
    if (this.#isOver) return;
    this.#keepDrafts();
    this.end();
    showOtherLogin(name, this.#input.person);
  }

  /** Opens another page. If this replica falls silent before it answers, the page opens at the next one. */
  openPage(path: string): void {
    this.#input.navigation.want(path);
    if (this.#movingTo === null) location.assign(path);
    else this.#go(this.#movingTo);
  }

  /**
   * Moves to another replica. Until the new page is loaded, the old one accepts typing. Each change starts the move
   * again, so that it is carried along.
   */
  moveTo(origin: string, tokens: readonly string[]): void {
    if (this.#leaving) return;
    this.#leaving = true;
    this.#handover = tokens[this.#seat] ?? tokens[0];
    this.#movingTo = origin;
    if (this.#input.views().every(({ composer }) => composer === null)) this.#go(origin);
    else this.#keepDrafts();
    setTimeout(() => {
      // No replica answered there after all, so the page stays and may move again.
      this.#leaving = false;
      this.#movingTo = null;
    }, MOVE_MS);
  }

  #go(origin: string): void {
    const { state, navigation, key } = this.#input;
    const [view, thread] = this.#input.views();
    const wanted = navigation.wanted();
    const carried = {
      ...state,
      ...FRESH,
      ...(wanted === null ? view?.here() : {}),
      thread: wanted === null ? (thread?.here() ?? null) : null,
      moved: true,
    };
    const path = wanted ?? location.pathname + location.search;
    location.replace(viaHandover(addressAt(origin + path, carried, key), this.#handover));
  }
}
