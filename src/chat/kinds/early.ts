/**
 * What users of a lost branch did to a message that has not arrived on this one. The ops of a fork queue come back
 * in the order of their branch, but a frame with the message may be lost and sent again later, and a message of a
 * newer format waits until that format is enabled. What was acknowledged must not be lost by that: it is stored
 * under the id of the message and takes effect when the recovered message arrives.
 */
import type { Fact } from "../fact.ts";
import { splitMessageId, type MessageId, type UserId } from "../ids.ts";
import type { EarlyRow, Rows } from "../rows.ts";
import type { Seq } from "../../election/view.ts";
import { placeOfRequest, type Place } from "./places.ts";
import { readSingly } from "./read-mark.ts";

/** Stores what the user did to those of the messages that are not here. */
export function keepEarly(ids: readonly MessageId[], user: UserId, what: EarlyRow["what"], rows: Rows): void {
  for (const id of ids) {
    const parts = splitMessageId(id);
    if (parts === null) continue;
    const { author, clientId } = parts;
    const request = rows.request(author, clientId);
    // A request without a place was refused on this branch: its recovered copy will be kept all the same.
    if (request !== null && placeOfRequest(request) !== null) continue;
    rows.addEarly({ author, clientId, user, what });
  }
}

/** The recovered message is here: what its readers did to it on their branch takes effect. */
export function applyEarly(place: Place, seq: Seq, rows: Rows): Fact[] {
  const facts: Fact[] = [];
  const { conversation, author, clientId } = place;
  for (const { user, what } of rows.takeEarly(author, clientId)) {
    if (rows.member(conversation, user) === null) continue;
    if (what === "read") facts.push(...readSingly([place], user, seq, rows));
    else if (!rows.isHidden(conversation, user, place.seq)) {
      rows.hide(conversation, user, place.seq, seq);
      facts.push({ kind: "gone", conversationId: conversation, messageIds: [place.id], audience: { user } });
    }
  }
  return facts;
}
