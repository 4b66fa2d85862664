/** Erases the messages of accounts that were deleted together with their messages. */
import type { Fact } from "../fact.ts";
import type { Rows } from "../rows.ts";
import type { Seq } from "../../election/view.ts";
import { byConversation, placeOfRequest, type Place } from "./places.ts";
import { erased } from "./threads.ts";

/** Requests that each op examines while messages of a deleted account are being erased. */
const PURGE_STEP = 256;

/**
 * Erases some messages of a deleted account. Each op of any user runs one step, so that no
 * single op blocks the replica for long. Readers already see all of these messages as deleted.
 */
export function purgeStep(seq: Seq, rows: Rows): readonly Fact[] {
  const purge = rows.purge();
  if (purge === null) return [];
  const requests = rows.requestsAfter(purge.afterRequest, PURGE_STEP);
  const sent = requests.filter((request) => request.user === purge.user).map(placeOfRequest);
  const facts: Fact[] = [];
  for (const [conversation, group] of byConversation(sent.filter((place) => place !== null))) {
    const gone: Place[] = [];
    for (const place of group) {
      if (rows.message(conversation, place.seq)?.deleted !== false) continue;
      rows.eraseMessage(conversation, place.seq, seq);
      gone.push(place);
    }
    facts.push(...erased(conversation, gone, seq, rows));
  }
  const last = requests.at(-1);
  if (last === undefined || requests.length < PURGE_STEP) rows.endPurge(purge.user);
  else rows.setPurge(purge.user, `${last.clientId} ${last.user}`);
  return facts;
}
