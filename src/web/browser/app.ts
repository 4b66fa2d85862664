/**
 * The app of a page after the login. It connects the parts of the page: new messages appear, unsent messages wait, and
 * the page follows a replica that is alive.
 */
import { announce } from "./announcer.ts";
import { openCluster, type ClusterLine } from "./cluster.ts";
import { Departure } from "./departure.ts";
import { required } from "./elements.ts";
import { afterEntrance } from "./entrance.ts";
import { Events } from "./events.ts";
import type { HubMessage, LinkState } from "./hub-messages.ts";
import {
  FRESH,
  openKept,
  slotOfName,
  type Here,
  type KeptState,
  type PageState,
  type UnsentItem,
} from "./kept-state.ts";
import { isTyping, listenToKeys } from "./keys.ts";
import { openLeave } from "./leave.ts";
import { openLink, scriptFor, type Link } from "./link.ts";
import { List, stepInList } from "./list.ts";
import { ListFilter } from "./list-filter.ts";
import { openLiveWords, type LiveWords } from "./live-words.ts";
import { LogOut } from "./log-out.ts";
import { openNavigation, type Navigation } from "./navigation.ts";
import { Notices } from "./notices.ts";
import { Outbox } from "./outbox.ts";
import type { AnswerJson } from "./requests.ts";
import { Switcher } from "./switcher.ts";
import { Switching } from "./switching.ts";
import { openView, type View } from "./view.ts";

/** The data attributes of the page's body. */
interface PageData {
  readonly me: string;
  readonly person: string;
  readonly cluster: string;
  /** The key of this login. */
  readonly key: string;
}

/** What a page loads besides its HTML, as paths. */
function partsOf(stream: string, origins: readonly string[]): string[] {
  const loaded = document.querySelectorAll<HTMLLinkElement | HTMLScriptElement>('link[rel="stylesheet"], script[src]');
  const addresses = Array.from(loaded, (one) => (one instanceof HTMLLinkElement ? one.href : one.src));
  return [...addresses.map((address) => new URL(address).pathname), scriptFor(stream, origins)];
}

/** The row of the list that belongs to a path; "" if the path does not name one. */
function rowOf(path: string): string {
  if (/^\/(?:rooms$|new-room$)/.test(path)) return "rooms";
  if (path.startsWith("/activity")) return "activity";
  return path === "/" || path === "/new" ? "new" : (/^\/(?:c|rooms)\/([\w.~-]+)/.exec(path)?.[1] ?? "");
}

/** The app of one page, for as long as the page is open. */
export class App {
  readonly #data: PageData;
  readonly #kept: KeptState;
  readonly #state: PageState;
  readonly #cluster: ClusterLine;
  readonly #navigation: Navigation;
  readonly #departure: Departure;
  readonly #outbox: Outbox;
  readonly #words: LiveWords;
  readonly #list: List;
  readonly #notices: Notices;
  readonly #events: Events;
  readonly #logOut: LogOut;
  readonly #link: Link;
  readonly #switching: Switching;
  readonly #switcher = new Switcher();
  readonly #filter = new ListFilter((text) => this.#switcher.toggle(text));
  #view: View | null = null;

  constructor(data: PageData) {
    const { me, person, cluster, key } = data;
    this.#data = data;
    afterEntrance(cluster, me);
    this.#kept = openKept({ cluster, me, name: person });
    this.#state = this.#kept.take(key);
    this.#cluster = openCluster({ onKept: (kept) => this.#view?.roll?.setKept(kept) });
    this.#navigation = openNavigation((text) => this.#cluster.say(text));
    openLeave();
    this.#departure = new Departure({
      kept: this.#kept,
      state: this.#state,
      key,
      person,
      navigation: this.#navigation,
      view: () => this.#view,
    });
    this.#outbox = this.#openOutbox();
    const main = required("#main");
    this.#view = this.#openView(main, this.#state);
    if (this.#state.moved) this.#cluster.say("Switched to another server. Nothing was lost.", { short: true });
    this.#departure.store();
    const cursor = main.dataset["cursor"] ?? "";
    this.#notices = new Notices({
      key: `${cluster}-${me}`,
      from: Number(cursor.slice(cursor.lastIndexOf(":") + 1)),
      shown: () => [this.#view?.conversation ?? null],
      open: (path) => this.#switching.open(path),
    });
    this.#notices.showTotal(required("#sidebar").dataset["calls"] ?? "0");
    this.#words = openLiveWords({ me, onGone: () => this.#view?.composer?.close("This account was deleted") });
    this.#list = new List(
      {
        words: this.#words,
        filter: this.#filter,
        hasDraft: (id) => id in this.#state.drafts,
        onWaiting: (unread, calls) => this.#showWaiting(unread, calls),
        onRow: (row) => this.#notices.changed(row),
      },
      main.dataset["current"] ?? "",
    );
    this.#list.drawDrafts();
    this.#events = this.#openEvents();
    this.#logOut = this.#openLogOut();
    this.#switching = this.#openSwitching();
    this.#link = this.#openLink(cursor);
    this.#listenToKeys();
  }

  #openOutbox(): Outbox {
    return new Outbox({
      me: this.#data.me,
      unsent: this.#state.unsent,
      onChange: () => this.#departure.store(),
      onSent: (item, answer) => this.#onSent(item, answer),
      onRefused: (item, sentence, field) => this.#view?.composer?.takeBack(item, sentence, field) ?? false,
      onLogin: () => this.#departure.toLogin(),
      onOther: (name) => this.#departure.endForOther(name),
    });
  }

  #onSent(item: UnsentItem, answer: AnswerJson): void {
    const { conversation = null, composer = null, roll = null } = this.#view ?? {};
    if (item.conversation === null) {
      delete this.#state.drafts[slotOfName(item.to ?? "")];
      this.#departure.store();
      // Only the page where it was written opens the conversation. On any other page the user is reading something
      // else.
      if (conversation !== null || composer === null || answer.message === undefined) return;
      composer.clear();
      this.#switching.open(`/c/${answer.message.conversationId}`);
    } else if (item.conversation === conversation && answer.row !== undefined) {
      if (item.about?.kind === "edit") return roll?.change(answer.row);
      roll?.addHtml(answer.row, false, answer.kept);
      roll?.clearUnreadUpTo(item.readUpTo);
    }
  }

  #openView(main: HTMLElement, arrival: Here): View {
    return openView(main, arrival, {
      me: this.#data.me,
      state: this.#state,
      outbox: this.#outbox,
      kept: this.#cluster.keptNow(),
      store: () => this.#departure.store(),
      isMoving: () => this.#departure.isMoving(),
      say: (text) => this.#cluster.say(text, { short: true }),
    });
  }

  /** The numbers of all unread messages and of those that call the user, in the words of the list. */
  #showWaiting(unread: string, calls: string): void {
    document.title = `${calls === "0" ? "" : `(${calls}) `}${required("#main").dataset["title"] ?? ""}`;
    this.#words.showUnread(unread);
    this.#notices.showTotal(calls);
  }

  #openSwitching(): Switching {
    return new Switching({
      navigation: this.#navigation,
      isMoving: () => this.#departure.isMoving(),
      load: (path) => this.#departure.openPage(path),
      onChosen: (path) => this.#list.setCurrent(rowOf(path)),
      beforeSwap: () => this.#view?.close(),
      afterSwap: (main) => this.#onSwapped(main),
    });
  }

  #onSwapped(main: HTMLElement): View {
    const view = this.#openView(main, FRESH);
    this.#view = view;
    this.#list.setCurrent(main.dataset["current"] ?? "");
    const { unread = "0", calls = "0" } = required("#sidebar").dataset;
    this.#showWaiting(unread, calls);
    this.#events.onSwitched();
    this.#link.show({ show: view.conversation ?? "", cursor: main.dataset["cursor"] ?? "" });
    return view;
  }

  #openEvents(): Events {
    return new Events({
      me: this.#data.me,
      state: this.#state,
      view: () => this.#view!,
      isSwitching: () => this.#switching.isUnderWay(),
      list: this.#list,
      words: this.#words,
      onEnded: () => this.#onLoginOver(),
      onCluster: (summary) => {
        this.#cluster.show(summary);
        this.#link.origins(summary.origins);
      },
    });
  }

  #onLoginOver(): void {
    if (!this.#logOut.takesEnd()) this.#departure.toLogin(this.#logOut.isLeaving());
  }

  #openLogOut(): LogOut {
    return new LogOut({
      cluster: this.#data.cluster,
      me: this.#data.me,
      state: this.#state,
      keep: () => this.#view?.composer?.keepDraft(),
      isLost: () => this.#navigation.isLost(),
      say: (text) => this.#cluster.say(text),
      onLeft: () => this.#departure.end(),
      onOther: (name) => this.#departure.endForOther(name),
    });
  }

  #openLink(cursor: string): Link {
    const { me, cluster, key } = this.#data;
    const { stream = "", shared, origins: listed = "" } = document.body.dataset;
    const origins = listed.split(" ").filter((one) => one !== "");
    return openLink({
      script: stream,
      cluster,
      me,
      key,
      page: {
        me,
        cursor,
        opened: performance.timeOrigin,
        origins,
        shared: shared === "yes",
        parts: partsOf(stream, origins),
        show: this.#view?.conversation ?? "",
      },
      onMessage: (message) => this.#hear(message),
    });
  }

  #hear(message: HubMessage): void {
    switch (message.type) {
      case "event":
        return this.#events.handle(message);
      case "lost":
        return this.#navigation.lost();
      case "open":
        this.#navigation.found();
        this.#switching.hurry();
        // While the stream was closed, no event told who came online and who left.
        if (message.again) this.#list.refreshSoon();
        return;
      case "tick":
        return this.#view?.roll?.setKept(this.#cluster.keptNow());
      case "state":
        return this.#showState(message.state);
      case "move":
        return this.#departure.moveTo(message.origin, message.tokens);
      case "seat":
        return this.#departure.takeSeat(message.seat);
      case "shown":
        return;
      case "stale":
        return void this.#events.reset();
      case "login":
        return this.#onLoginOver();
      case "other":
        return this.#departure.endForOther(message.name);
    }
  }

  #showState(state: LinkState): void {
    if (state === "live") {
      this.#cluster.say("");
      announce("Connected again");
      this.#outbox.hurry();
    } else if (state === "lost") {
      this.#cluster.lose("reconnecting");
    } else {
      // This is also the case if there never was a stream, because the replica died while the page was loading.
      this.#navigation.lost();
      this.#cluster.lose("no connection");
      this.#cluster.say("No connection to any server. Keep writing; messages are sent when a server is back.");
    }
  }

  #listenToKeys(): void {
    listenToKeys({
      help: () => required<HTMLDialogElement>("dialog#help").showModal(),
      switch: () => this.#switcher.toggle(),
      previous: () => stepInList(-1, false),
      next: () => stepInList(1, false),
      previousUnread: () => stepInList(-1, true),
      nextUnread: () => stepInList(1, true),
      filter: () => this.#filter.focus(),
      compose: () => this.#view?.composer?.focus(),
      write: () => required("#sidebar .new-message").click(),
      people: () => required('.menu a[href="/people"]').click(),
      servers: () => void this.#cluster.openPanel(),
      unread: () => this.#view?.roll?.goToUnread(),
      newest: () => void this.#view?.roll?.goToEnd(),
      markRead: () => this.#view?.reading?.markAll(),
      select: () => this.#view?.selection?.toggle(),
      cancel: () => {
        if (this.#view?.selection?.isOn()) this.#view.selection.setMode(false);
        // Leaves the text field, so that single keys work as shortcuts again.
        else if (document.activeElement !== null && isTyping(document.activeElement))
          (this.#view?.roll?.log ?? required("#main")).focus();
      },
    });
  }
}
