/** What the events of the stream change on the page; ARCHITECTURE.md, "What a page receives", lists them. */
import { announce } from "./announcer.ts";
import type { ClusterSummary } from "./cluster.ts";
import { required } from "./elements.ts";
import type { HubEvent } from "./hub-messages.ts";
import type { PageState } from "./kept-state.ts";
import { showReports, type List, type ListRow } from "./list.ts";
import type { LiveWords } from "./live-words.ts";
import type { Person } from "./profiles.ts";
import { sleep } from "./requests.ts";
import type { Roll } from "./roll.ts";
import { followRoom } from "./room-news.ts";
import { isThreadId } from "../messages/pane.ts";
import { showSaved, type Saved } from "./saved.ts";
import { refreshThreads, showRoot } from "./thread-pane.ts";
import type { HeardDraft } from "./synced-draft.ts";
import { showTyping } from "./typing-note.ts";
import type { View } from "./view.ts";

const RESET_RETRY_MS = 1000;

interface EventsInput {
  readonly me: string;
  readonly state: PageState;
  /** What the page shows: a conversation or something else, and perhaps a thread. */
  readonly views: () => readonly View[];
  /** True while another view is being fetched and is not on the page yet. */
  readonly isSwitching: () => boolean;
  readonly list: List;
  readonly words: LiveWords;
  readonly onCluster: (summary: ClusterSummary & { readonly origins: readonly string[] }) => void;
  /** An edited message calls the user. */
  readonly onCalled: (call: Call) => void;
  /** The login has ended. */
  readonly onEnded: () => void;
}

/** An edited message mentions the user now. */
export interface Call {
  readonly conversationId: string;
  readonly by: Person;
}

interface Activity {
  readonly conversationId: string;
  readonly authorId: string;
  readonly authorName: string;
}

interface ReadMarks {
  readonly conversationId: string;
  readonly readerId: string;
  readonly messageIds: readonly string[];
  /** A seq; -1 for none. */
  readonly upTo: number;
}

/** Handles the events of an app page. */
export class Events {
  readonly #input: EventsInput;
  /** Each handler receives the event's data, parsed from JSON. */
  readonly #handlers: Readonly<Record<string, (data: never, again: boolean) => void>>;

  /** People who came online or left while another view was being fetched; the replica may have rendered it before. */
  readonly #cameAndWent = new Map<string, Person>();

  constructor(input: EventsInput) {
    const { list, words, views } = input;
    this.#input = input;
    this.#handlers = {
      activity: (activity: Activity, again) => this.#onActivity(activity, again),
      row: (row: ListRow) => {
        list.place(row);
        if (isThreadId(row.conversationId)) refreshThreads();
      },
      gone: ({ messageIds }: { messageIds: string[] }) => {
        for (const { roll } of views()) roll?.removeIds(messageIds);
      },
      unread: ({ conversationId, from }: { conversationId: string; from: number }) => {
        const view = this.#viewOf(conversationId);
        view?.reading?.pause();
        view?.roll?.markUnreadFrom(from);
      },
      saved: (saved: Saved) => showSaved(saved),
      read: (marks: ReadMarks) => this.#onRead(marks),
      person: ({ person }: { person: Person }) => this.#onPerson(person),
      profile: ({ person }: { person: Person }) => this.#onProfile(person),
      presence: ({ person }: { person: Person }) => {
        if (input.isSwitching()) this.#cameAndWent.set(person.id, person);
        words.onPresence(person);
      },
      typing: (typing: { conversationId: string; userId: string }) => {
        const { conversationId, userId } = typing;
        if (userId !== input.me && this.#viewOf(conversationId) !== undefined) showTyping(conversationId, true);
      },
      conversation: ({ conversationId }: { conversationId: string }) => {
        const [view] = views();
        if (conversationId === view?.conversation) void followRoom(() => views()[0]!);
      },
      called: (call: Call) => input.onCalled(call),
      draft: (draft: HeardDraft) => this.#onDraft(draft),
      reports: ({ open }: { open: number }) => showReports(open),
      reset: () => void this.reset(),
      ended: () => input.onEnded(),
      cluster: (summary: ClusterSummary & { origins: string[] }) => input.onCluster(summary),
    };
  }

  handle({ name, data, again }: HubEvent): void {
    if (name === "message") this.#onMessage(data, again);
    else if (name === "changed") this.#onChanged(data);
    else this.#handlers[name]?.(JSON.parse(data) as never, again);
  }

  #viewOf(conversation: string): View | undefined {
    return this.#input.views().find((view) => view.conversation === conversation);
  }

  #onDraft(draft: HeardDraft): void {
    const { state, list } = this.#input;
    const { conversationId, body } = draft;
    const composer = this.#viewOf(conversationId)?.composer ?? null;
    composer?.heard(draft);
    // This browser's copy of an older one.
    const known = state.drafts[conversationId];
    if (composer === null && known?.isSaved === true && known.about === null && known.text !== body)
      delete state.drafts[conversationId];
    list.setSynced(conversationId, body !== "");
  }

  #onChanged(html: string): void {
    for (const { roll } of this.#input.views()) roll?.change(html);
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const row = holder.content.querySelector<HTMLElement>(".message");
    if (row !== null) showRoot(row);
  }

  /** Another view is on the page now. */
  onSwitched(): void {
    for (const person of this.#cameAndWent.values()) this.#input.words.showPresence(person);
    this.#cameAndWent.clear();
  }

  /** The page may show a branch of the log that no longer exists. It asks for the rows until a replica answers. */
  async reset(): Promise<void> {
    const { list, state, views } = this.#input;
    list.refresh();
    // In the new order, a message that the user has not seen may come before one that the user has seen.
    for (const item of state.unsent) item.readUpTo = "";
    const isShown = (roll: Roll): boolean => views().some((view) => view.roll === roll);
    const reload = async (roll: Roll): Promise<void> => {
      while (isShown(roll) && !(await roll.reload())) await sleep(RESET_RETRY_MS);
    };
    await Promise.all(views().flatMap(({ roll }) => (roll === null ? [] : [reload(roll)])));
  }

  /** `html`: the row, as the replica rendered it. */
  #onMessage(html: string, again: boolean): void {
    const { me } = this.#input;
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const row = holder.content.querySelector<HTMLElement>(".message");
    if (row === null) return;
    const authorId = row.dataset["author"] ?? "";
    const authorName = required(".author", row).textContent ?? "";
    const conversationId = row.dataset["conversation"] ?? "";
    const roll = this.#viewOf(conversationId)?.roll ?? null;
    // Another tab of this browser shows that conversation.
    if (roll === null) return this.#onActivity({ conversationId, authorId, authorName }, again);
    const isNew = document.getElementById(row.id) === null;
    roll.addHtml(html, true);
    if (authorId === me || !isNew) return;
    announce(`${authorName}: ${required(".body", row).textContent}`);
    showTyping(conversationId, false);
  }

  /** Announces a message that this page does not show. The list already has one that was delivered before (`again`). */
  #onActivity({ conversationId, authorId, authorName }: Activity, again: boolean): void {
    const { me, list } = this.#input;
    if (authorId === me || again || this.#viewOf(conversationId) !== undefined || list.isMuted(conversationId)) return;
    announce(`New from ${authorName}`);
  }

  #onRead({ conversationId, readerId, messageIds, upTo }: ReadMarks): void {
    const roll = this.#viewOf(conversationId)?.roll;
    if (readerId === this.#input.me) roll?.clearUnread(messageIds, upTo);
    else roll?.setReadByOther(messageIds, upTo);
  }

  #onProfile(person: Person): void {
    const { views, words, list } = this.#input;
    words.onProfile(person);
    list.renamed(person.id);
    const [view] = views();
    const head = document.querySelector(
      `#main .conversation:not(.thread) .head .presence[data-user="${CSS.escape(person.id)}"]`,
    );
    // The head says more of the other person: the status in words, and the time there.
    if (view !== undefined && head !== null) void followRoom(() => views()[0]!);
  }

  #onPerson(person: Person): void {
    const { views, words, list } = this.#input;
    // The person's rows show the name, or that the account was deleted.
    for (const { roll } of views())
      if (roll?.list.querySelector(`.message[data-author="${CSS.escape(person.id)}"]`)) void roll.reload();
    words.onUser(person);
    list.refresh();
  }
}
