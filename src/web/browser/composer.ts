/** The text field: Enter sends, Shift+Enter breaks the line, what is typed is kept until it is sent. */

import { MESSAGE_BYTES_MAX } from "../../chat/bounds.ts";
import { openFieldNotes } from "./field-notes.ts";
import { fieldOf, required } from "./elements.ts";
import { type Draft, slotOfName, type UnsentItem } from "./kept-state.ts";
import type { Outbox } from "./outbox.ts";
import type { Here } from "./view.ts";
import { post } from "./requests.ts";

const DRAFT_MS = 250;
const TYPING_MS = 3000;

/** The text field of a page, and where it sends. */
export interface Composer {
  readonly field: HTMLTextAreaElement;
  keepDraft(): void;
  /** The page shows something else from now on. */
  leave(): void;
  focus(): void;
  /** Takes the focus as on a page that was just loaded; false on a phone, and where nothing can be written. */
  takeFocus(): boolean;
  /** A message that was refused goes back to where it was typed; false if something else is there by now. */
  takeBack(item: UnsentItem, sentence: string, which: string | undefined): boolean;
  /** Shows words that an earlier page has begun to send. */
  resume(item: UnsentItem): void;
  /** The words for a new conversation have arrived: they are no draft any more. */
  clear(): void;
  /** Nothing can be written to this person any more. What is in the field stays there, to copy. */
  close(text: string): void;
  showSending(on: boolean): void;
  /** The name in the recipient's field; "" without one. */
  recipient(): string;
  /** Of the text field, if it has the focus. */
  selection(): [number, number] | null;
}

/**
 * `drafts` is the page's own object: {text, to, at} by conversation, or by the name of somebody to whom nothing was
 * written yet. `seenUpTo()`: the newest message that the page shows. Null without a composer.
 */
export function openComposer({
  drafts,
  outbox,
  conversation,
  onDraft,
  arrival,
  isMoving,
  seenUpTo,
}: {
  readonly drafts: Record<string, Draft>;
  readonly outbox: Outbox;
  /** Null on a page where the recipient is typed. */
  readonly conversation: string | null;
  readonly onDraft: () => void;
  /** How the page was left at another replica. */
  readonly arrival: Here;
  /** The page is on its way to another replica: what changes has to go with it. */
  readonly isMoving: () => boolean;
  readonly seenUpTo: () => string;
}): Composer | null {
  const form = document.querySelector<HTMLFormElement>("form#composer");
  if (form === null) return null;
  const field = fieldOf<HTMLTextAreaElement>(form, "body");
  const to = form.elements.namedItem("name") as HTMLInputElement | null;
  const button = required<HTMLButtonElement>("button[type=submit]", form);
  let slot = conversation ?? slotOfName(to?.value ?? "");
  const notes = openFieldNotes(field);
  let draftTimer: ReturnType<typeof setTimeout> | undefined;
  let typedAt = 0;
  let sendingTo: UnsentItem | null = null;

  function showError(input: HTMLInputElement | HTMLTextAreaElement, sentence: string): void {
    const place = required(input === field ? "#body-error" : "#field-name-error");
    place.textContent = sentence;
    place.hidden = sentence === "";
    if (sentence === "") input.removeAttribute("aria-invalid");
    else input.setAttribute("aria-invalid", "true");
  }

  /** For browsers that do not size a field by its content. */
  function fit(): void {
    notes.drawLeft();
    if (CSS.supports("field-sizing", "content")) return;
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, 200)}px`;
  }

  function keepDraft(): void {
    if (field.value === "") delete drafts[slot];
    else if (drafts[slot]?.text !== field.value || drafts[slot]?.to !== (to?.value ?? ""))
      drafts[slot] = { text: field.value, to: to?.value ?? "", at: Date.now() };
    onDraft();
  }

  function showDraft(): void {
    if (field.value === "") field.value = drafts[slot]?.text ?? "";
    fit();
  }

  /** Words to somebody stay with that name: with another one in its place they are for that one, or others are. */
  function changeRecipient(): void {
    const next = slotOfName(to?.value ?? "");
    if (next === slot) return keepDraft();
    if (field.value === "") {
      slot = next;
      return showDraft();
    }
    delete drafts[slot];
    slot = next;
    keepDraft();
  }

  /** The start page names nobody: it shows what was begun there last, with the name it is for. */
  function showNewest(name: HTMLInputElement): void {
    const [newest] = Object.entries(drafts)
      .filter(([one]) => one.startsWith("new:"))
      .toSorted(([, a], [, b]) => b.at - a.at);
    if (newest === undefined) return;
    slot = newest[0];
    name.value = newest[1].to;
  }

  function keepDraftSoon(): void {
    clearTimeout(draftTimer);
    if (isMoving()) keepDraft();
    else draftTimer = setTimeout(keepDraft, DRAFT_MS);
  }

  function submit(): void {
    if (field.readOnly) return;
    const body = notes.bodyToSend();
    showError(field, "");
    if (to !== null) showError(to, "");
    if (to !== null && to.value.trim() === "") {
      showError(to, "Write the name of the person here.");
      to.focus();
      return;
    }
    if (body.trim() === "") {
      field.focus();
      return;
    }
    const bytes = new TextEncoder().encode(body).length;
    if (bytes > MESSAGE_BYTES_MAX) {
      showError(field, "This message is too long. Send it in parts.");
      return;
    }
    if (to !== null) {
      if (sendingTo !== null) return;
      showSending(true);
      changeRecipient();
      sendingTo = outbox.add({ conversation: null, to: to.value.trim(), body, readUpTo: "" });
      return;
    }
    field.value = "";
    clearTimeout(draftTimer);
    keepDraft();
    fit();
    outbox.add({ conversation, to: null, body, readUpTo: seenUpTo() });
  }

  function showSending(on: boolean): void {
    form!.classList.toggle("sending", on);
    button.disabled = on;
    if (!on) sendingTo = null;
  }

  function takeFocus(): boolean {
    // On a phone the keyboard would cover half of what one came to read.
    if (field.disabled || !matchMedia("(min-width: 45rem) and (hover: hover)").matches) return false;
    (to !== null && to.value === "" ? to : field).focus();
    return true;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  field.addEventListener("keydown", (event) => {
    // WebKit ends a composition before the Enter that confirmed it, and says so by the code only.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });
  to?.addEventListener("input", () => {
    showError(to, "");
    keepDraftSoon();
  });
  to?.addEventListener("change", changeRecipient);
  form.addEventListener("input", () => {
    fit();
    showError(field, "");
    keepDraftSoon();
    if (conversation === null || field.value === "" || Date.now() - typedAt < TYPING_MS) return;
    typedAt = Date.now();
    void post(`/c/${conversation}/typing`, {});
  });

  if (to !== null && to.value === "" && field.value === "") {
    showNewest(to);
    if (to.value === "" && arrival.to !== "") to.value = arrival.to;
  }
  showDraft();
  if (arrival.focus !== null && !field.disabled) {
    field.focus();
    field.setSelectionRange(arrival.focus[0], arrival.focus[1]);
  } else if (document.activeElement === document.body) takeFocus();

  return {
    field,
    keepDraft,
    leave() {
      clearTimeout(draftTimer);
      keepDraft();
    },
    focus: () => field.focus(),
    takeFocus,
    takeBack(item, sentence, which) {
      if (item.conversation !== conversation || (to === null && field.value !== "")) return false;
      showSending(false);
      // What is in the fields may have been mended while the words were under way.
      if (field.value === "") field.value = item.body;
      if (to !== null && to.value === "") to.value = item.to ?? "";
      if (to !== null) slot = slotOfName(to.value);
      const input = to !== null && which !== "body" ? to : field;
      showError(input, sentence);
      input.focus();
      keepDraft();
      fit();
      return true;
    },
    resume(item) {
      field.value = item.body;
      if (to !== null) to.value = item.to ?? "";
      sendingTo = item;
      showSending(true);
      fit();
    },
    clear() {
      clearTimeout(draftTimer);
      field.value = "";
      keepDraft();
      if (to !== null) to.value = "";
    },
    close(text) {
      button.disabled = true;
      field.placeholder = text;
      field.readOnly = true;
      field.disabled = field.value === "";
      // Where words stay, nobody sees the placeholder.
      if (field.value !== "") showError(field, `${text}. What you wrote can still be copied.`);
    },
    showSending,
    recipient: () => to?.value ?? "",
    selection: () => (document.activeElement === field ? [field.selectionStart, field.selectionEnd] : null),
  };
}
