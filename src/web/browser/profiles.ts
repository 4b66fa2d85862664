/** Shows another display name or status of a person wherever the page names that person. */
import { endStatuses } from "./times.ts";

/** A person, as in an event. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly online: boolean;
  readonly deleted: boolean;
  readonly status?: { readonly emoji: string; readonly text: string; readonly untilMicros: number };
}

/** Stands for the emoji of a status that has none; page/names.tsx has the same. */
const NO_EMOJI = "💬";

const initialOf = (name: string): string => {
  const [first] = new Intl.Segmenter().segment(name);
  return (first?.segment ?? "·").toUpperCase();
};

/** See the top of this file. */
export function showProfile(person: Person): void {
  const { id, name, displayName } = person;
  const found = CSS.escape(id);
  for (const author of document.querySelectorAll<HTMLElement>(`.message[data-author="${found}"] > .bubble > .author`)) {
    author.textContent = displayName;
    titleOf(author, person);
  }
  for (const place of document.querySelectorAll<HTMLElement>(`[data-person="${found}"]`)) {
    const isOwn = place.textContent.includes(" (you)");
    place.replaceChildren(`${displayName}${isOwn ? " (you)" : ""}`);
    titleOf(place, person);
    const mark = markOf(person);
    if (mark !== null) place.append(mark);
  }
  for (const mention of document.querySelectorAll<HTMLElement>(`a.mention[data-mention="${found}"]`)) {
    mention.textContent = `@${displayName}`;
    titleOf(mention, { name: `@${name}`, displayName: `@${displayName}` });
  }
  for (const dot of document.querySelectorAll(`.avatar > .presence[data-user="${found}"]`)) {
    const initial = dot.previousElementSibling;
    if (initial !== null) initial.textContent = initialOf(displayName);
  }
  endStatuses();
}

/** The name of the account, if it is not what is shown. */
function titleOf(element: HTMLElement, { name, displayName }: Pick<Person, "name" | "displayName">): void {
  if (name === displayName) element.removeAttribute("title");
  else element.title = name;
}

function markOf({ status }: Person): HTMLElement | null {
  if (status === undefined) return null;
  const mark = document.createElement("span");
  mark.className = "status";
  mark.textContent = status.emoji === "" ? NO_EMOJI : status.emoji;
  if (status.untilMicros !== 0) mark.dataset["until"] = String(Math.floor(status.untilMicros / 1000));
  if (status.text === "") return mark;
  mark.title = status.text;
  const words = document.createElement("span");
  words.className = "sr";
  words.textContent = status.text;
  mark.append(words);
  return mark;
}
