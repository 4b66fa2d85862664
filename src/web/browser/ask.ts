/** A question that the user answers before something is done that cannot be undone. */

/** Resolves true only if the user presses `yes`. Escape and `no` change nothing. */
export function ask({
  title,
  text,
  yes,
  no = "Cancel",
  isHarmless = false,
}: {
  readonly title: string;
  readonly text: string;
  readonly yes: string;
  readonly no?: string;
  /** Nothing is lost by it. */
  readonly isHarmless?: boolean;
}): Promise<boolean> {
  const dialog = Object.assign(document.createElement("dialog"), { className: "sheet ask" });
  const form = Object.assign(document.createElement("form"), { method: "dialog", className: "stack" });
  const heading = Object.assign(document.createElement("h2"), { id: "ask-title", textContent: title });
  const buttons = Object.assign(document.createElement("p"), { className: "row" });
  const button = (value: string, className: string, textContent: string) =>
    Object.assign(document.createElement("button"), { type: "submit", value, className, textContent });
  buttons.append(button("no", "", no), button("yes", isHarmless ? "primary" : "danger", yes));
  form.append(heading, Object.assign(document.createElement("p"), { textContent: text }), buttons);
  dialog.setAttribute("aria-labelledby", heading.id);
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
