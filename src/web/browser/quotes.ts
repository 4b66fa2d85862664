/** What messages quote: a click leads to it, and the quote says what became of it. */
import { copyOf, required } from "./elements.ts";
import type { About } from "./kept-state.ts";

/** The quote of a message that is being sent. */
export function quoteOf({ id, name, text }: About): HTMLElement {
  const quote = copyOf("quote");
  quote.dataset["of"] = id;
  required(".quote-who", quote).textContent = name;
  required(".quote-text", quote).textContent = text;
  return quote;
}

/** Those of a message in the rows of a list. */
function quotesOf(list: HTMLElement, id: string): NodeListOf<HTMLElement> {
  return list.querySelectorAll<HTMLElement>(`.quote[data-of="${CSS.escape(id)}"]`);
}

/** The message was deleted, and nothing may show its words any more. */
export function forgetQuoted(list: HTMLElement, id: string): void {
  const gone = required(".quote-text", copyOf("quote")).textContent;
  for (const quote of quotesOf(list, id)) {
    quote.classList.add("gone");
    required(".quote-who", quote).textContent = "";
    required(".quote-text", quote).textContent = gone;
  }
}

/** The message may have another text now, or none; this is its row. */
export function redrawQuoted(list: HTMLElement, row: HTMLElement): void {
  const { id = "" } = row.dataset;
  const text = (row.querySelector(".body")?.textContent ?? "").replaceAll(/\s+/g, " ").trim();
  if (text === "") return forgetQuoted(list, id);
  // Where not everybody may see what is quoted, nobody is named.
  for (const quote of quotesOf(list, id))
    if (required(".quote-who", quote).textContent !== "") required(".quote-text", quote).textContent = text;
}

/** Clicks on quotes lead to the message in place. */
export function openQuotes(list: HTMLElement, goTo: (id: string) => Promise<void>): void {
  list.addEventListener("click", (event) => {
    const quote = (event.target as Element).closest<HTMLAnchorElement>("a.quote");
    if (quote === null || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (!quote.classList.contains("gone")) void goTo(quote.dataset["of"] ?? "");
  });
}
