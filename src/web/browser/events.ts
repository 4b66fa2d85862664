/** What the events of the stream change on the page; ARCHITECTURE.md, "What a page receives", lists them. */
import { announce } from "./announcer.ts";
import type { ClusterSummary } from "./cluster.ts";
import { required } from "./elements.ts";
import type { HubEvent } from "./hub-messages.ts";
import type { PageState } from "./kept-state.ts";
import type { List, ListRow } from "./list.ts";
import type { LiveWords, Person } from "./live-words.ts";
import { sleep } from "./requests.ts";
import { followRoom } from "./room-news.ts";
import { showTyping } from "./typing-note.ts";
import type { View } from "./view.ts";

const RESET_RETRY_MS = 1000;

interface EventsInput {
  readonly me: string;
  readonly state: PageState;
  readonly view: () => View;
  /** True while another view is being fetched and is not on the page yet. */
  readonly isSwitching: () => boolean;
  readonly list: List;
  readonly words: LiveWords;
  readonly onCluster: (summary: ClusterSummary & { readonly origins: readonly string[] }) => void;
  /** The login has ended. */
  readonly onEnded: () => void;
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
    const { list, words, view } = input;
    this.#input = input;
    this.#handlers = {
      activity: (activity: Activity, again) => this.#onActivity(activity, again),
      row: (row: ListRow) => list.place(row),
      gone: ({ messageIds }: { messageIds: string[] }) => view().roll?.removeIds(messageIds),
      read: (marks: ReadMarks) => this.#onRead(marks),
      person: ({ person }: { person: Person }) => this.#onPerson(person),
      presence: ({ person }: { person: Person }) => {
        if (input.isSwitching()) this.#cameAndWent.set(person.id, person);
        words.onPresence(person);
      },
      typing: (typing: { conversationId: string; userId: string }) => {
        if (typing.conversationId === view().conversation && typing.userId !== input.me) showTyping(true);
      },
      conversation: ({ conversationId }: { conversationId: string }) => {
        if (conversationId === view().conversation) void followRoom(view);
      },
      reset: () => void this.reset(),
      ended: () => input.onEnded(),
      cluster: (summary: ClusterSummary & { origins: string[] }) => input.onCluster(summary),
    };
  }

  handle({ name, data, again }: HubEvent): void {
    if (name === "message") this.#onMessage(data, again);
    else if (name === "changed") this.#input.view().roll?.change(data);
    else this.#handlers[name]?.(JSON.parse(data) as never, again);
  }

  /** Another view is on the page now. */
  onSwitched(): void {
    for (const person of this.#cameAndWent.values()) this.#input.words.showPresence(person);
    this.#cameAndWent.clear();
  }

  /** The page may show a branch of the log that no longer exists. It asks for the rows until a replica answers. */
  async reset(): Promise<void> {
    const { list, state, view } = this.#input;
    list.refresh();
    // In the new order, a message that the user has not seen may come before one that the user has seen.
    for (const item of state.unsent) item.readUpTo = "";
    const { roll } = view();
    while (roll !== null && view().roll === roll && !(await roll.reload())) await sleep(RESET_RETRY_MS);
  }

  /** `html`: the row, as the replica rendered it. */
  #onMessage(html: string, again: boolean): void {
    const { me, view } = this.#input;
    const { roll, conversation } = view();
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const row = holder.content.querySelector<HTMLElement>(".message");
    if (row === null) return;
    const authorId = row.dataset["author"] ?? "";
    const authorName = required(".author", row).textContent ?? "";
    const conversationId = row.dataset["conversation"] ?? "";
    // Another tab of this browser shows that conversation.
    if (roll === null || conversationId !== conversation)
      return this.#onActivity({ conversationId, authorId, authorName }, again);
    const isNew = document.getElementById(row.id) === null;
    roll.addHtml(html, true);
    if (authorId === me || !isNew) return;
    announce(`${authorName}: ${required(".body", row).textContent}`);
    showTyping(false);
  }

  /** Announces a message that this page does not show. The list already has one that was delivered before (`again`). */
  #onActivity({ conversationId, authorId, authorName }: Activity, again: boolean): void {
    const { me, view, list } = this.#input;
    if (authorId === me || again || conversationId === view().conversation || list.isMuted(conversationId)) return;
    announce(`New from ${authorName}`);
  }

  #onRead({ conversationId, readerId, messageIds, upTo }: ReadMarks): void {
    const { me, view } = this.#input;
    const { roll, conversation } = view();
    if (conversationId !== conversation) return;
    if (readerId === me) roll?.clearUnread(messageIds, upTo);
    else roll?.setReadByOther(messageIds, upTo);
  }

  #onPerson(person: Person): void {
    const { view, words, list } = this.#input;
    const { roll } = view();
    // The person's rows show the name, or that the account was deleted.
    if (roll?.list.querySelector(`.message[data-author="${CSS.escape(person.id)}"]`)) void roll.reload();
    words.onUser(person);
    list.refresh();
  }
}
