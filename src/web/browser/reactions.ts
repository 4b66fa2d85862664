/** Reactions: the chips of the rows. The menu of a message chooses new ones (message-menu.ts). */
import { newId, postUntilDone } from "./requests.ts";
import type { Rows } from "./rows.ts";

const NOT_DONE = "No connection, so the reaction was not saved. Try again in a moment.";

/** Shows on a row that was rendered for all what is the user's own. */
export function drawReactions(row: HTMLElement, me: string): void {
  for (const chip of row.querySelectorAll<HTMLElement>(".chip")) {
    const isOwn = chip.dataset["by"]?.split(" ").includes(me) ?? false;
    chip.setAttribute("aria-pressed", String(isOwn));
  }
}

interface ReactionsInput {
  /** The message as the replica has it now, as HTML. */
  readonly onRow: (html: string) => void;
  /** A note to the person. */
  readonly say: (text: string) => void;
}

/** Listens to the chips of the open conversation. Returns what adds a reaction to a message, or takes it away. */
export function openReactions(
  roll: Rows,
  { onRow, say }: ReactionsInput,
): (row: HTMLElement, emoji: string, on: boolean) => void {
  async function tell(row: HTMLElement, emoji: string, on: boolean): Promise<void> {
    const path = `/c/${roll.conversation}/${on ? "react" : "unreact"}`;
    const answer = await postUntilDone(path, { ids: row.dataset["id"] ?? "", emoji, id: newId() });
    if (answer.status !== 200) say(answer.json.sentence ?? NOT_DONE);
    else if (answer.json.row !== undefined) onRow(answer.json.row);
  }
  const act = (row: HTMLElement, emoji: string, on: boolean): void => void tell(row, emoji, on);

  roll.list.addEventListener("click", (event) => {
    const chip = (event.target as Element).closest<HTMLElement>(".chip");
    const row = chip?.closest<HTMLElement>(".message") ?? null;
    if (chip === null || row === null || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    act(row, chip.dataset["emoji"] ?? "", chip.getAttribute("aria-pressed") !== "true");
  });
  return act;
}
