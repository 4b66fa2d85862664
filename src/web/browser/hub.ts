/**
 * Reads the one event stream of a browser for all of its tabs. It remembers the last events for tabs that open later,
 * notices when the replica falls silent, and looks for another one.
 */
import { eventParser, type StreamEvent } from "./event-parser.ts";
import type { HubEvent, HubMessage, LinkState, TabPage, TabShow } from "./hub-messages.ts";
import { findReplica } from "./replica-search.ts";
import { sleep } from "./requests.ts";

/** The replica pings every second; more silence than this means that it is dead, frozen or cut off. */
const SILENCE_MS = 2500;
/** A frozen replica accepts a connection and never answers. */
const CONNECT_MS = 1500;
const ALIVE_ANSWER_MS = 1000;
/** How long a broken stream may take to come back at its own address before the pages move. */
const STAY_MS = 300;
/**
 * The same at an address that several replicas share: a living one answers there, but a connection may reach a frozen
 * one first. Together with the silence before it and the age of a hand-over token this stays within the token's life.
 */
const STAY_SHARED_MS = 2500;
const RETRY_MS = [50, 200, 400, 800, 1000];
/** A tab that was asked to move has left within this time; otherwise it is asked again. */
const MOVE_MS = 2000;
/** After this time the cluster line shows that the page is looking for a replica. */
const LOST_MS = 1000;
/** After this time without any replica the page shows a note. */
const AWAY_MS = 3000;
/** The wait after "too busy" or "too many streams of this user": an earlier try would not help. */
const BUSY_MS = 5000;
/** How often the browser tells the replica that it is alive. A browser that says nothing is shown as offline. */
const ALIVE_MS = 10_000;
/** The wait after such a request has failed. */
const ALIVE_RETRY_MS = 3000;
/** Hand-over tokens are requested for as many tabs as can be open at one time. */
const SEATS_MAX = 8;
/** If this replica has not been able to write for this time and another one is, the pages move. */
const NOT_WRITABLE_MS = 3000;
/** Events kept for tabs that join. A tab gets those from up to KEPT_SLACK_MS before its page was requested. */
const KEPT_EVENTS = 200;
const KEPT_SLACK_MS = 2000;
/** The most conversations in one stream. If the tabs show more, those of the newest tabs count. */
const SHOWN_MAX = 30;
/** The wait before the next try to open a second stream, while the first one is read. */
const REOPEN_MS = 1000;
const WATCH_MS = 250;
/** A timer that is this late means that the computer slept or the browser froze the page. */
const SLEPT_MS = 1500;

/** The log position at the end of a cursor; 0 if it has none. */
const seqOf = (cursor: string): number => Number(cursor.slice(cursor.lastIndexOf(":") + 1));

const waitBeforeRound = (round: number): number => RETRY_MS[Math.min(round, RETRY_MS.length - 1)]!;

/** What a tab shows. `from` is the log position of its cursor. */
interface Shown extends TabShow {
  readonly from: number;
  /** True once the tab was told that it receives all events of its conversation. */
  isTold: boolean;
}

/** One open stream. */
interface Opened {
  readonly control: AbortController;
  /** The name by which the browser tells the replica that it is alive. */
  readonly name: string;
}

/** What stream.ts adds to the window of a page that loads it, if there is no worker. */
export interface HubWindow {
  lastwordHub?: (send: (tab: string | null, message: HubMessage) => void) => Hub<string>;
}

/** The hub. `T` identifies a tab: a port of the worker, or a name. */
export class Hub<T> {
  readonly #origin: string;
  readonly #send: (tab: T | null, message: HubMessage) => void;
  #kept: HubEvent[] = [];
  /** The time and the seq of the newest event that was dropped: the kept ones came later. */
  #keptFrom = 0;
  #keptAfter = 0;
  #cursor = "";
  #cluster: HubEvent | null = null;
  #origins: readonly string[] = [];
  #shared = false;
  #parts: readonly string[] = [];
  /** The user for whom the pages were rendered: another login of this browser gets no stream of theirs. */
  #me = "";
  readonly #shown = new Map<T, Shown>();
  /** Conversations whose events arrive complete, with the seq from which they do. */
  #whole = new Map<string, number>();
  /** The newest seq of all events so far: an event up to it was delivered before. */
  #toldUpTo = 0;
  #running = false;
  #state: LinkState = "live";
  #heardAt = 0;
  #silentSince = 0;
  #notWritableSince = 0;
  /** The stream that is being read. */
  #stream: Opened | null = null;
  /** A stream that the replica has not answered yet. */
  #opening: AbortController | null = null;
  #isOpeningForAll = false;
  #sayAliveAt = 0;
  #seats = 0;
  /** Hand-over tokens by origin under another host name, one for each seat. */
  #handover: Readonly<Record<string, readonly string[]>> = {};
  #recovering = false;
  /** There was a stream, so its absence means that something is lost. */
  #connected = false;
  #watchedAt = Date.now();

  /** `origin`: where this script came from. `send(tab, message)`: to one tab, or to all if `tab` is null. */
  constructor(origin: string, send: (tab: T | null, message: HubMessage) => void) {
    this.#origin = origin;
    this.#send = send;
    setInterval(() => this.#watch(), WATCH_MS);
  }

  /** A tab opened. It receives what happened since its page was rendered. */
  join(tab: T, page: TabPage): void {
    this.#me = page.me;
    this.#setShown(tab, page);
    this.#origins = page.origins;
    this.#shared = page.shared;
    this.#parts = page.parts;
    this.#send(tab, { type: "seat", seat: this.#seats % SEATS_MAX });
    this.#seats += 1;
    if (!this.#running) return this.#start(page);
    const from = page.opened - KEPT_SLACK_MS;
    if (this.#keptFrom > from) this.#send(tab, { type: "stale" });
    for (const message of this.#kept) if (message.at >= from) this.#send(tab, { ...message, again: true });
    if (this.#cluster !== null) this.#send(tab, this.#cluster);
    if (this.#state !== "live") this.#send(tab, { type: "state", state: this.#state });
    this.#openForAll();
  }

  /** A tab shows something else. It receives what happened there since that view was rendered. */
  show(tab: T, what: TabShow): void {
    const { from } = this.#setShown(tab, what);
    if (!this.#running) return;
    // The tab ignored the events of this conversation that arrived before it showed it, so it gets them again.
    if (this.#isWhole(what.show, from)) {
      if (this.#keptAfter > from) this.#send(tab, { type: "stale" });
      for (const message of this.#kept) if (seqOf(message.cursor) > from) this.#send(tab, { ...message, again: true });
    }
    this.#openForAll();
  }

  /** A tab was closed, or opened another page. */
  leave(tab: T): void {
    this.#shown.delete(tab);
  }

  #setShown(tab: T, { show, cursor }: TabShow): Shown {
    const shown = { show, cursor, from: seqOf(cursor), isTold: false };
    // The tab that changed last comes last.
    this.#shown.delete(tab);
    this.#shown.set(tab, shown);
    return shown;
  }

  #isWhole(show: string, from: number): boolean {
    return show === "" || (this.#whole.get(show) ?? Infinity) <= from;
  }

  #start(page: TabPage): void {
    this.#running = true;
    this.#cursor = page.cursor;
    this.#toldUpTo = seqOf(page.cursor);
    this.#whole = new Map();
    this.#kept = [];
    this.#keptFrom = 0;
    this.#keptAfter = 0;
    this.#heardAt = Date.now();
    // The replica served the page a moment ago, so it is alive, however slow it is.
    void this.#recover(CONNECT_MS);
  }

  #setState(next: LinkState): void {
    if (this.#state === next) return;
    this.#state = next;
    this.#send(null, { type: "state", state: next });
  }

  #onEvent({ name, data, id }: StreamEvent): void {
    const again = id !== "" && id !== this.#cursor && seqOf(id) <= this.#toldUpTo;
    if (id !== "") this.#cursor = id;
    this.#toldUpTo = Math.max(this.#toldUpTo, seqOf(this.#cursor));
    if (name === "ping") return this.#onPing(data === "ok");
    const message: HubEvent = { type: "event", name, data, at: Date.now(), cursor: this.#cursor, again };
    if (name === "cluster") this.#cluster = message;
    else {
      this.#kept.push(message);
      if (this.#kept.length > KEPT_EVENTS) this.#forgetOldest();
    }
    this.#send(null, message);
    if (name === "ended") this.#running = false;
  }

  #forgetOldest(): void {
    const { at, cursor } = this.#kept.shift()!;
    this.#keptFrom = at;
    this.#keptAfter = Math.max(this.#keptAfter, seqOf(cursor));
  }

  #onPing(isWritable: boolean): void {
    this.#send(null, { type: "tick" });
    void this.#sayAlive();
    if (isWritable) this.#notWritableSince = 0;
    else if (this.#notWritableSince === 0) this.#notWritableSince = Date.now();
    else if (Date.now() - this.#notWritableSince > NOT_WRITABLE_MS) {
      this.#notWritableSince = Date.now();
      if (!this.#shared) void this.#find(false).then((found) => found !== null && this.#move(found));
    }
  }

  /**
   * The replica's pings drive this instead of a timer, because browsers slow down the timers of hidden pages. The
   * answer holds what the tabs need to stay logged in under another host name; a dead replica could not give it.
   */
  async #sayAlive(): Promise<void> {
    if (Date.now() < this.#sayAliveAt) return;
    this.#sayAliveAt = Date.now() + ALIVE_MS;
    const seats = Math.min(Math.max(this.#seats, 1), SEATS_MAX);
    try {
      const answer = await fetch(`${this.#origin}/events/alive`, {
        method: "POST",
        credentials: "same-origin",
        headers: { Accept: "application/json", "lastword-as": this.#me },
        body: new URLSearchParams({ stream: this.#stream?.name ?? "", seats: String(seats) }),
        signal: AbortSignal.timeout(ALIVE_ANSWER_MS),
      });
      if (answer.status === 200)
        this.#handover = ((await answer.json()) as { handover: Record<string, string[]> }).handover;
      else if (answer.status === 409) await this.#endForOther(answer);
    } catch {
      // If the replica is dead, the stream will notice.
      this.#sayAliveAt = Math.min(this.#sayAliveAt, Date.now() + ALIVE_RETRY_MS);
    }
  }

  /** Somebody else has logged in in this browser, so what these pages show is no longer the user's. */
  async #endForOther(answer: Response): Promise<void> {
    const { code, name } = (await answer.json().catch(() => ({}))) as { code?: string; name?: string };
    if (code !== "other_login") return;
    this.#running = false;
    this.#stream?.control.abort();
    this.#send(null, { type: "other", name: name ?? "Somebody else" });
  }

  #find(anyAnswer: boolean): Promise<string | null> {
    const search = { origin: this.#origin, origins: this.#origins, parts: this.#parts, handover: this.#handover };
    return findReplica(search, anyAnswer);
  }

  #move(origin: string): void {
    this.#send(null, { type: "move", origin, tokens: this.#handover[origin] ?? [] });
  }

  /** Each state is sent once: a tab that hears "lost" again after "away" would alarm its user over and over. */
  #showSilence(): void {
    const silentMs = Date.now() - this.#silentSince;
    if (silentMs > AWAY_MS) this.#setState("away");
    else if (silentMs > LOST_MS) this.#setState("lost");
  }

  /**
   * The stream's address names what the tabs show. When a tab shows something else, a second stream is opened, from the
   * cursor of that view, and the first one is read until the second is open: nobody goes offline, and no event is late.
   * Events that the tabs get twice are marked.
   */
  #openForAll(): void {
    if (this.#recovering || !this.#running || this.#isOpeningForAll) return;
    const missing: Shown[] = [];
    for (const [tab, shown] of this.#shown) {
      if (!this.#isWhole(shown.show, shown.from)) missing.push(shown);
      else if (!shown.isTold) {
        shown.isTold = true;
        this.#send(tab, { type: "shown", show: shown.show });
      }
    }
    const first = missing.toSorted((a, b) => a.from - b.from)[0];
    if (first === undefined) return;
    this.#isOpeningForAll = true;
    void this.#connect(first.from < seqOf(this.#cursor) ? first.cursor : this.#cursor)
      // Whether the replica is alive shows in the stream that is being read.
      .then((isOpen) => (isOpen ? undefined : sleep(REOPEN_MS)))
      .then(() => {
        this.#isOpeningForAll = false;
        this.#openForAll();
      });
  }

  /**
   * Opens a stream after `cursor`, which replaces the one that is being read. True as soon as the replica has answered,
   * false if it refused or took longer than CONNECT_MS.
   */
  async #connect(cursor: string): Promise<boolean> {
    this.#opening?.abort();
    const control = new AbortController();
    this.#opening = control;
    const shows = new Set(
      [...this.#shown.values()].flatMap(({ show }) => (show === "" ? [] : [show])).slice(-SHOWN_MAX),
    );
    const name = Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => byte.toString(16)).join("");
    const query = new URLSearchParams({ alive: name, after: cursor, show: [...shows].join() });
    const answer = await this.#request(query, cursor, control);
    if (answer === null || !(await this.#isGood(answer)) || answer.body === null) return false;
    // Another stream is being opened by now.
    if (control !== this.#opening) return false;
    this.#opening = null;
    const from = seqOf(cursor);
    // The first stream needs hand-over tokens soon; a stream that replaces another one has them.
    if (this.#stream === null || this.#stream.control.signal.aborted) this.#sayAliveAt = 0;
    else this.#stream.control.abort();
    this.#stream = { control, name };
    this.#cursor = cursor;
    this.#heardAt = Date.now();
    this.#whole = new Map([...shows].map((show) => [show, Math.min(from, this.#whole.get(show) ?? from)]));
    void this.#readAll(answer.body, control);
    return true;
  }

  /** Null if nothing answers in time. */
  async #request(query: URLSearchParams, cursor: string, control: AbortController): Promise<Response | null> {
    const limit = setTimeout(() => control.abort(), CONNECT_MS);
    try {
      return await fetch(`${this.#origin}/events?${query}`, {
        headers: {
          Accept: "application/json",
          "lastword-as": this.#me,
          ...(cursor === "" ? {} : { "Last-Event-ID": cursor }),
        },
        cache: "no-store",
        credentials: "same-origin",
        redirect: "error",
        signal: control.signal,
      });
    } catch {
      return null;
    } finally {
      clearTimeout(limit);
    }
  }

  async #isGood(answer: Response): Promise<boolean> {
    if (answer.status === 401) {
      this.#running = false;
      this.#send(null, { type: "login" });
    } else if (answer.status === 409) await this.#endForOther(answer);
    else if (answer.status === 429) await this.#giveWay();
    return answer.ok;
  }

  /** The user has too many streams, so this hub closes its own, if it has one, before it opens another. */
  async #giveWay(): Promise<void> {
    if (this.#stream === null || this.#stream.control.signal.aborted) await sleep(BUSY_MS);
    else this.#stream.control.abort();
  }

  async #readAll(body: ReadableStream<Uint8Array>, control: AbortController): Promise<void> {
    const decoder = new TextDecoder();
    // Another stream has replaced this one, so what is left of it is ignored.
    const parse = eventParser((event) => control.signal.aborted || this.#onEvent(event));
    const reader = body.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        this.#heardAt = Date.now();
        parse(decoder.decode(value, { stream: true }));
      }
    } catch {
      // Broken, or aborted here: either way the stream is over.
    }
    control.abort();
    if (control === this.#stream?.control && this.#running) void this.#recover();
  }

  /** Runs from the loss of the stream to its return. It tries its own address first, then other replicas. */
  async #recover(stayMs = STAY_MS): Promise<void> {
    if (this.#recovering) return;
    this.#recovering = true;
    this.#silentSince = Date.now();
    if (this.#connected) this.#send(null, { type: "lost" });
    for (let round = 0; this.#running; round++) {
      if (await this.#tryOnce(round, stayMs)) break;
      this.#showSilence();
      await sleep(waitBeforeRound(round));
    }
    this.#recovering = false;
    if (!this.#running) return;
    this.#setState("live");
    this.#send(null, { type: "open", again: this.#connected });
    this.#connected = true;
    this.#openForAll();
  }

  /** One round. True if the stream is open. If it is not and another replica answers, the tabs are asked to move. */
  async #tryOnce(round: number, stayMs: number): Promise<boolean> {
    const own = this.#connect(this.#cursor);
    const back = await Promise.race([own, sleep(round === 0 ? stayMs : STAY_MS).then(() => null)]);
    if (back === true) return true;
    const mustStay = this.#shared && Date.now() - this.#silentSince < STAY_SHARED_MS;
    const found = mustStay ? null : await this.#find(round > 1);
    if ((await Promise.race([own, Promise.resolve(null)])) === true) return true;
    if (found !== null && this.#running) {
      this.#move(found);
      await sleep(MOVE_MS);
    }
    return await own;
  }

  #watch(): void {
    const now = Date.now();
    // What the network did while the computer slept is not known yet.
    if (now - this.#watchedAt > SLEPT_MS) this.#heardAt = Math.max(this.#heardAt, now - SILENCE_MS + 1000);
    this.#watchedAt = now;
    if (this.#running && !this.#recovering && now - this.#heardAt > SILENCE_MS) {
      this.#stream?.control.abort();
      void this.#recover();
    }
    if (this.#recovering) this.#showSilence();
  }
}
