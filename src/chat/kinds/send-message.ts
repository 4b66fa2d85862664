/**
 * Sends a message to a conversation of its author. The first message creates a direct conversation, a group or a
 * thread; a room exists before its first message.
 */
import type { Fact } from "../fact.ts";
import { filesText, type FileRow } from "../files.ts";
import {
  isRoomId,
  isThreadId,
  messageId,
  splitMessageId,
  type ConversationId,
  type MessageId,
  type UserId,
} from "../ids.ts";
import type { MemberRow, Mention, Rows } from "../rows.ts";
import type { Seq } from "../../election/view.ts";
import { directPeople, groupPeople, openFor } from "./direct.ts";
import { endDraft } from "./drafts.ts";
import { applyEarly } from "./early.ts";
import { refused, type Decision, type Kind, type OpHead } from "./kind.ts";
import { mayRead, placeOfRequest, placeOfRoot } from "./places.ts";
import { moveMark } from "./read-mark.ts";
import { callsAll, openRoom, type At } from "./rooms.ts";
import { knows } from "./guests.ts";
import { isOff, living } from "./sessions.ts";
import {
  followAsAuthor,
  followAsMentioned,
  openThread,
  setFollow,
  tellRoot,
  threadBelow,
  visibleRoot,
} from "./threads.ts";

export interface SendMessage {
  readonly kind: "sendMessage";
  readonly conversation: ConversationId;
  readonly body: string;
  /** The newest message that the author was shown. The op marks everything up to it as read; "": marks nothing. */
  readonly readUpTo: MessageId;
  /** Of a thread: the conversation of its root. Only a merge needs it. Absent: "". */
  readonly parent?: ConversationId;
  /** Whom the proposer found in the text, each user once. Absent: nobody. */
  readonly mentions?: readonly Mention[];
  /** The message that this one quotes. Absent or "": none. */
  readonly quoted?: MessageId;
  /** To a group that may not be there yet: its people, with the author; absent otherwise. */
  readonly people?: readonly UserId[];
  /** The message is sent beside a reply in a thread: the draft here is another text. Absent: false. */
  readonly keepsDraft?: boolean;
  /** Files that it carries; it may then have no text. Absent: none. */
  readonly files?: readonly FileRow[];
}

/**
 * Own messages need no reading, so the author's mark passes them. Moving it with every message would cost as much as
 * the message itself, so only about one message in 16 does, chosen by its seq and also by the last digit of its
 * client id, which is random: the seqs of people who write in turn may never be divisible by 16.
 */
const OWN_MARK_EVERY = 16;

const HASH = /^[0-9a-f]{64}$/;

/** A recovered message is always kept: it was valid on its own branch, whatever happened on this one. */
export const sendMessage: Kind<SendMessage> = {
  since: 1,
  merge: "keep",
  recorded: true,
  // Every replica reads every message, and most have none of the optional fields.
  read({ conversation, body, readUpTo, parent, quoted, mentions, people, keepsDraft, files }) {
    const message: { -readonly [Field in keyof SendMessage]: SendMessage[Field] } = {
      kind: "sendMessage",
      conversation,
      body,
      readUpTo,
    };
    if (parent !== "") message.parent = parent;
    if (quoted !== "") message.quoted = quoted;
    if (mentions.length > 0) message.mentions = mentions.map(({ user, name, silent }) => ({ user, name, silent }));
    if (people.length > 0) message.people = people;
    if (keepsDraft) message.keepsDraft = keepsDraft;
    if (files.length > 0) message.files = files.map((file) => ({ ...file }));
    return message;
  },
  content({ conversation, body, quoted = "", files = [] }) {
    const carried = files.map(({ hash, name }) => `\0file ${hash} ${name}`).join("");
    return `${conversation}\0${body}${quoted === "" ? "" : `\0${quoted}`}${carried}`;
  },

  decide(op, body, seq, rows) {
    const at = { op, seq, rows };
    const { quoted = "" } = body;
    if (quoted !== "" && splitMessageId(quoted) === null) return refused("invalid");
    if (body.files?.every(isFile) === false) return refused("invalid");
    const opened = isThreadId(body.conversation) ? openInThread(at, body) : open(at, body);
    if ("kind" in opened) return opened;
    const { conversation, member } = opened;
    // Looked up before the message is added, so that a message cannot name itself as the newest one shown.
    const parts = op.recovered ? null : splitMessageId(body.readUpTo);
    const answered = parts === null ? null : rows.seqOfMessage(conversation, parts.author, parts.clientId);
    const deleted = rows.user(op.user)?.deleted === 2 || rows.hasTombstone(op.user, op.clientId);
    const { user: author, clientId } = op;
    const place = { id: messageId(author, clientId), author, clientId, conversation, seq };
    // A thread of another branch may have come before its root.
    const thread = op.recovered ? threadBelow(place, rows) : null;
    const message = {
      conversation,
      seq,
      author,
      clientId,
      body: deleted ? "" : body.body,
      timeMicros: op.timeMicros,
      deleted,
      recovered: op.recovered,
      changedSeq: deleted || thread !== null ? seq : 0,
      // It may be gone, or still to come from its branch: whoever shows the message looks it up.
      quoted: quoted === "" ? null : quoted,
      files: deleted ? null : filesText(body.files ?? []),
    };
    rows.addMessage(message);
    const mentions = deleted ? [] : (body.mentions ?? []);
    for (const mention of mentions) rows.mentions.add({ conversation, seq, ...mention });
    const facts: Fact[] = deleted ? [] : [{ kind: "message", message, audience: { membersOf: conversation } }];
    if (thread !== null) followAsAuthor(thread, author, seq, rows);
    if (isThreadId(conversation)) facts.push(...followAsMentioned(at, conversation, mentions));
    facts.push(...opened.facts, ...tellRoot(conversation, seq, rows));
    const isDue = body.readUpTo !== "" || seq % OWN_MARK_EVERY === 0 || op.clientId.endsWith("0");
    if (member !== null && isDue) {
      // On one branch, what the author was shown includes all that she marked as unread before.
      const seen = answered === null ? "" : (rows.unreads.of(op.user, conversation)?.tag ?? "");
      moveMark(member, answered ?? 0, { seq, rows, facts, fresh: [], seen });
    }
    if (body.keepsDraft !== true) endDraft(at, conversation, facts);
    if (op.recovered) facts.push(...applyEarly(place, seq, rows));
    return { kind: "sent", conversation, facts };
  },

  // The author may have sent the same message on both branches, while readers marked only this copy.
  adopt: (op, _body, seq, rows) => applyEarlyTo(op, seq, rows),
};

function isFile({ hash, small, large }: FileRow): boolean {
  return HASH.test(hash) && [small, large].every((one) => one === "" || HASH.test(one));
}

/** Applies what waited for this request's message (early.ts) if this branch already has the message. */
export function applyEarlyTo(op: OpHead, seq: Seq, rows: Rows): readonly Fact[] {
  const request = rows.request(op.user, op.clientId);
  const place = request === null ? null : placeOfRequest(request);
  return place === null ? [] : applyEarly(place, seq, rows);
}

/** Where a message goes: its conversation is in the rows. */
interface Opened {
  readonly conversation: ConversationId;
  /** The author's membership; null for the author of a recovered message who is not in the room here. */
  readonly member: MemberRow | null;
  readonly facts: readonly Fact[];
}

type Destination = Pick<SendMessage, "conversation" | "people">;

function open(at: At, to: Destination & Pick<SendMessage, "mentions">): Opened | Decision {
  const { op, seq, rows } = at;
  const { conversation } = to;
  const there = rows.member(conversation, op.user);
  const people = there === null ? peopleToOpen(at, to) : rows.membersOf(conversation);
  // On its own branch its author was in the room; here she may not be, and the room may not have come yet.
  const isKept = op.recovered && isRoomId(conversation);
  if (people === null && !isKept) return refused("not_found");
  // A guest begins conversations only with people of her rooms.
  const isStranger = there === null && people?.some((person) => !knows(op.user, person, rows)) === true;
  if (isStranger && !op.recovered) return refused("not_found", false);
  if (people === null) openRoom(at, conversation);
  const refusal = op.recovered
    ? null
    : refusalOf(at, { conversation, people: people ?? [], mentions: to.mentions ?? [] });
  if (refusal !== null) return refusal;
  const member = there ?? (people === null ? null : openFor(conversation, op.user, people, seq, rows));
  return { conversation, member, facts: [] };
}

/** The people of the conversation that the message opens; null if it opens none. */
function peopleToOpen({ op, rows }: At, { conversation, people = [] }: Destination): readonly UserId[] | null {
  return directPeople(conversation, op.user) ?? groupPeople(conversation, op.user, people, rows);
}

/** Whoever may write in the conversation of a message may write in the thread below it, and follows the thread then. */
function openInThread(
  at: At,
  { conversation: thread, parent: wasIn = "", mentions = [] }: SendMessage,
): Opened | Decision {
  const { op, rows } = at;
  const parent = op.recovered ? wasIn : parentFor(at, thread);
  if (parent === null) return refused("not_found", false);
  // Another thread: there are none in threads.
  if (parent === "" || isThreadId(parent)) return refused("invalid");
  const refusal = op.recovered
    ? null
    : refusalOf(at, { conversation: parent, people: rows.membersOf(parent), mentions });
  if (refusal !== null) return refusal;
  // A message of another conversation has the id of the root here: the reply is kept where its branch showed it.
  const known = rows.conversation(thread)?.parent ?? placeOfRoot(thread, rows)?.conversation ?? parent;
  if (known !== parent) return open(at, { conversation: parent });
  const facts: Fact[] = [];
  openThread(at, thread, parent);
  setFollow(at, thread, true, facts);
  return { conversation: thread, member: rows.member(thread, op.user), facts };
}

/** The conversation of the thread's root; null if the user may not read it, or may not begin the thread. */
function parentFor({ op, rows }: At, thread: ConversationId): ConversationId | null {
  const known = rows.conversation(thread)?.parent ?? null;
  if (known === null) return visibleRoot(thread, op.user, rows)?.conversation ?? null;
  return mayRead(thread, op.user, rows) ? known : null;
}

/** The reason why the author may not write to these people; null if the author may. */
function refusalOf(
  { op, rows }: At,
  { conversation, people, mentions = [] }: Required<Destination> & Pick<SendMessage, "mentions">,
): Decision | null {
  const author = rows.user(op.user);
  if (author === null) return refused("not_logged_in", false);
  if (author.deleted !== 0) return refused("not_logged_in");
  // The refusal is not recorded, because an archived room may be opened again. Somebody may be alone in a room.
  if (rows.conversation(conversation)?.kind === "room") {
    const room = rows.room(conversation);
    if (room?.archived === true) return refused("archived", false);
    const isMember = (rows.seat(conversation, op.user)?.role ?? "member") === "member";
    const isShut = room?.adminsOnly === true || (room?.adminsCall === true && callsAll(mentions));
    return isShut && isMember ? refused("not_allowed", false) : null;
  }
  // Notes have no other member. In any other conversation somebody else must still be able to read the message.
  const isNotes = people.length === 1;
  const others = people.filter((user) => user !== op.user && living(user, rows) !== null);
  if (isNotes || others.some((user) => !isOff(user, rows))) return null;
  return others.length === 0 ? refused("unknown_recipient") : refused("deactivated", false);
}
