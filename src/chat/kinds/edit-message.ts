/** Gives a message of the user another text. The texts that it had are kept as its versions, newest last. */
import { MESSAGE_BYTES_MAX, VERSIONS_BYTES_MAX, VERSIONS_MAX } from "../bounds.ts";
import type { Fact } from "../fact.ts";
import { splitMessageId, type MessageId } from "../ids.ts";
import type { EarlyEdit, Rows, VersionRow } from "../rows.ts";
import type { Seq } from "../../election/view.ts";
import { done, refused, type Kind, type OpHead } from "./kind.ts";
import { homeOf, isSeen, placeOf, placeOfRequest, type Place } from "./places.ts";
import { living, notLiving } from "./sessions.ts";
import { microsOf, tagOf } from "./tags.ts";

export interface EditMessage {
  readonly kind: "editMessage";
  readonly message: MessageId;
  readonly body: string;
}

/**
 * Of two texts the later one is shown, and the other is one of its versions, so that no branch loses what it
 * acknowledged. A deleted message has no text, and no op gives it one.
 */
export const editMessage: Kind<EditMessage> = {
  since: 1,
  merge: "latest",
  recorded: true,
  read: ({ message, body }) => ({ kind: "editMessage", message, body }),
  content: ({ message, body }) => `${message}\0${body}`,

  decide(op, { message, body }, seq, rows) {
    if (body === "" || Buffer.byteLength(body) > MESSAGE_BYTES_MAX) return refused("invalid");
    if (op.recovered) return done(setRecovered(op, { message, body }, seq, rows));
    if (living(op.user, rows) === null) return notLiving(op.user, rows);
    const place = placeOf(message, op.user, rows);
    if (place === null || !isSeen(place, op.user, rows)) return refused("not_found", false);
    if (place.author !== op.user) return refused("not_allowed", false);
    if (rows.room(homeOf(place.conversation, rows))?.archived === true) return refused("archived", false);
    if (rows.message(place.conversation, place.seq)?.body === body) return done();
    // On one branch the log decides, so this text is later than the present one, whatever the clocks say.
    const timeMicros = Math.max(op.timeMicros, microsOf(rows.newestVersion(place.seq)) + 1);
    return done(addVersion(place, { tag: tagOf({ ...op, timeMicros }), body }, seq, rows));
  },
};

/** A text that another branch has accepted; for a message still to come it waits. */
function setRecovered(op: OpHead, { message, body }: Omit<EditMessage, "kind">, seq: Seq, rows: Rows): readonly Fact[] {
  const parts = splitMessageId(message);
  if (parts === null || parts.author !== op.user) return [];
  const { author, clientId } = parts;
  const request = rows.request(author, clientId);
  const place = request === null ? null : placeOfRequest(request);
  const what: EarlyEdit = `edit ${tagOf(op)} ${body}`;
  if (place !== null) return applyEarlyEdit(place, what, seq, rows);
  rows.addEarly({ author, clientId, user: op.user, what });
  return [];
}

/** Gives the message, which has arrived, the text of another branch. */
export function applyEarlyEdit(place: Place, what: EarlyEdit, seq: Seq, rows: Rows): readonly Fact[] {
  if (rows.message(place.conversation, place.seq)?.deleted !== false) return [];
  const [, micros, request, ...body] = what.split(" ");
  return addVersion(place, { tag: `${micros} ${request}`, body: body.join(" ") }, seq, rows);
}

function addVersion(place: Place, version: Pick<VersionRow, "tag" | "body">, seq: Seq, rows: Rows): readonly Fact[] {
  const { conversation } = place;
  const newest = rows.newestVersion(place.seq);
  if (newest === "")
    rows.putVersion({ seq: place.seq, tag: "", body: rows.message(conversation, place.seq)?.body ?? "" });
  rows.putVersion({ seq: place.seq, ...version });
  dropOldest(place.seq, rows);
  if (version.tag <= newest) return [];
  rows.setBody(conversation, place.seq, version.body, seq);
  const message = rows.message(conversation, place.seq)!;
  return [{ kind: "changed", message, audience: { membersOf: conversation } }];
}

/**
 * Keeps a version if those after it are fewer than VERSIONS_MAX and leave room for one more message. Which ones are kept
 * does therefore not depend on the order in which a merge brings them.
 */
function dropOldest(seq: Seq, rows: Rows): void {
  let [count, bytes] = [0, 0];
  for (const { tag, body } of rows.versionsOf(seq).toReversed()) {
    if (count >= VERSIONS_MAX || bytes > VERSIONS_BYTES_MAX - MESSAGE_BYTES_MAX) rows.dropVersion(seq, tag);
    count += 1;
    bytes += Buffer.byteLength(body);
  }
}
