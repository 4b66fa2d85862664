/**
 * The text field: Enter sends, Shift+Enter breaks the line, as Enter does in a block of code, and what is typed is kept
 * until it is sent.
 */
import { CALLED_UNASKED_MAX } from "../../chat/bounds.ts";
import { callIn } from "../../chat/mention-text.ts";
import { ask } from "./ask.ts";
import { Attachments } from "./attachments.ts";
import { openCompletion } from "./completion.ts";
import { FieldDraft } from "./draft.ts";
import { showAbout, takeQuoting } from "./about-bar.ts";
import { fieldOf, required } from "./elements.ts";
import type { EmojiPicker } from "./emoji-picker.ts";
import { replaceText } from "./field-text.ts";
import { isInCode } from "./formatting.ts";
import { openFieldNotes, type FieldNotes } from "./field-notes.ts";
import { ABOUT_MAX, type About, type Draft, type Here, slotOfEdit, type UnsentItem } from "./kept-state.ts";
import type { Outbox } from "./outbox.ts";
import { getMessageText, post } from "./requests.ts";
import { SyncedDraft, type HeardDraft } from "./synced-draft.ts";
import { openToolbar } from "./toolbar.ts";
import { paneOf } from "../messages/pane.ts";

/** The shortest time between two notices to the other person that the user is typing. */
const TYPING_MS = 3000;

/**
 * Where a text field takes the focus by itself. On a phone or a tablet the keyboard would cover half of what the user
 * came to read.
 */
export const HAS_KEYS = "(min-width: 45rem) and (hover: hover)";

const UNDER_WAY = "The files are not uploaded yet. Wait for them, or remove those that failed.";

const ADMINS_CALL = "Only those who run this room call everybody by @room and @here.";

interface ComposerInput {
  /** The page's own object. The key is a conversation, or the name of a person without a conversation. */
  readonly drafts: Record<string, Draft>;
  /** The part of the page that the composer is in. */
  readonly root: HTMLElement;
  readonly outbox: Outbox;
  /** Null on a page where the user types the recipient. */
  readonly conversation: string | null;
  readonly onDraft: () => void;
  /** How the user left the page at another replica. */
  readonly arrival: Here;
  /** True while the page moves to another replica. The draft has to move with it, so changes are stored at once. */
  readonly isMoving: () => boolean;
  /** The id of the newest message that the page shows. */
  readonly seenUpTo: () => string;
  readonly picker: EmojiPicker | null;
  /** The row of the user's newest message on the page. */
  readonly lastOwn: () => HTMLElement | null;
}

/** Null on a page without a text field. */
export function openComposer(input: ComposerInput): Composer | null {
  const form = input.root.querySelector<HTMLFormElement>(`form#${paneOf(input.conversation ?? "")}composer`);
  return form === null ? null : new Composer(form, input);
}

/** The text field of a page, and where it sends. */
export class Composer {
  readonly field: HTMLTextAreaElement;
  readonly #form: HTMLFormElement;
  readonly #input: ComposerInput;
  readonly #to: HTMLInputElement | null;
  /** In a thread: "Also send to". */
  readonly #also: HTMLInputElement | null;
  readonly #button: HTMLButtonElement;
  readonly #notes: FieldNotes;
  readonly #draft: FieldDraft;
  readonly #attachments: Attachments;
  /** Null on a page where the user types the recipient. */
  readonly #synced: SyncedDraft | null;
  #typedAt = 0;
  /** The first message to a person, while it is being sent. The page then opens the conversation that it begins. */
  #sending: UnsentItem | null = null;

  constructor(form: HTMLFormElement, input: ComposerInput) {
    this.#form = form;
    this.#input = input;
    this.field = fieldOf<HTMLTextAreaElement>(form, "body");
    this.#to = form.elements.namedItem("name") as HTMLInputElement | null;
    this.#also = form.elements.namedItem("also") as HTMLInputElement | null;
    this.#button = required<HTMLButtonElement>("button[type=submit]", form);
    this.#notes = openFieldNotes(this.field);
    this.#draft = new FieldDraft({
      ...input,
      field: this.field,
      to: this.#to,
      isSaved: (text) => this.#synced?.isSaved(text) ?? false,
    });
    this.#attachments = new Attachments({
      form,
      field: this.field,
      tray: required(".tray", form),
      isOpen: () => !this.#isClosed() && !this.#isEditing(),
      onError: (sentence) => this.#showError(this.field, sentence),
    });
    const { conversation } = input;
    this.#synced =
      conversation === null
        ? null
        : new SyncedDraft({
            conversation,
            form,
            field: this.field,
            isDraft: () => this.#draft.about?.kind !== "edit",
            onText: () => {
              this.#draft.keepNow();
              this.#fit();
            },
          });
    this.#listen();
    this.#arrive(input.arrival);
  }

  #listen(): void {
    const { field } = this;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    const { conversation } = this.#input;
    if (conversation !== null) openCompletion(this.#form, field, `/c/${conversation}`);
    field.addEventListener("keydown", (event) => {
      // WebKit ends a composition before the Enter that confirms it; only the key code shows that it was that Enter.
      if (event.isComposing || event.keyCode === 229 || event.shiftKey || event.altKey) return;
      if (event.key === "Enter") {
        if (isInCode(field.value, field.selectionStart) && !event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        this.#submit();
      } else if (event.key === "Escape" && this.#draft.about !== null) {
        // Otherwise it would also leave the field.
        event.stopPropagation();
        this.#endAbout();
      } else if (event.key === "ArrowUp" && field.value === "" && this.#draft.about === null) this.#editLast(event);
    });
    required(".as-file", this.#form).addEventListener("click", () => this.#makeFile());
    openToolbar(this.#form, field);
    this.#form.querySelector(".emoji-toggle")?.addEventListener("click", ({ currentTarget }) => {
      this.#input.picker?.open(currentTarget as Element, (emoji) => {
        replaceText(field, { from: field.selectionStart, to: field.selectionEnd, text: emoji });
      });
    });
    field.addEventListener("blur", () => this.#synced?.save());
    this.#to?.addEventListener("input", () => this.#showError(this.#to!, ""));
    this.#to?.addEventListener("change", () => this.#changeRecipient());
    this.#form.addEventListener("input", () => {
      this.#fit();
      this.#showError(field, this.#mayNotCall(field.value) ? ADMINS_CALL : "");
      this.#draft.keepSoon();
      this.#synced?.typed();
      this.#tellTyping();
    });
  }

  #arrive({ to, focus }: Here): void {
    const { field } = this;
    if (this.#to?.value === "" && field.value === "") {
      this.#draft.showNewest(this.#to);
      if (this.#to.value === "" && to !== "") this.#to.value = to;
    }
    this.#arriveSaved();
    this.#draft.show();
    const quoting = takeQuoting(this.#form);
    if (quoting !== null) this.#quote(quoting);
    const { conversation, drafts } = this.#input;
    const edit = conversation === null ? "" : slotOfEdit(conversation);
    if (drafts[edit] !== undefined) this.#draft.turnTo(edit);
    this.#showAbout();
    if (focus !== null && !field.disabled) {
      field.focus();
      field.setSelectionRange(focus[0], focus[1]);
    } else if (document.activeElement === document.body) this.takeFocus();
  }

  /** The replicas may have another draft than this browser. */
  #arriveSaved(): void {
    const { conversation, drafts } = this.#input;
    if (conversation === null) return;
    const local = drafts[conversation];
    if (this.#synced?.arrive(local) === true && local?.about === null) delete drafts[conversation];
  }

  #tellTyping(): void {
    const { conversation } = this.#input;
    if (conversation === null || this.field.value === "" || this.#draft.about?.kind === "edit") return;
    if (Date.now() - this.#typedAt < TYPING_MS) return;
    this.#typedAt = Date.now();
    void post(`/c/${conversation}/typing`, {});
  }

  #changeRecipient(): void {
    this.#draft.changeRecipient();
    this.#fit();
  }

  #showError(input: HTMLInputElement | HTMLTextAreaElement, sentence: string): void {
    const place = required(`#${input === this.field ? this.field.id : "field-name"}-error`);
    place.textContent = sentence;
    place.hidden = sentence === "";
    if (sentence === "") input.removeAttribute("aria-invalid");
    else input.setAttribute("aria-invalid", "true");
  }

  /** Sizes the field in browsers that cannot size it by its content. */
  #fit(): void {
    this.#notes.drawLeft();
    if (CSS.supports("field-sizing", "content")) return;
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 200)}px`;
  }

  // ---------------------------------------------------------------- sending

  #submit(isAsked = false): void {
    const { field } = this;
    if (field.readOnly) return;
    const body = this.#notes.bodyToSend();
    if (!this.#isSendable(body)) return;
    if (!isAsked && this.#asksFirst(body)) return;
    const { outbox, conversation, seenUpTo } = this.#input;
    const { about } = this.#draft;
    if (this.#to !== null) {
      if (this.#sending !== null) return;
      this.showSending(true);
      this.#changeRecipient();
      const to = this.#to.value.trim();
      const files = this.#attachments.take();
      this.#sending = outbox.add({ conversation: null, to, body, about, readUpTo: "", also: false, files });
      return;
    }
    if (about?.kind === "edit") this.#endAbout();
    else {
      this.#draft.drop();
      this.#synced?.sent(body);
    }
    this.#showAbout();
    const isEdit = about?.kind === "edit";
    const also = !isEdit && this.#also?.checked === true;
    const files = isEdit ? [] : this.#attachments.take();
    outbox.add({ conversation, to: null, body, about, readUpTo: isEdit ? "" : seenUpTo(), also, files });
    if (this.#also !== null && !isEdit) this.#also.checked = false;
  }

  /** Makes a text that is too long for a message a file of the next one. The field keeps it until it is uploaded. */
  #makeFile(): void {
    const { field } = this;
    const { value } = field;
    const file = new File([this.#notes.bodyToSend()], "message.txt", { type: "text/plain" });
    this.#attachments.add([file], {
      onDone: () => field.value === value && this.#setText(""),
      onRemoved: () => field.value === "" && this.#setText(value),
    });
  }

  #setText(text: string): void {
    this.field.value = text;
    this.#showError(this.field, "");
    this.#draft.keepNow();
    this.#fit();
    this.field.focus();
  }

  // ---------------------------------------------------------------- what the text is about

  /** The field becomes the editor of a message of the user's; what was in it comes back afterwards. */
  async edit(row: HTMLElement): Promise<void> {
    const { conversation } = this.#input;
    const { id = "" } = row.dataset;
    if (conversation === null || this.#isClosed() || this.#isEditing()) return;
    const text = await getMessageText(conversation, id);
    // The user may have gone on meanwhile.
    if (!this.#form.isConnected || this.#isEditing()) return;
    if (text === null) return this.#showError(this.field, "No connection, so the message cannot be edited. Try again.");
    this.#beginEdit({ kind: "edit", id, name: "", text: text.slice(0, ABOUT_MAX) }, text);
  }

  /** What is written next quotes this message. */
  quote(row: HTMLElement): void {
    if (this.#input.conversation === null || this.#isClosed() || this.#isEditing()) return;
    const name = row.querySelector(".author")?.textContent ?? "";
    const text = (row.querySelector(".body")?.textContent ?? "").replaceAll(/\s+/g, " ").trim();
    this.#quote({ kind: "quote", id: row.dataset["id"] ?? "", name, text: text.slice(0, ABOUT_MAX) });
    this.field.focus();
  }

  #quote(about: About): void {
    this.#draft.about = about;
    this.#draft.keepNow();
    this.#showAbout();
  }

  #editLast(event: Event): void {
    const row = this.#input.lastOwn();
    // One that is still being sent cannot be edited, and the one before it is not meant.
    if (row?.dataset["seq"] === undefined) return;
    event.preventDefault();
    void this.edit(row);
  }

  /** True if nobody can write here, and then it says why. */
  #isClosed(): boolean {
    if (this.field.disabled) this.#showError(this.field, `${this.field.placeholder}.`);
    return this.field.disabled;
  }

  /** True if an edit is under way, and then it says so: it must be ended first. */
  #isEditing(): boolean {
    if (this.#draft.about?.kind !== "edit") return false;
    this.#showError(this.field, "Save this edit first, or press Escape to cancel it.");
    this.field.focus();
    return true;
  }

  #beginEdit(about: About, text: string): void {
    this.#draft.turnTo(slotOfEdit(this.#input.conversation ?? ""));
    this.#draft.about = about;
    this.field.value = text;
    this.#draft.keepNow();
    this.#showAbout();
    this.field.focus();
    this.field.setSelectionRange(text.length, text.length);
  }

  /** Ends an edit, so that the draft comes back; or takes off the message that would be quoted. */
  #endAbout(): void {
    const { conversation } = this.#input;
    if (this.#draft.about?.kind === "edit" && conversation !== null) {
      this.#draft.drop();
      this.#draft.turnTo(conversation);
    } else {
      this.#draft.about = null;
      this.#draft.keepNow();
    }
    this.#showError(this.field, "");
    this.#showAbout();
    this.field.focus();
  }

  #showAbout(): void {
    const { about } = this.#draft;
    showAbout(this.#form, about, () => this.#endAbout());
    this.#button.title = about?.kind === "edit" ? "Save (Enter)" : "Send (Enter)";
    this.#button.ariaLabel = about?.kind === "edit" ? "Save" : "Send";
    this.#fit();
  }

  /** True if the message calls so many people that the user is asked, and sends it by the answer. */
  #asksFirst(body: string): boolean {
    const called = Number(this.#form.dataset["called"] ?? 0);
    const word = called > CALLED_UNASKED_MAX ? callIn(body) : null;
    if (word === null) return false;
    const whom = word === "here" ? `those of ${called} people who are online` : `${called} people`;
    void ask({
      title: `Notify ${whom}?`,
      text: `@${word} calls ${word === "here" ? "everybody in this room who is online" : "everybody in this room"}.`,
      yes: "Send",
      isHarmless: true,
    }).then((isSure) => (isSure ? this.#submit(true) : this.field.focus()));
    return true;
  }

  /** Shows an error at the first field that is missing something. */
  #isSendable(body: string): boolean {
    this.#showError(this.field, "");
    if (this.#to !== null) this.#showError(this.#to, "");
    if (this.#to?.value.trim() === "") {
      this.#showError(this.#to, "Enter the name of a person.");
      this.#to.focus();
      return false;
    }
    const isEdit = this.#draft.about?.kind === "edit";
    if (!isEdit && this.#attachments.isUnderWay) {
      this.#showError(this.field, UNDER_WAY);
      return false;
    }
    if (body.trim() === "" && (isEdit || this.#attachments.isEmpty)) {
      this.field.focus();
      return false;
    }
    if (this.#mayNotCall(body)) {
      this.#showError(this.field, ADMINS_CALL);
      return false;
    }
    const tooMuch = this.#notes.tooMuch(body);
    if (tooMuch !== "")
      this.#showError(this.field, `This message is ${tooMuch}. Shorten it, or send it as a text file.`);
    return tooMuch === "";
  }

  /** The text calls everybody in a room where only those who run it may. The replica refuses it otherwise. */
  #mayNotCall(text: string): boolean {
    return this.#form.dataset["mayCall"] === "no" && callIn(text) !== null;
  }

  showSending(on: boolean): void {
    this.#form.classList.toggle("sending", on);
    this.#button.disabled = on;
    if (!on) this.#sending = null;
  }

  /** Shows a message that an earlier page has begun to send. */
  resume(item: UnsentItem): void {
    this.field.value = item.body;
    if (this.#to !== null) this.#to.value = item.to ?? "";
    this.#sending = item;
    this.showSending(true);
    this.#fit();
  }

  /** Puts a refused message back into the field. False if the field holds something else by now. */
  takeBack(item: UnsentItem, sentence: string, which: string | undefined): boolean {
    const [field, to] = [this.field, this.#to];
    if (item.about?.kind === "edit") return this.#takeBackEdit(item, sentence);
    if (item.conversation !== this.#input.conversation || (to === null && field.value !== "")) return false;
    this.showSending(false);
    if (to === null && item.about !== null) this.#quote(item.about);
    this.#attachments.putBack(item.files);
    // The user may have corrected the fields while the message was being sent.
    if (field.value === "") field.value = item.body;
    if (this.#also !== null) this.#also.checked = item.also;
    if (to !== null && to.value === "") to.value = item.to ?? "";
    if (to !== null) this.#draft.takeRecipient();
    const input = to !== null && which !== "body" ? to : field;
    this.#showError(input, sentence);
    input.focus();
    this.#draft.keep();
    this.#fit();
    return true;
  }

  #takeBackEdit({ conversation, about, body }: UnsentItem, sentence: string): boolean {
    if (conversation !== this.#input.conversation || about === null || this.#draft.about?.kind === "edit") return false;
    this.#beginEdit(about, body);
    this.#showError(this.field, sentence);
    return true;
  }

  /** The first message of a new conversation was sent, so it is no longer a draft. */
  clear(): void {
    this.field.value = "";
    this.#draft.keepNow();
    if (this.#to !== null) this.#to.value = "";
  }

  // ---------------------------------------------------------------- what the page asks

  keepDraft(): void {
    this.#draft.keep();
    this.#synced?.save(true);
  }

  /** The draft that the replicas have of this conversation has changed. */
  heard(draft: HeardDraft): void {
    this.#synced?.heard(draft);
  }

  /** The page is about to show something else. */
  leave(): void {
    this.#draft.keepNow();
    this.#synced?.save();
  }

  focus(): void {
    this.field.focus();
  }

  /** Takes the focus, as on a page that was just loaded. False on a phone, and where nobody can write. */
  takeFocus(): boolean {
    if (this.field.disabled || !matchMedia(HAS_KEYS).matches) return false;
    (this.#to?.value === "" ? this.#to : this.field).focus();
    return true;
  }

  /** Nobody can write to this person any more. The text in the field stays, so that the user can copy it. */
  close(text: string): void {
    const { field } = this;
    this.#button.disabled = true;
    field.placeholder = text;
    field.readOnly = true;
    field.disabled = field.value === "";
    // A field with text does not show its placeholder.
    if (field.value !== "") this.#showError(field, `${text}. What you wrote can still be copied.`);
  }

  /** The name in the recipient's field; "" on a page without that field. */
  recipient(): string {
    return this.#to?.value ?? "";
  }

  /** The selection in the text field; null if the field does not have the focus. */
  selection(): [number, number] | null {
    const { field } = this;
    return document.activeElement === field ? [field.selectionStart, field.selectionEnd] : null;
  }
}
