/** Marks what calls the user in rows that were rendered for all. */
import { ROOM } from "../../chat/mention-text.ts";

/** Whether a row calls the user, who is not its author. */
function callsMe(row: HTMLElement, me: string): boolean {
  const called = row.dataset["calls"]?.split(" ") ?? [];
  return row.dataset["author"] !== me && (called.includes(me) || called.includes(ROOM));
}

/** Shows on a row whether it calls the user. */
export function drawMentions(row: HTMLElement, me: string): void {
  row.classList.toggle("calls-me", callsMe(row, me));
  for (const mention of row.querySelectorAll<HTMLElement>(".mention[data-mention]")) {
    const isMe = mention.dataset["mention"] === me;
    mention.classList.toggle("me", isMe);
    // It leads to a message to the person, and nobody writes to herself.
    if (isMe) mention.removeAttribute("href");
  }
}
