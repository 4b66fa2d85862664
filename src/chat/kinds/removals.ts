/** Messages that somebody who runs their room has deleted: their rows stay, without the text, and say who. */
import type { Fact } from "../fact.ts";
import type { EarlyRemoval, RemovalRow, Rows } from "../rows.ts";
import type { Seq } from "../../election/view.ts";
import type { Place } from "./places.ts";
import { tellRoot } from "./threads.ts";

/** Deletes the message, which may be deleted already. Of several people who did that, the earliest is named. */
export function removed(
  place: Place,
  { tag, by }: Pick<RemovalRow, "tag" | "by">,
  seq: Seq,
  rows: Rows,
): readonly Fact[] {
  const { conversation } = place;
  const before = rows.removals.of(place.seq);
  if (before !== null && before.tag <= tag) return [];
  rows.eraseMessage(conversation, place.seq, seq);
  rows.removals.put({ seq: place.seq, tag, by });
  const message = rows.message(conversation, place.seq)!;
  return [{ kind: "changed", message, audience: { membersOf: conversation } }, ...tellRoot(conversation, seq, rows)];
}

/** Tells who has deleted the message, which has just arrived from another branch without its text. */
export function applyEarlyRemoval(place: Place, by: string, what: EarlyRemoval, seq: Seq, rows: Rows): readonly Fact[] {
  return removed(place, { tag: what.slice("removed ".length), by }, seq, rows);
}
