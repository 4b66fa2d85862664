/**
 * The draft of a conversation, as the replicas keep it for the user's other devices. This page saves its text when the
 * user leaves the field, and every ten seconds while the user writes. A text that comes from another device fills a field
 * that holds no text of its own and in which nobody writes; otherwise it is offered beside the field.
 */
import { MESSAGE_BYTES_MAX } from "../../chat/bounds.ts";
import { required } from "./elements.ts";
import type { Draft } from "./kept-state.ts";
import { saveDraft } from "./requests.ts";

/** The shortest time between two texts that are saved while the user writes. */
const SAVE_MS = 10_000;

/** For so long a text is not taken for one that has been sent on another device. */
const FRESH_MS = 5_000;

const FROM_OTHER = "A draft from another device:";
const FROM_HERE = "What you had here:";

/** The draft as the stream brings it. */
export interface HeardDraft {
  readonly conversationId: string;
  readonly body: string;
  /** The login that wrote it; "" if a message was sent. */
  readonly sessionId: string;
}

interface SyncedInput {
  readonly conversation: string;
  readonly form: HTMLFormElement;
  readonly field: HTMLTextAreaElement;
  /** The field holds what is to be sent, not an edit of a message. */
  readonly isDraft: () => boolean;
  /** The text in the field is another one now. */
  readonly onText: () => void;
}

export class SyncedDraft {
  readonly #input: SyncedInput;
  readonly #offer: HTMLElement;
  /** What the replicas have, as far as this page knows. Never what has not been answered. */
  #saved = "";
  /** What is under way to them. */
  #saving: string | null = null;
  /** The text that was sent last: a save of it that comes later is taken back. */
  #sent: string | null = null;
  /** The message may not have ended the draft, because its author has begun the next one meanwhile. */
  #isUnsure = false;
  #savedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(input: SyncedInput) {
    this.#input = input;
    this.#offer = required(".draft-offer", input.form);
    this.#offer.addEventListener("click", ({ target }) => {
      const button = (target as Element).closest("button");
      if (button === null) return;
      if (button.value === "use") this.#use();
      else this.#hideOffer();
      input.field.focus();
    });
  }

  /** The replicas have this text. */
  isSaved(text: string): boolean {
    return text === this.#saved;
  }

  /**
   * The page was rendered with the draft of the replicas in the field; `local` is the one of this browser. True if that
   * is over: the replicas had it, and have another one since.
   */
  arrive(local: Draft | undefined): boolean {
    const { field, form } = this.#input;
    const from = form.dataset["draft"];
    // What a form brought back is no draft yet.
    if (from === undefined && field.value !== "") return false;
    this.#saved = field.value;
    if (local === undefined || local.text === "" || local.text === this.#saved) return false;
    // The replica that rendered the page may be a moment behind the one that has the text.
    const isFresh = this.#saved === "" && Date.now() - local.at < FRESH_MS;
    if (local.isSaved && !isFresh) {
      if (this.#saved !== "" && !this.#saved.startsWith(local.text)) this.#show(FROM_HERE, local.text);
      return true;
    }
    field.value = local.text;
    if (this.#saved !== "" && from === "other") this.#show(FROM_OTHER, this.#saved);
    return false;
  }

  /** The user has changed the text. */
  typed(): void {
    this.#timer ??= setTimeout(() => this.save(), Math.max(0, this.#savedAt + SAVE_MS - Date.now()) || SAVE_MS);
  }

  /** Saves the text if the replicas do not have it. */
  save(isLeaving = false): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { field, isDraft, onText } = this.#input;
    const { value: text } = field;
    if (!isDraft() || (text === (this.#saving ?? this.#saved) && !this.#isUnsure)) return;
    if (new TextEncoder().encode(text).length > MESSAGE_BYTES_MAX) return;
    this.#saving = text;
    this.#savedAt = Date.now();
    void saveDraft(this.#input.conversation, text, isLeaving).then((isKept) => {
      // Another text, or the message, has gone out since. What was not kept is tried again with the next change.
      if (this.#saving !== text) return;
      this.#saving = null;
      if (!isKept) return;
      this.#isUnsure = false;
      this.#saved = text;
      onText();
    });
  }

  /** The text was sent, which ends the draft everywhere. */
  sent(text: string): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sent = text;
    this.#isUnsure ||= this.#saved !== "" || this.#saving !== null;
    this.#saved = "";
    this.#saving = null;
    this.#hideOffer();
  }

  heard({ body, sessionId }: HeardDraft): void {
    const { field, isDraft, onText } = this.#input;
    const isOwn = sessionId !== "" && sessionId === document.body.dataset["login"];
    const hadOwnText = field.value !== this.#saved && field.value !== "";
    const before = field.value;
    this.#saved = body;
    if (sessionId === "") this.#isUnsure = false;
    if (isOwn) {
      if (body !== "" && body === this.#sent && field.value === "") void saveDraft(this.#input.conversation, "", false);
      return;
    }
    if (body === field.value || !isDraft()) return this.#hideOffer();
    const isWriting = document.activeElement === field && document.hasFocus();
    if (!isWriting && !hadOwnText) {
      field.value = body;
      onText();
      if (body !== "" && before !== "" && !body.startsWith(before)) this.#show(FROM_HERE, before);
      else this.#hideOffer();
    } else if (body === "") this.#hideOffer();
    else this.#show(FROM_OTHER, body);
  }

  /** Swaps the text in the field and the one that is offered, so that neither is lost. */
  #use(): void {
    const { field, onText } = this.#input;
    const before = field.value;
    field.value = required(".offered", this.#offer).textContent ?? "";
    if (before === "") this.#hideOffer();
    else this.#show(FROM_HERE, before);
    onText();
    this.typed();
  }

  #show(what: string, text: string): void {
    required(".what", this.#offer).textContent = what;
    required(".offered", this.#offer).textContent = text;
    this.#offer.hidden = false;
  }

  #hideOffer(): void {
    this.#offer.hidden = true;
  }
}
