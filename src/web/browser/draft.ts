/**
 * What is in the text field outlives the page: it is a draft of its conversation, or, where nothing was written to
 * somebody yet, of the name in the recipient's field.
 */
import { type Draft, slotOfName } from "./kept-state.ts";

/** A pause in typing after which the draft is stored. */
const DRAFT_MS = 250;

interface DraftInput {
  /** The page's own object, by conversation or by name. */
  readonly drafts: Record<string, Draft>;
  /** Null on a page where the recipient is typed. */
  readonly conversation: string | null;
  readonly field: HTMLTextAreaElement;
  readonly to: HTMLInputElement | null;
  readonly onDraft: () => void;
  /** The page is on its way to another replica: what changes has to go with it. */
  readonly isMoving: () => boolean;
}

/** The draft of one text field. */
export class FieldDraft {
  readonly #input: DraftInput;
  #slot: string;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(input: DraftInput) {
    this.#input = input;
    this.#slot = input.conversation ?? slotOfName(input.to?.value ?? "");
  }

  /** Stores what the field holds now; an empty field has no draft. */
  keep(): void {
    const { drafts, field } = this.#input;
    const to = this.#input.to?.value ?? "";
    const known = drafts[this.#slot];
    if (field.value === "") delete drafts[this.#slot];
    else if (known?.text !== field.value || known.to !== to)
      drafts[this.#slot] = { text: field.value, to, at: Date.now() };
    this.#input.onDraft();
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

  /** Fills an empty field. */
  show(): void {
    const { field, drafts } = this.#input;
    if (field.value === "") field.value = drafts[this.#slot]?.text ?? "";
  }

  /** The start page names nobody: it shows what was begun there last, with the name it is for. */
  showNewest(name: HTMLInputElement): void {
    const [newest] = Object.entries(this.#input.drafts)
      .filter(([one]) => one.startsWith("new:"))
      .toSorted(([, a], [, b]) => b.at - a.at);
    if (newest === undefined) return;
    this.#slot = newest[0];
    name.value = newest[1].to;
  }

  /** Words in the field are for the new name from now on; an empty field shows what was begun for it. */
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

  /** The field was filled again with words for the recipient that stands there now. */
  takeRecipient(): void {
    this.#slot = this.#slotOfRecipient();
  }

  #slotOfRecipient(): string {
    return slotOfName(this.#input.to?.value ?? "");
  }
}
