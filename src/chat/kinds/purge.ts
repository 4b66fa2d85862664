/** What goes on after an account was deleted with its messages. */
import type { MessageId } from "../ids.ts";
import type { Fact } from "../fact.ts";
import type { Rows } from "../rows.ts";
import type { Seq } from "../../election/view.ts";
import { byConversation, placeOfRequest } from "./places.ts";

/** Requests looked at by each op while messages of a deleted account are being erased. */
const PURGE_STEP = 256;

/**
 * Erases some messages of an account that was deleted "with messages". Done in steps,
 * one with each op of anybody, so that no single op blocks the replica for long; readers
 * already see all of them as deleted.
 */
export function purgeStep(seq: Seq, rows: Rows): readonly Fact[] {
  const purge = rows.purge();
  if (purge === null) return [];
  const requests = rows.requestsAfter(purge.afterRequest, PURGE_STEP);
  const sent = requests.filter((request) => request.user === purge.user).map(placeOfRequest);
  const facts: Fact[] = [];
  for (const [conversation, group] of byConversation(sent.filter((place) => place !== null))) {
    const ids: MessageId[] = [];
    for (const place of group) {
      if (rows.message(conversation, place.seq)?.deleted !== false) continue;
      rows.eraseMessage(conversation, place.seq, seq);
      ids.push(place.id);
    }
    if (ids.length > 0)
      facts.push({
        kind: "gone",
        conversationId: conversation,
        messageIds: ids,
        audience: { membersOf: conversation },
      });
  }
  const last = requests.at(-1);
  if (last === undefined || requests.length < PURGE_STEP) rows.endPurge(purge.user);
  else rows.setPurge(purge.user, `${last.clientId} ${last.user}`);
  return facts;
}
