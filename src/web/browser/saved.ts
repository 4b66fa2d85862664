/** Messages that the user has saved: what their menus say, here and after another device has saved one. */
import { newId, postUntilDone } from "./requests.ts";
import type { Say } from "./say.ts";

const NOT_DONE = "No connection, so this was not saved. Try again in a moment.";

/** What an event tells. */
export interface Saved {
  readonly messageId: string;
  readonly on: boolean;
}

/** Shows on the row of a message, if it is on the page, whether it is saved. */
export function showSaved({ messageId, on }: Saved): void {
  const row = document.getElementById(`m-${messageId}`);
  if (row === null) return;
  if (on) row.dataset["saved"] = "yes";
  else delete row.dataset["saved"];
}

/** Saves the message of a row, or lets go of it. */
export async function toggleSaved({ dataset }: HTMLElement, say: Say): Promise<void> {
  const { id: messageId = "" } = dataset;
  const on = dataset["saved"] === undefined;
  const { status, json } = await postUntilDone(on ? "/save" : "/unsave", { ids: messageId, id: newId() });
  if (status !== 200) return say(json.sentence ?? NOT_DONE);
  showSaved({ messageId, on });
  say(on ? "Saved. Only you see it, under Saved in the list." : "No longer saved.", "done");
}
