/** What a page shows beside its list: a conversation, the start of a new one, or something without messages. */
import { openComposer, type Composer } from "./composer.ts";
import type { Kept } from "./cluster.ts";
import type { PageState, UnsentItem } from "./kept-state.ts";
import type { Outbox } from "./outbox.ts";
import { Reading } from "./reading.ts";
import { openRoll, type Roll } from "./roll.ts";
import { openRowFocus } from "./row-focus.ts";
import { openSelection, type Selection } from "./selection.ts";

interface ViewInput {
  readonly me: string;
  readonly state: Pick<PageState, "drafts" | "unsent">;
  readonly outbox: Outbox;
  /** On how many replicas the newest messages are. */
  readonly kept: Kept;
  /** Writes drafts and unsent messages where they outlive the page. */
  readonly store: () => void;
  /** The page is on its way to another replica. */
  readonly isMoving: () => boolean;
  /** A note that goes by itself. */
  readonly say: (text: string) => void;
}

/** Where somebody is in a view: it goes along to another replica. */
export type Here = Pick<PageState, "place" | "focus" | "to" | "kept">;

/** As a page opens. */
export const FRESH: Here = { place: null, focus: null, to: "", kept: null };

/** An open view; the parts that it does not have are null. */
export interface View {
  /** Null on pages without messages. */
  readonly conversation: string | null;
  readonly roll: Roll | null;
  readonly composer: Composer | null;
  readonly reading: Reading | null;
  readonly selection: Selection | null;
  here(): Here;
  /** The page shows something else from now on: the draft is kept, what was marked or written is still sent. */
  close(): void;
}

/** Opens what `main` shows. `arrival`: how it was left at another replica. */
export function openView(main: HTMLElement, arrival: Here, input: ViewInput): View {
  const { me, state, outbox, store } = input;
  const closing = new AbortController();
  const roll = openRoll(main, me, input.kept);
  const conversation = roll?.conversation ?? null;
  outbox.show(roll);
  let reading: Reading | null = null;
  const composer = openComposer({
    drafts: state.drafts,
    outbox,
    conversation,
    onDraft: store,
    arrival,
    isMoving: input.isMoving,
    seenUpTo: () => reading?.seenUpTo() ?? "",
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
    selection = openSelection(roll, { onMode: (on) => rowFocus.tickable(on), say: input.say });
  }
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

/** The first words to somebody were under way when the page changed: they still are, or they were refused meanwhile. */
function resumeNew(composer: Composer, unsent: UnsentItem[]): void {
  const item = unsent.find((one) => one.conversation === null);
  if (item === undefined) return;
  if (item.failed === null) composer.resume(item);
  else {
    unsent.splice(unsent.indexOf(item), 1);
    composer.takeBack(item, item.failed, "to");
  }
}
