/**
 * The notes below the text field: how much room is left, once there is little, and what was removed from a pasted text.
 */
import { MESSAGE_BYTES_MAX } from "../../chat/bounds.ts";
import { required } from "./elements.ts";
import { replaceText } from "./field-text.ts";
import { cleanPasted, REMOVED_TEXT } from "../messages/pasted-text.ts";

/** With fewer bytes left than this, the field says how much room there is. */
const SHOWN_FROM_LEFT = 500;

const encoder = new TextEncoder();
const sizeOf = (text: string): number => encoder.encode(text).length;

/** "1 character", "1,204 characters". */
const charactersText = (count: number): string =>
  `${count.toLocaleString("en")} ${count === 1 ? "character" : "characters"}`;

/** The number of characters at the end of `text` that have to be deleted to make it `bytes` shorter. */
function charactersIn(text: string, bytes: number): number {
  const characters = Array.from(text);
  let count = 0;
  for (let rest = bytes; rest > 0 && count < characters.length; count++) rest -= sizeOf(characters.at(-1 - count)!);
  return count;
}

/**
 * The limit is in bytes, but people count characters. Where characters take several bytes, the text so far gives the
 * average.
 */
function roomText(text: string, bytes: number): string {
  const room = MESSAGE_BYTES_MAX - bytes;
  if (room < 0) return `${charactersText(charactersIn(text, -room))} too long`;
  if (room > SHOWN_FROM_LEFT) return "";
  const count = Array.from(text).length;
  return `${count === bytes ? "" : "about "}${charactersText(Math.floor((room * count) / bytes))} left`;
}

type Removed = NonNullable<ReturnType<typeof cleanPasted>["removed"]>;

/** The notes of a composer. */
export interface FieldNotes {
  drawLeft(): void;
  /** "4 characters too long"; "" for a text that can be sent. */
  tooMuch(text: string): string;
  /**
   * The field's text as it is sent. Text that was dropped into the field or came from a draft is cleaned too, with a
   * note.
   */
  bodyToSend(): string;
}

/** Opens the notes for the composer's text field. */
export function openFieldNotes(field: HTMLTextAreaElement): FieldNotes {
  const note = required(`#${field.id}-note`);
  const left = required(`#${field.id}-left`);
  const asFile = required<HTMLButtonElement>(".as-file", left.parentElement!);

  const sayRemoved = (removed: Removed | null): string =>
    (note.textContent = removed === null ? "" : REMOVED_TEXT[removed]);

  function drawLeft(): void {
    // A UTF-16 unit takes at most three bytes, so most texts need no counting.
    const bytes = field.value.length * 3 < MESSAGE_BYTES_MAX - SHOWN_FROM_LEFT ? 0 : sizeOf(field.value);
    left.classList.toggle("over", bytes > MESSAGE_BYTES_MAX);
    asFile.hidden = bytes <= MESSAGE_BYTES_MAX;
    left.textContent = bytes === 0 ? "" : roomText(field.value, bytes);
  }

  field.addEventListener("paste", (event) => {
    const { text, removed } = cleanPasted(event.clipboardData?.getData("text/plain") ?? "");
    sayRemoved(removed);
    if (removed === null) return;
    event.preventDefault();
    replaceText(field, { from: field.selectionStart, to: field.selectionEnd, text });
  });
  field.addEventListener("input", drawLeft);

  return {
    drawLeft,
    tooMuch(text) {
      const bytes = sizeOf(text);
      return bytes <= MESSAGE_BYTES_MAX ? "" : roomText(text, bytes);
    },
    bodyToSend() {
      const { text, removed } = cleanPasted(field.value);
      if (removed !== null) sayRemoved(removed);
      return text;
    },
  };
}
