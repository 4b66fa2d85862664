/** The bar above the text field that says which message the text is about. */
import { copyOf, required } from "./elements.ts";
import type { About } from "./kept-state.ts";

/** What the bar says before the beginning of the message. */
const sayOf = (about: About): string => (about.kind === "edit" ? "Editing your message" : `Reply to ${about.name}`);

/** Shows it above the line of the form; null: takes it away. `onCancel`: the button in it was pressed. */
export function showAbout(form: HTMLFormElement, about: About | null, onCancel: () => void): void {
  form.querySelector(".about")?.remove();
  form.classList.toggle("editing", about?.kind === "edit");
  if (about === null) return;
  const bar = copyOf("about");
  required(".about-what", bar).textContent = sayOf(about);
  required(".about-text", bar).textContent = about.text;
  required("button", bar).addEventListener("click", onCancel);
  required(".line", form).before(bar);
}

/** What the replica has rendered into the form, for those without a script: what is quoted. Takes it out of the form. */
export function takeQuoting(form: HTMLFormElement): About | null {
  const bar = form.querySelector<HTMLElement>(":scope > .about[data-id]");
  bar?.remove();
  const { id = "", name = "", text = "" } = bar?.dataset ?? {};
  return bar === null ? null : { kind: "quote", id, name, text };
}
