/**
 * The app of a page after the login. It connects the parts of the page: new messages appear, unsent messages wait, and
 * the page follows a replica that is alive.
 */
import { announce } from "./announcer.ts";
import { openCluster, type ClusterLine, type Kept } from "./cluster.ts";
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
import { listenToNameFields } from "./name-fields.ts";
import { Outbox } from "./outbox.ts";
import type { AnswerJson } from "./requests.ts";
import { listenToSearchField } from "./search-field.ts";
import { listenToFiles } from "./shown-files.ts";
import { Switcher } from "./switcher.ts";
import { Switching } from "./switching.ts";
import { followedByReply, isThreadPath, threadOn } from "./thread-pane.ts";
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

/** The conversation in the main part, without the thread beside it; the main part itself if it shows none. */
function conversationOn(main: HTMLElement): HTMLElement {
  return main.querySelector<HTMLElement>(".conversation[data-conversation]:not(.thread)") ?? main;
}

/** The row of the list that belongs to a path; "" if the path does not name one. */
function rowOf(path: string): string {
  if (/^\/(?:rooms$|new-room$)/.test(path)) return "rooms";
  if (path.startsWith("/activity")) return "activity";
  if (path.startsWith("/threads")) return "threads";
  if (path.startsWith("/saved")) return "saved";
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
  /** The thread beside the conversation. */
  #thread: View | null = null;

  constructor(data: PageData) {
    const { me, person, cluster, key } = data;
    this.#data = data;
    afterEntrance(cluster, me);
    this.#kept = openKept({ cluster, me, name: person });
    this.#state = this.#kept.take(key);
    this.#cluster = openCluster({ onKept: (kept) => this.#setKept(kept) });
    this.#navigation = openNavigation((text, options) => this.#cluster.say(text, options));
    openLeave();
    this.#departure = new Departure({
      kept: this.#kept,
      state: this.#state,
      key,
      person,
      navigation: this.#navigation,
      views: () => this.#views(),
    });
    this.#outbox = this.#openOutbox();
    const main = required("#main");
    this.#view = this.#openView(conversationOn(main), this.#state);
    this.#thread = this.#openThread(main, this.#state.thread ?? FRESH);
    if (this.#state.moved)
      this.#cluster.say("Switched to another server. Nothing was lost.", { short: true, tone: "done" });
    this.#departure.store();
    const cursor = main.dataset["cursor"] ?? "";
    this.#notices = new Notices({
      key: `${cluster}-${me}`,
      from: Number(cursor.slice(cursor.lastIndexOf(":") + 1)),
      shown: () => this.#views().map(({ conversation }) => conversation),
      open: (path) => this.#switching.open(path),
    });
    this.#notices.showTotal(required("#sidebar").dataset["calls"] ?? "0");
    this.#words = openLiveWords({ me, onGone: () => this.#closeComposers("This account was deleted") });
    this.#list = new List(
      {
        words: this.#words,
        filter: this.#filter,
        drafted: () => Object.keys(this.#state.drafts),
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

  #views(): View[] {
    return [this.#view, this.#thread].filter((view) => view !== null);
  }

  #viewOf(conversation: string | null): View | undefined {
    return this.#views().find((view) => view.conversation === conversation);
  }

  #setKept(kept: Kept): void {
    for (const { roll } of this.#views()) roll?.setKept(kept);
  }

  #closeComposers(why: string): void {
    for (const { composer } of this.#views()) composer?.close(why);
  }

  #openOutbox(): Outbox {
    return new Outbox({
      me: this.#data.me,
      unsent: this.#state.unsent,
      onChange: () => this.#departure.store(),
      onSent: (item, answer) => this.#onSent(item, answer),
      onRefused: (item, sentence, field) =>
        this.#viewOf(item.conversation)?.composer?.takeBack(item, sentence, field) ?? false,
      hasDraft: (id) => (this.#state.drafts[id]?.text ?? "") !== "",
      onLogin: () => this.#departure.toLogin(),
      onOther: (name) => this.#departure.endForOther(name),
    });
  }

  #onSent(item: UnsentItem, answer: AnswerJson): void {
    const { conversation = null, composer = null } = this.#view ?? {};
    if (item.conversation === null) {
      delete this.#state.drafts[slotOfName(item.to ?? "")];
      this.#departure.store();
      // Only the page where it was written opens the conversation. On any other page the user is reading something
      // else.
      if (conversation !== null || composer === null || answer.message === undefined) return;
      composer.clear();
      this.#switching.open(`/c/${answer.message.conversationId}`);
    } else if (answer.row !== undefined) {
      const view = this.#viewOf(item.conversation);
      if (item.about?.kind === "edit") return view?.roll?.change(answer.row);
      view?.roll?.addHtml(answer.row, false, answer.kept);
      view?.roll?.clearUnreadUpTo(item.readUpTo);
      if (view !== undefined && view === this.#thread) followedByReply(view.root);
    }
  }

  #openView(root: HTMLElement, arrival: Here): View {
    return openView(root, arrival, {
      me: this.#data.me,
      state: this.#state,
      outbox: this.#outbox,
      kept: this.#cluster.keptNow(),
      store: () => this.#departure.store(),
      isMoving: () => this.#departure.isMoving(),
      say: (text, tone) => this.#cluster.say(text, { short: true, tone }),
    });
  }

  #openThread(main: HTMLElement, arrival: Here): View | null {
    const section = threadOn(main);
    return section === null ? null : this.#openView(section, arrival);
  }

  /** The conversations on the page, as the stream is asked for them. */
  #shown(): string {
    return this.#views()
      .flatMap(({ conversation }) => conversation ?? [])
      .join();
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
      onChosen: (path) => {
        if (!isThreadPath(path)) this.#list.setCurrent(rowOf(path));
      },
      beforeSwap: () => {
        for (const view of this.#views()) view.close();
      },
      afterSwap: (main) => this.#onSwapped(main),
      beforeThread: () => {
        this.#thread?.close();
        this.#thread = null;
      },
      afterThread: (section, cursor) => {
        const view = this.#openView(section, FRESH);
        this.#thread = view;
        this.#link.show({ show: this.#shown(), cursor });
        return view;
      },
    });
  }

  #onSwapped(main: HTMLElement): View {
    const view = this.#openView(conversationOn(main), FRESH);
    this.#view = view;
    this.#thread = this.#openThread(main, FRESH);
    this.#list.setCurrent(main.dataset["current"] ?? "");
    const { unread = "0", calls = "0" } = required("#sidebar").dataset;
    this.#showWaiting(unread, calls);
    this.#events.onSwitched();
    this.#link.show({ show: this.#shown(), cursor: main.dataset["cursor"] ?? "" });
    return this.#thread ?? view;
  }

  #openEvents(): Events {
    return new Events({
      me: this.#data.me,
      state: this.#state,
      views: () => this.#views(),
      isSwitching: () => this.#switching.isUnderWay(),
      list: this.#list,
      words: this.#words,
      onCalled: ({ conversationId, by }) => {
        const title = this.#list.nameOf(conversationId);
        this.#notices.called({ conversationId, title, text: `${by.name} mentions you in an edited message` });
      },
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
      keep: () => {
        for (const { composer } of this.#views()) composer?.keepDraft();
      },
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
        show: this.#shown(),
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
        return this.#setKept(this.#cluster.keptNow());
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
    listenToSearchField();
    listenToNameFields();
    listenToFiles();
    listenToKeys({
      help: () => required<HTMLDialogElement>("dialog#help").showModal(),
      switch: () => this.#switcher.toggle(),
      previous: () => stepInList(-1, false),
      next: () => stepInList(1, false),
      previousUnread: () => stepInList(-1, true),
      nextUnread: () => stepInList(1, true),
      filter: () => this.#filter.focus(),
      compose: () => this.#focused()?.composer?.focus(),
      write: () => required("#sidebar .new-message").click(),
      people: () => required('.menu a[href="/people"]').click(),
      servers: () => void this.#cluster.openPanel(),
      unread: () => this.#focused()?.roll?.goToUnread(),
      newest: () => void this.#focused()?.roll?.goToEnd(),
      markRead: () => this.#focused()?.reading?.markAll(),
      select: () => this.#focused()?.selection?.toggle(),
      cancel: () => this.#leave(),
    });
  }

  /** The part of the page that the keys are for: the thread if the focus is there. */
  #focused(): View | null {
    return this.#thread?.root.contains(document.activeElement) === true ? this.#thread : this.#view;
  }

  /** Escape: ends a selection, closes the thread, or leaves the text field so that single keys are shortcuts again. */
  #leave(): void {
    const selecting = this.#views().find(({ selection }) => selection?.isOn() === true);
    if (selecting !== undefined) return selecting.selection?.setMode(false);
    const isInText = document.activeElement !== null && isTyping(document.activeElement);
    const isInConversation = isInText && this.#focused() === this.#view;
    if (isInConversation) return (this.#view?.roll?.log ?? required("#main")).focus();
    if (!this.#switching.closeThread() && isInText) required("#main").focus();
  }
}
