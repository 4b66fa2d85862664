/**
 * What is said below the text field before anything is sent: how much room is left, once there is little, and
 * what was taken out of what was pasted.
 */
import { MESSAGE_BYTES_MAX } from "../../chat/bounds.ts";
import { required } from "./elements.ts";
import { cleanPasted, REMOVED_TEXT } from "../messages/pasted-text.ts";

/** The room that is left is shown from here on. */
const SHOWN_FROM_LEFT = 500;

const sizeOf = (text: string): number => new TextEncoder().encode(text).length;
const number = (value: number): string => value.toLocaleString("en");

type Removed = NonNullable<ReturnType<typeof cleanPasted>["removed"]>;

/** What the composer asks of its notes. */
export interface FieldNotes {
  drawLeft(): void;
  /** What the field holds, as it is sent: also what was dropped into it or came from a draft is cleaned, and it is said. */
  bodyToSend(): string;
}

/** For the text field of the composer. */
export function openFieldNotes(field: HTMLTextAreaElement): FieldNotes {
  const note = required("#body-note");
  const left = required("#body-left");

  const sayRemoved = (removed: Removed | null): string =>
    (note.textContent = removed === null ? "" : REMOVED_TEXT[removed]);

  function drawLeft(): void {
    // Never more bytes than three a unit: most texts need no counting.
    const bytes = field.value.length * 3 < MESSAGE_BYTES_MAX - SHOWN_FROM_LEFT ? 0 : sizeOf(field.value);
    const room = MESSAGE_BYTES_MAX - bytes;
    left.classList.toggle("over", room < 0);
    if (room < 0) left.textContent = `${number(-room)} bytes too long`;
    else left.textContent = room <= SHOWN_FROM_LEFT ? `${number(room)} of ${number(MESSAGE_BYTES_MAX)} bytes left` : "";
  }

  field.addEventListener("paste", (event) => {
    const { text, removed } = cleanPasted(event.clipboardData?.getData("text/plain") ?? "");
    sayRemoved(removed);
    if (removed === null) return;
    event.preventDefault();
    // As if typed, so that it can be undone; not every browser can.
    if (!document.execCommand("insertText", false, text)) {
      field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
  field.addEventListener("input", drawLeft);

  return {
    drawLeft,
    bodyToSend() {
      const { text, removed } = cleanPasted(field.value);
      if (removed !== null) sayRemoved(removed);
      return text;
    },
  };
}
