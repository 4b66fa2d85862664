/**
 * Gives a message of the user another text, and the mentions of that text. The texts that it had are kept as its
 * versions, newest last.
 */
import { MESSAGE_BYTES_MAX, VERSIONS_BYTES_MAX, VERSIONS_MAX } from "../bounds.ts";
import type { Fact } from "../fact.ts";
import { isThreadId, splitMessageId, type MessageId, type UserId } from "../ids.ts";
import { ROOM } from "../mention-text.ts";
import { NO_PREFERENCES, sees, type EarlyEdit, type Mention, type Rows, type VersionRow } from "../rows.ts";
import type { Seq } from "../../election/view.ts";
import { done, refused, type Kind, type OpHead } from "./kind.ts";
import { homeOf, isSeen, onceArrived, placeOf, type Place } from "./places.ts";
import { callsAll } from "./rooms.ts";
import { living, notLiving } from "./sessions.ts";
import { microsOf, tagOf } from "./tags.ts";
import { followAsMentioned } from "./threads.ts";

export interface EditMessage {
  readonly kind: "editMessage";
  readonly message: MessageId;
  readonly body: string;
  /** Whom the proposer found in the text, each user once. Absent: nobody. */
  readonly mentions?: readonly Mention[];
}

/** A message that is older gets mentions by an edit and calls nobody by them: 24 hours. */
const CALLS_MICROS = 24 * 3_600 * 1e6;

/**
 * Of two texts the later one is shown, and the other is one of its versions, so that no branch loses what it
 * acknowledged. A deleted message has no text, and no op gives it one.
 */
export const editMessage: Kind<EditMessage> = {
  since: 1,
  merge: "latest",
  recorded: true,
  read: ({ message, body, mentions }) => ({
    kind: "editMessage",
    message,
    body,
    ...(mentions.length === 0 ? {} : { mentions: mentions.map(({ user, name, silent }) => ({ user, name, silent })) }),
  }),
  content: ({ message, body }) => `${message}\0${body}`,

  decide(op, { message, body, mentions = [] }, seq, rows) {
    if (body === "" || Buffer.byteLength(body) > MESSAGE_BYTES_MAX) return refused("invalid");
    if (op.recovered) return done(setRecovered(op, { message, body, mentions }, seq, rows));
    if (living(op.user, rows) === null) return notLiving(op.user, rows);
    const place = placeOf(message, op.user, rows);
    if (place === null || !isSeen(place, op.user, rows)) return refused("not_found", false);
    if (place.author !== op.user) return refused("not_allowed", false);
    const room = rows.room(homeOf(place.conversation, rows));
    if (room?.archived === true) return refused("archived", false);
    // An edit calls nobody that a message could not.
    const isMember = room !== null && (rows.seat(room.id, op.user)?.role ?? "member") === "member";
    const isNew = callsAll(mentions) && !callsAll(rows.mentions.in(place.seq));
    if (room?.adminsCall === true && isMember && isNew) return refused("not_allowed", false);
    if (rows.message(place.conversation, place.seq)?.body === body) return done();
    // On one branch the log decides, so this text is later than the present one, whatever the clocks say.
    const timeMicros = Math.max(op.timeMicros, microsOf(rows.newestVersion(place.seq)) + 1);
    return done(addVersion(place, { tag: tagOf({ ...op, timeMicros }), body, mentions }, seq, rows));
  },
};

/** A text that another branch has accepted; for a message still to come it waits. */
function setRecovered(
  op: OpHead,
  { message, body, mentions }: Required<Omit<EditMessage, "kind">>,
  seq: Seq,
  rows: Rows,
): readonly Fact[] {
  if (splitMessageId(message)?.author !== op.user) return [];
  const what: EarlyEdit = `edit ${tagOf(op)} ${encodeURIComponent(JSON.stringify(mentions))} ${body}`;
  return onceArrived(message, { user: op.user, what }, rows, (place) => applyEarlyEdit(place, what, seq, rows));
}

/** Gives the message, which has arrived, the text of another branch. */
export function applyEarlyEdit(place: Place, what: EarlyEdit, seq: Seq, rows: Rows): readonly Fact[] {
  if (rows.message(place.conversation, place.seq)?.deleted !== false) return [];
  const [, micros, request, encoded = "", ...body] = what.split(" ");
  const mentions = JSON.parse(decodeURIComponent(encoded)) as readonly Mention[];
  return addVersion(place, { tag: `${micros} ${request}`, body: body.join(" "), mentions }, seq, rows);
}

/** A text that a message gets, with what it mentions. */
interface NewText extends Pick<VersionRow, "tag" | "body"> {
  readonly mentions: readonly Mention[];
}

function addVersion(place: Place, text: NewText, seq: Seq, rows: Rows): readonly Fact[] {
  const { conversation } = place;
  const { tag, body } = text;
  const newest = rows.newestVersion(place.seq);
  if (newest === "")
    rows.putVersion({ seq: place.seq, tag: "", body: rows.message(conversation, place.seq)?.body ?? "" });
  rows.putVersion({ seq: place.seq, tag, body });
  dropOldest(place.seq, rows);
  if (tag <= newest) return [];
  rows.setBody(conversation, place.seq, body, seq);
  const called = setMentions(place, text, seq, rows);
  const message = rows.message(conversation, place.seq)!;
  return [{ kind: "changed", message, audience: { membersOf: conversation } }, ...called];
}

/** The mentions are those of the text that is shown. Whoever is called only now hears of it. */
function setMentions(place: Place, { tag, mentions }: NewText, seq: Seq, rows: Rows): readonly Fact[] {
  const { conversation, seq: messageSeq } = place;
  const before = new Map(rows.mentions.in(messageSeq).map((one) => [one.user, one]));
  const users = new Set(mentions.map(({ user }) => user));
  for (const user of before.keys()) if (!users.has(user)) rows.mentions.drop(conversation, messageSeq, user);
  const sent = rows.message(conversation, messageSeq)?.timeMicros ?? 0;
  const isOld = microsOf(tag) - sent > CALLS_MICROS;
  const called: Mention[] = [];
  for (const mention of mentions) {
    const was = before.get(mention.user);
    const isNew = !mention.silent && was?.silent !== false;
    const row = { ...mention, silent: mention.silent || (isNew && isOld) };
    rows.mentions.add({ conversation, seq: messageSeq, ...row });
    if (isNew && !isOld) called.push(row);
  }
  const follows = isThreadId(conversation) ? followAsMentioned({ seq, rows }, conversation, called) : [];
  const people = new Set(called.flatMap(({ user }) => (user === ROOM ? rows.membersOf(conversation) : [user])));
  return [...follows, ...[...people].flatMap((user) => call(place, user, before, rows))];
}

/**
 * The number of unread mentions tells nothing to whoever has read the message, and pages do not call for it alone.
 * `before`: the mentions that the message had. Whoever heard of one of them is not called again.
 */
function call(place: Place, user: UserId, before: ReadonlyMap<UserId, Mention>, rows: Rows): readonly Fact[] {
  const { conversation, seq, author } = place;
  const wasCalled = [user, ROOM].some((one) => before.get(one)?.silent === false);
  const member = wasCalled ? null : rows.member(conversation, user);
  if (user === author || member === null || !sees(member, rows.message(conversation, seq)!)) return [];
  const { muted, level } = rows.preference(user, conversation) ?? NO_PREFERENCES;
  if (muted || level === "nothing" || rows.isHidden(conversation, user, seq)) return [];
  return [{ kind: "called", conversationId: conversation, messageId: place.id, by: author, audience: { user } }];
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
