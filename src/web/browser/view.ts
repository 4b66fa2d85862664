/** What a page shows beside its list: a conversation, the start of a new one, or something without messages. */
import { openComposer, type Composer } from "./composer.ts";
import type { Kept } from "./cluster.ts";
import type { PageState } from "./kept-state.ts";
import type { Outbox } from "./outbox.ts";
import { openReading, type Reading } from "./reading.ts";
import { openRoll, type Roll } from "./roll.ts";
import { openRowFocus } from "./row-focus.ts";
import { openSelection, type Selection } from "./selection.ts";

interface ViewInput {
  readonly me: string;
  /** Drafts and unsent messages, and what came along from another replica. */
  readonly state: PageState;
  readonly outbox: Outbox;
  /** On how many replicas the newest messages are. */
  readonly kept: Kept;
  readonly readOnSight: boolean;
  /** Writes drafts and unsent messages where they outlive the page. */
  readonly store: () => void;
  /** The page is on its way to another replica. */
  readonly isMoving: () => boolean;
  /** A note that goes by itself. */
  readonly say: (text: string) => void;
}

/** The part of the state that belongs to the place where somebody is. */
export type Here = Pick<PageState, "place" | "focus" | "to">;

/** An open view; the parts that it does not have are null. */
export interface View {
  /** Null on pages without messages. */
  readonly conversation: string | null;
  readonly roll: Roll | null;
  readonly composer: Composer | null;
  readonly reading: Reading | null;
  readonly selection: Selection | null;
  here(): Here;
}

/** Opens what the page shows. */
export function openView(input: ViewInput): View {
  const { me, state, outbox, store } = input;
  const roll = openRoll(document, me, input.kept);
  const conversation = roll?.conversation ?? null;
  outbox.show(roll);
  let reading: Reading | null = null;
  const composer = openComposer({
    drafts: state.drafts,
    outbox,
    conversation,
    onDraft: store,
    state,
    isMoving: input.isMoving,
    seenUpTo: () => reading?.seenUpTo() ?? "",
  });
  if (composer !== null && conversation === null) resumeNew(composer, state);
  if (state.place !== null) void roll?.goTo(state.place);
  if (state.kept !== null) roll?.keepAtLeast(state.kept);
  let selection: Selection | null = null;
  if (roll !== null) {
    const opened = openReading(roll, input.readOnSight, input.say);
    const rowFocus = openRowFocus(roll, (row) => opened.mark(row));
    reading = opened;
    selection = openSelection(roll, { onMode: (on) => rowFocus.tickable(on), say: input.say });
  }
  const here = (): Here => ({
    place: roll?.placeOf() ?? null,
    focus: composer?.selection() ?? null,
    to: composer?.recipient() ?? "",
  });
  return { conversation, roll, composer, reading, selection, here };
}

/** The first words to somebody were under way when the page changed: they still are, or they were refused meanwhile. */
function resumeNew(composer: Composer, { unsent }: PageState): void {
  const item = unsent.find((one) => one.conversation === null);
  if (item === undefined) return;
  if (item.failed === null) composer.resume(item);
  else {
    unsent.splice(unsent.indexOf(item), 1);
    composer.takeBack(item, item.failed, "to");
  }
}
