/**
 * Stores what users of a losing branch did to a message that has not arrived on this branch. The ops of a fork queue
 * come back in the order of their branch, but the frame with the message may be lost and sent again later, and a
 * message of a newer format waits until that format is enabled. Acknowledged reads and deletions must survive this,
 * so they are stored under the id of the message and take effect when the recovered message arrives.
 */
import type { Fact } from "../fact.ts";
import { splitMessageId, type MessageId, type UserId } from "../ids.ts";
import type { EarlyRow, Rows } from "../rows.ts";
import type { Seq } from "../../election/view.ts";
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

/** The message that has arrived, and who had done something to it. */
interface Arrived {
  readonly place: Place;
  readonly user: UserId;
  readonly seq: Seq;
  readonly rows: Rows;
}

type Early = EarlyRow["what"];
type FirstWord<What extends Early> = What extends `${infer Word} ${string}` ? Word : What;
type Doing<Word extends string> = (to: Arrived, what: Extract<Early, Word | `${Word} ${string}`>) => readonly Fact[];

/** How it takes effect, by its first word. */
const DOINGS: { readonly [Word in FirstWord<Early>]: Doing<Word> } = {
  // About an account, which is no message (early-account.ts).
  account: () => [],
  edit: ({ place, seq, rows }, what) => applyEarlyEdit(place, what, seq, rows),
  hidden: hide,
  pin: ({ place, user, seq, rows }, what) => applyEarlyPin(place, user, what, seq, rows),
  react: ({ place, user, seq, rows }, what) => setFromBranch(place, earlyElement(user, what), seq, rows),
  read: ({ place, user, seq, rows }) =>
    mayRead(place.conversation, user, rows) ? readSingly([place], user, seq, rows) : [],
  removed: ({ place, user, seq, rows }, what) => applyEarlyRemoval(place, user, what, seq, rows),
  save: ({ place, user, seq, rows }, what) => applyEarlySave(place, user, what, seq, rows),
  unread: ({ place, user, seq, rows }, what) => applyEarlyUnread(place, user, what, seq, rows),
};

function hide({ place, user, seq, rows }: Arrived): readonly Fact[] {
  const { conversation, id } = place;
  if (!mayRead(conversation, user, rows) || rows.isHidden(conversation, user, place.seq)) return [];
  rows.hide(conversation, user, place.seq, seq);
  return [{ kind: "gone", conversationId: conversation, messageIds: [id], audience: { user } }];
}

/** Called when the recovered message has arrived: applies what its readers did to it on their branch. */
export function applyEarly(place: Place, seq: Seq, rows: Rows): Fact[] {
  return rows.takeEarly(place.author, place.clientId).flatMap(({ user, what }) => {
    const [word] = what.split(" ", 1) as [keyof typeof DOINGS];
    return (DOINGS[word] as (to: Arrived, what: Early) => readonly Fact[])({ place, user, seq, rows }, what);
  });
}
