/**
 * Stores what users of a losing branch did to a message that has not arrived on this branch. The ops of a fork queue
 * come back in the order of their branch, but the frame with the message may be lost and sent again later, and a
 * message of a newer format waits until that format is enabled. Acknowledged reads and deletions must survive this,
 * so they are stored under the id of the message and take effect when the recovered message arrives.
 */
import type { Fact } from "../fact.ts";
import { splitMessageId, type MessageId, type UserId } from "../ids.ts";
import type { EarlyEdit, EarlyPin, EarlyRemoval, EarlyRow, EarlySave, EarlyUnread, Rows } from "../rows.ts";
import type { Seq } from "../../election/view.ts";
import { isOfAccount } from "./early-account.ts";
import { applyEarlyRemoval } from "./removals.ts";
import { applyEarlyEdit } from "./edit-message.ts";
import { mayRead, placeOfRequest, type Place } from "./places.ts";
import { applyEarlyPin } from "./pin.ts";
import { earlyElement, setFromBranch } from "./react.ts";
import { applyEarlyUnread } from "./mark-unread.ts";
import { applyEarlySave } from "./save.ts";
import { readSingly } from "./read-mark.ts";

/** Stores what the user did, for each of the messages that has not arrived here. */
export function keepEarly(ids: readonly MessageId[], user: UserId, what: EarlyRow["what"], rows: Rows): void {
  for (const id of ids) {
    const parts = splitMessageId(id);
    if (parts === null) continue;
    const { author, clientId } = parts;
    const request = rows.request(author, clientId);
    // A request without a place was refused on this branch, but its recovered copy will be kept when it arrives.
    if (request !== null && placeOfRequest(request) !== null) continue;
    rows.addEarly({ author, clientId, user, what });
  }
}

/** Called when the recovered message has arrived: applies what its readers did to it on their branch. */
export function applyEarly(place: Place, seq: Seq, rows: Rows): Fact[] {
  const facts: Fact[] = [];
  const { conversation, author, clientId } = place;
  for (const { user, what } of rows.takeEarly(author, clientId)) {
    if (isOfAccount(what)) continue;
    if (isEarlyEdit(what)) {
      facts.push(...applyEarlyEdit(place, what, seq, rows));
      continue;
    }
    if (isEarlyRemoval(what)) {
      facts.push(...applyEarlyRemoval(place, user, what, seq, rows));
      continue;
    }
    if (isEarlyUnread(what)) {
      facts.push(...applyEarlyUnread(place, user, what, seq, rows));
      continue;
    }
    if (isEarlySave(what)) {
      facts.push(...applyEarlySave(place, user, what, seq, rows));
      continue;
    }
    if (isEarlyPin(what)) {
      facts.push(...applyEarlyPin(place, user, what, seq, rows));
      continue;
    }
    if (what !== "read" && what !== "hidden") {
      facts.push(...setFromBranch(place, earlyElement(user, what), seq, rows));
      continue;
    }
    if (!mayRead(conversation, user, rows)) continue;
    if (what === "read") facts.push(...readSingly([place], user, seq, rows));
    else if (!rows.isHidden(conversation, user, place.seq)) {
      rows.hide(conversation, user, place.seq, seq);
      facts.push({ kind: "gone", conversationId: conversation, messageIds: [place.id], audience: { user } });
    }
  }
  return facts;
}

function isEarlyRemoval(what: EarlyRow["what"]): what is EarlyRemoval {
  return what.startsWith("removed ");
}

function isEarlyUnread(what: EarlyRow["what"]): what is EarlyUnread {
  return what.startsWith("unread ");
}

function isEarlySave(what: EarlyRow["what"]): what is EarlySave {
  return what.startsWith("save ");
}

function isEarlyPin(what: EarlyRow["what"]): what is EarlyPin {
  return what.startsWith("pin ");
}

function isEarlyEdit(what: EarlyRow["what"]): what is EarlyEdit {
  return what.startsWith("edit ");
}
