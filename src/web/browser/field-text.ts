/** Changes the text of a field as if it was typed, so that the user can undo it. */

/** Replaces what is between two positions, and then selects; without `select`, the caret follows the new text. */
export function replaceText(
  field: HTMLTextAreaElement,
  { from, to, text, select }: { from: number; to: number; text: string; select?: readonly [number, number] },
): void {
  field.focus();
  field.setSelectionRange(from, to);
  // Not every browser supports this.
  if (!document.execCommand(text === "" ? "delete" : "insertText", false, text)) {
    field.setRangeText(text, from, to, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (select !== undefined) field.setSelectionRange(...select);
}
