/** A text field with links below it: the arrow keys lead from one to the next, and typing leads back to the field. */

interface Walk {
  readonly field: HTMLInputElement;
  /** The links that can be chosen now, from the top. */
  readonly links: () => readonly HTMLElement[];
  /** The user presses Escape. False: nothing was done, so the key may do something else. */
  readonly onEscape: () => boolean;
}

/** Handles a key in the field or on a link. */
export function walk(event: KeyboardEvent, { field, links, onEscape }: Walk): void {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const all = links();
  const at = all.indexOf((event.target as Element).closest<HTMLElement>("a, button[data-fills]") as HTMLElement);
  const isField = event.target === field;
  if (!isField && at === -1) return;
  if (event.key === "ArrowDown") all[at + 1]?.focus();
  else if (event.key === "ArrowUp" && !isField) (at === 0 ? field : all[at - 1])?.focus();
  else if (event.key === "Escape") {
    if (!onEscape()) return;
    // Escape in a field of this type would empty it only.
    event.stopPropagation();
  } else {
    // The character goes to the field, which has the focus by then.
    if (!isField && event.key.length === 1 && event.key !== " ") field.focus();
    return;
  }
  event.preventDefault();
}
