/** The text field: Enter sends, Shift+Enter breaks the line, what is typed is kept until it is sent. */

import { BODY_BYTES_MAX, openFieldNotes } from "./field-notes.js";
import { slotOfName } from "./kept-state.js";
import { post } from "./requests.js";

const DRAFT_MS = 250;
const TYPING_MS = 3000;

/**
 * `drafts` is the page's own object: {text, to, at} by conversation, or by the name of somebody to whom nothing was
 * written yet. `seenUpTo()`: the newest message that the page shows. Null without a composer.
 */
export function openComposer({ drafts, outbox, conversation, onDraft, state, isMoving, seenUpTo }) {
  const form = document.getElementById("composer");
  if (form === null) return null;
  const field = form.elements.namedItem("body");
  const to = form.elements.namedItem("name");
  let slot = conversation ?? slotOfName(to.value);
  const notes = openFieldNotes(field);
  let draftTimer = null;
  let typedAt = 0;
  let sendingTo = null;

  function showError(input, sentence) {
    const place = document.getElementById(input === field ? "body-error" : "field-name-error");
    place.textContent = sentence;
    place.hidden = sentence === "";
    if (sentence === "") input.removeAttribute("aria-invalid");
    else input.setAttribute("aria-invalid", "true");
  }

  /** For browsers that do not size a field by its content. */
  function fit() {
    notes.drawLeft();
    if (CSS.supports("field-sizing", "content")) return;
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, 200)}px`;
  }

  function keepDraft() {
    if (field.value === "") delete drafts[slot];
    else if (drafts[slot]?.text !== field.value || drafts[slot].to !== (to?.value ?? ""))
      drafts[slot] = { text: field.value, to: to?.value ?? "", at: Date.now() };
    onDraft();
  }

  function showDraft() {
    if (field.value === "" && drafts[slot] !== undefined) field.value = drafts[slot].text;
    fit();
  }

  /** Words to somebody stay with that name: with another one in its place they are for that one, or others are. */
  function changeRecipient() {
    const next = slotOfName(to.value);
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
  function showNewest() {
    const [newest] = Object.keys(drafts)
      .filter((one) => one.startsWith("new:"))
      .toSorted((a, b) => drafts[b].at - drafts[a].at);
    if (newest === undefined) return;
    slot = newest;
    to.value = drafts[newest].to;
  }

  function keepDraftSoon() {
    clearTimeout(draftTimer);
    if (isMoving()) keepDraft();
    else draftTimer = setTimeout(keepDraft, DRAFT_MS);
  }

  function submit() {
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
    if (bytes > BODY_BYTES_MAX) {
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

  function showSending(on) {
    form.classList.toggle("sending", on);
    form.querySelector("button[type=submit]").disabled = on;
    if (!on) sendingTo = null;
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
    showNewest();
    if (to.value === "" && state.to !== "") to.value = state.to;
  }
  showDraft();
  if (state.focus !== null && !field.disabled) {
    field.focus();
    field.setSelectionRange(...state.focus);
  } else if (matchMedia("(min-width: 45rem) and (hover: hover)").matches && document.activeElement === document.body) {
    // On a phone the keyboard would cover half of what one came to read.
    (to !== null && to.value === "" ? to : field).focus();
  }

  return {
    field,
    keepDraft,
    focus: () => field.focus(),
    /** A message that was refused goes back to where it was typed, if nothing else is there by now. */
    takeBack(item, sentence, which) {
      if (item.conversation !== conversation || (to === null && field.value !== "")) return false;
      showSending(false);
      // What is in the fields may have been mended while the words were under way.
      if (field.value === "") field.value = item.body;
      if (to !== null && to.value === "") to.value = item.to;
      if (to !== null) slot = slotOfName(to.value);
      const input = to !== null && which !== "body" ? to : field;
      showError(input, sentence);
      input.focus();
      keepDraft();
      fit();
      return true;
    },
    /** Shows words that an earlier page has begun to send. */
    resume(item) {
      field.value = item.body;
      to.value = item.to;
      sendingTo = item;
      showSending(true);
      fit();
    },
    /** The words for a new conversation have arrived: they are no draft any more. */
    clear() {
      clearTimeout(draftTimer);
      field.value = "";
      keepDraft();
      if (to !== null) to.value = "";
    },
    /** Nothing can be written to this person any more. What is in the field stays there, to copy. */
    close(text) {
      form.querySelector("button[type=submit]").disabled = true;
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
