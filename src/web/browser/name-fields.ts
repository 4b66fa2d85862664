/**
 * Fields for names offer those that begin as what is typed last. The browser shows the offers and completes by keyboard;
 * the replica finds them as it does for a filter of the search.
 */
import { getPiece } from "./requests.ts";

/** While the user types, one request at most in this time. */
const GATHER_MS = 60;

/** What is typed last, behind other names. */
const LAST = /[^,\s]*$/;

/** Begins to listen. Forms may be swapped in later, so the document listens. */
export function listenToNameFields(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  document.addEventListener("input", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.dataset["offers"] === undefined) return;
    clearTimeout(timer);
    timer = setTimeout(() => void offer(target, `${target.dataset["offers"]}:`), GATHER_MS);
  });
}

async function offer(field: HTMLInputElement, filter: string): Promise<void> {
  const typed = field.value;
  const [last] = LAST.exec(typed)!;
  const found = last === "" ? null : await getPiece(`/search/complete?q=${encodeURIComponent(filter + last)}`);
  // Meanwhile more was typed, and that is asked for.
  if (field.value !== typed) return;
  const before = typed.slice(0, typed.length - last.length);
  const names = Array.from(found?.querySelectorAll(".name") ?? [], (one) => one.textContent.slice(filter.length));
  listOf(field).replaceChildren(...names.map((name) => new Option("", before + name)));
}

function listOf(field: HTMLInputElement): Element {
  if (field.list === null) {
    const list = Object.assign(document.createElement("datalist"), { id: `${field.id}-offers` });
    field.after(list);
    field.setAttribute("list", list.id);
  }
  return field.list!;
}
