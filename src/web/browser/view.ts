/** The main part of a page, beside the list: a conversation, a new message, or a page without messages. */
import { openComposer, type Composer } from "./composer.ts";
import { openCode } from "./code.ts";
import type { Kept } from "./cluster.ts";
import { EmojiPicker } from "./emoji-picker.ts";
import type { Here, PageState, UnsentItem } from "./kept-state.ts";
import { copyLink, openMessageMenu } from "./message-menu.ts";
import { openNoticeSetting } from "./notices.ts";
import type { Outbox } from "./outbox.ts";
import { openPreferences } from "./preferences.ts";
import { openQuotes } from "./quotes.ts";
import { openReactions } from "./reactions.ts";
import { Reading } from "./reading.ts";
import { openRoll, type Roll } from "./roll.ts";
import { openRowFocus } from "./row-focus.ts";
import { openSelection, type Selection } from "./selection.ts";

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
  readonly say: (text: string) => void;
}

/** An open view. Parts that it does not have are null. */
export interface View {
  /** Null on pages without messages. */
  readonly conversation: string | null;
  readonly roll: Roll | null;
  readonly composer: Composer | null;
  readonly reading: Reading | null;
  readonly selection: Selection | null;
  here(): Here;
  /** The page is about to show something else. The draft is stored; marks and messages are still sent. */
  close(): void;
}

/** Opens the view in `main`. `arrival`: the user's place in it at another replica. */
export function openView(main: HTMLElement, arrival: Here, input: ViewInput): View {
  const { me, state, outbox, store } = input;
  const closing = new AbortController();
  const roll = openRoll(main, me, input.kept);
  const conversation = roll?.conversation ?? null;
  outbox.show(roll);
  let reading: Reading | null = null;
  const picker =
    document.querySelector("template#emoji-picker") === null ? null : new EmojiPicker(main, closing.signal);
  const composer = openComposer({
    picker,
    drafts: state.drafts,
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
    const onSight = main.dataset["readOnSight"] === "yes";
    const opened = new Reading(roll, { onSight, say: input.say, closed: closing.signal });
    const rowFocus = openRowFocus(roll, (row) => opened.mark(row));
    reading = opened;
    openPreferences(main, { say: input.say, closed: closing.signal });
    openCode(roll, input.say);
    const react = openReactions(roll, { onRow: (html) => roll.change(html), say: input.say });
    openQuotes(roll.list, (id) => roll.show(id));
    openMessageMenu(roll, {
      acts: {
        edit: (row) => void composer?.edit(row),
        quote: (row) => composer?.quote(row),
        link: (row) => void copyLink(row, input.say),
      },
      react: (row, emoji) => react(row, emoji, true),
      picker,
      closed: closing.signal,
    });
    selection = openSelection(roll, { onMode: (on) => rowFocus.tickable(on), say: input.say });
  }
  openNoticeSetting(main);
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
  };
  return { conversation, roll, composer, reading, selection, here, close };
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
