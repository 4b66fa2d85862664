/** A part of a page, beside the list: a conversation, a thread beside it, a new message, or a page without messages. */
import { openComposer, type Composer } from "./composer.ts";
import { openCode } from "./code.ts";
import type { Kept } from "./cluster.ts";
import { EmojiPicker } from "./emoji-picker.ts";
import type { Here, PageState, UnsentItem } from "./kept-state.ts";
import { actOn, copyLink, openMessageMenu, type MessageActs } from "./message-menu.ts";
import { openNoticeSetting } from "./notices.ts";
import { openPushSetting } from "./push.ts";
import type { Outbox } from "./outbox.ts";
import { openPreferences } from "./preferences.ts";
import { openQuotes } from "./quotes.ts";
import { openReactions } from "./reactions.ts";
import { toggleSaved } from "./saved.ts";
import { Reading } from "./reading.ts";
import { openRoll, type Roll } from "./roll.ts";
import { openRowFocus } from "./row-focus.ts";
import { openFollow } from "./thread-pane.ts";
import { openSelection, selectOne, type Selection } from "./selection.ts";
import { offerZone } from "./zone-offer.ts";
import type { Say } from "./say.ts";

interface ViewInput {
  readonly me: string;
  readonly state: Pick<PageState, "drafts" | "unsent">;
  readonly outbox: Outbox;
  /** The number of replicas that have saved the newest messages. */
  readonly kept: Kept;
  /** Stores drafts and unsent messages, so that they outlive the page. */
  readonly store: () => void;
  /** True while the page moves to another replica. */
  readonly isMoving: () => boolean;
  /** Shows a note that disappears by itself. */
  readonly say: Say;
}

/** An open view. Parts that it does not have are null. */
export interface View {
  /** Null on pages without messages. */
  readonly conversation: string | null;
  /** The part of the page. */
  readonly root: HTMLElement;
  readonly roll: Roll | null;
  readonly composer: Composer | null;
  readonly reading: Reading | null;
  readonly selection: Selection | null;
  here(): Here;
  /** The page is about to show something else. The draft is stored; marks and messages are still sent. */
  close(): void;
}

/**
 * Opens the view in a part of the page: a conversation or a thread, or the whole of `main` if it has no messages.
 * `arrival`: the user's place in it at another replica.
 */
export function openView(root: HTMLElement, arrival: Here, input: ViewInput): View {
  const { me, state, outbox, store } = input;
  const closing = new AbortController();
  const roll = openRoll(root, me, input.kept);
  const conversation = roll?.conversation ?? null;
  outbox.open(roll);
  let reading: Reading | null = null;
  const picker = openPicker(root, closing.signal);
  const composer = openComposer({
    picker,
    drafts: state.drafts,
    root,
    outbox,
    conversation,
    onDraft: store,
    arrival,
    isMoving: input.isMoving,
    seenUpTo: () => reading?.seenUpTo() ?? "",
    lastOwn: () => Array.from(roll?.list.querySelectorAll<HTMLElement>(".message.own") ?? []).at(-1) ?? null,
  });
  if (composer !== null && conversation === null) resumeNew(composer, state.unsent);
  if (arrival.place !== null) void roll?.goTo(arrival.place);
  if (arrival.kept !== null) roll?.keepAtLeast(arrival.kept);
  let selection: Selection | null = null;
  if (roll !== null) {
    const onSight = root.closest("main")?.getAttribute("data-read-on-sight") === "yes";
    const opened = new Reading(roll, { onSight, say: input.say, closed: closing.signal });
    const rowFocus = openRowFocus(roll, (row) => opened.mark(row));
    reading = opened;
    openPreferences(root, { say: input.say, closed: closing.signal });
    openCode(roll, input.say);
    const react = openReactions(roll, { onRow: (html) => roll.change(html), say: input.say });
    openQuotes(roll.list, (id) => roll.show(id));
    const selected = openSelection(roll, { onMode: (on) => rowFocus.tickable(on), say: input.say });
    openMessageMenu(roll, {
      acts: actsOf(roll, { composer, reading: opened, remove: (row) => selectOne(selected, row) }, input.say),
      react: (row, emoji) => react(row, emoji, true),
      picker,
      say: input.say,
      closed: closing.signal,
    });
    selection = selected;
  }
  openForms(root, input.say);
  const here = (): Here => ({
    place: roll?.placeOf() ?? null,
    focus: composer?.selection() ?? null,
    to: composer?.recipient() ?? "",
    kept: roll?.lastKept() ?? null,
  });
  const close = (): void => {
    closing.abort();
    composer?.leave();
    roll?.close();
    outbox.close(roll);
  };
  return { conversation, root, roll, composer, reading, selection, here, close };
}

/** What the entries of a message's menu do. */
function actsOf(
  roll: Roll,
  {
    composer,
    reading,
    remove,
  }: { readonly composer: Composer | null; readonly reading: Reading; readonly remove: (row: HTMLElement) => void },
  say: ViewInput["say"],
): MessageActs {
  const change = (row: HTMLElement, form: string): void =>
    void actOn(row, form, { onRow: (html) => roll.change(html), say });
  return {
    delete: remove,
    edit: (row) => void composer?.edit(row),
    quote: (row) => composer?.quote(row),
    pin: (row) => change(row, row.dataset["pinned"] === undefined ? "pin" : "unpin"),
    // The event about it shows the rows as unread, on this page as on the others.
    unread: (row) => {
      reading.pause();
      change(row, "unread");
    },
    save: (row) => void toggleSaved(row, say),
    link: (row) => void copyLink(row, say),
  };
}

function openForms(root: HTMLElement, say: ViewInput["say"]): void {
  openNoticeSetting(root);
  openPushSetting(root);
  offerZone(root);
  openFollow(root, say);
}

/** Null: no template is on the page, which has no text field. */
function openPicker(root: HTMLElement, closed: AbortSignal): EmojiPicker | null {
  return document.querySelector("template#emoji-picker") === null ? null : new EmojiPicker(root, closed);
}

/** A first message was being sent when the page changed: it still is, or a replica has refused it meanwhile. */
function resumeNew(composer: Composer, unsent: UnsentItem[]): void {
  const item = unsent.find((one) => one.conversation === null);
  if (item === undefined) return;
  if (item.failed === null) composer.resume(item);
  else {
    unsent.splice(unsent.indexOf(item), 1);
    composer.takeBack(item, item.failed, "to");
  }
}
