/**
 * The text in the field outlives the page as a draft. A draft belongs to a conversation, or to the name in the
 * recipient's field if there is no conversation yet.
 */
import { type About, type Draft, slotOfName } from "./kept-state.ts";

/** The draft is stored after the user has not typed for this time. */
const DRAFT_MS = 250;

interface DraftInput {
  /** The page's own object. The key is a conversation or a name. */
  readonly drafts: Record<string, Draft>;
  /** Null on a page where the user types the recipient. */
  readonly conversation: string | null;
  readonly field: HTMLTextAreaElement;
  readonly to: HTMLInputElement | null;
  readonly onDraft: () => void;
  /** True while the page moves to another replica: the draft has to move with it, so changes are stored at once. */
  readonly isMoving: () => boolean;
  /** The replicas have this text (synced-draft.ts). */
  readonly isSaved: (text: string) => boolean;
}

/** The draft of one text field. */
export class FieldDraft {
  /** The message that the text in the field is about; null: none. */
  about: About | null = null;
  readonly #input: DraftInput;
  #slot: string;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(input: DraftInput) {
    this.#input = input;
    this.#slot = input.conversation ?? slotOfName(input.to?.value ?? "");
  }

  /** Stores what the field holds now; an empty field has no draft, unless it is about a message. */
  keep(): void {
    const { drafts, field } = this.#input;
    const to = this.#input.to?.value ?? "";
    const known = drafts[this.#slot];
    const { about } = this;
    if (field.value === "" && about === null) delete drafts[this.#slot];
    else {
      const isSaved = this.#input.isSaved(field.value);
      const isKnown = known?.text === field.value && known.to === to && known.about?.id === about?.id;
      if (!isKnown || known.isSaved !== isSaved)
        drafts[this.#slot] = { text: field.value, to, about, at: Date.now(), isSaved };
    }
    this.#input.onDraft();
  }

  /** The field shows the draft of another slot from now on; its present one is stored. */
  turnTo(slot: string): void {
    this.keepNow();
    this.#slot = slot;
    this.#input.field.value = "";
    this.about = null;
    this.show();
  }

  /** Forgets the draft in the field. */
  drop(): void {
    this.about = null;
    this.#input.field.value = "";
    this.keepNow();
  }

  keepSoon(): void {
    clearTimeout(this.#timer);
    if (this.#input.isMoving()) this.keep();
    else this.#timer = setTimeout(() => this.keep(), DRAFT_MS);
  }

  keepNow(): void {
    clearTimeout(this.#timer);
    this.keep();
  }

  /** Fills an empty field. What a replica filled in may be this draft, and then only lacks what it is about. */
  show(): void {
    const { field, drafts } = this.#input;
    const draft = drafts[this.#slot];
    if (draft === undefined || (field.value !== "" && field.value !== draft.text)) return;
    field.value = draft.text;
    this.about = draft.about;
  }

  /** The start page names no recipient, so it shows the newest draft there, with the name that it is for. */
  showNewest(name: HTMLInputElement): void {
    const [newest] = Object.entries(this.#input.drafts)
      .filter(([one]) => one.startsWith("new:"))
      .toSorted(([, a], [, b]) => b.at - a.at);
    if (newest === undefined) return;
    this.#slot = newest[0];
    name.value = newest[1].to;
  }

  /** The text in the field belongs to the new name from now on. An empty field shows that name's draft. */
  changeRecipient(): void {
    const { drafts, field } = this.#input;
    const next = this.#slotOfRecipient();
    const before = this.#slot;
    this.#slot = next;
    if (next !== before && field.value === "") this.show();
    else {
      if (next !== before) delete drafts[before];
      this.keep();
    }
  }

  /** The field was filled again, with text for the recipient that is named now. */
  takeRecipient(): void {
    this.#slot = this.#slotOfRecipient();
  }

  #slotOfRecipient(): string {
    return slotOfName(this.#input.to?.value ?? "");
  }
}
