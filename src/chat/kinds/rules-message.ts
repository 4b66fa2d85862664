/** Rules for messages, read marks and deletion. Pure but for the Rows they are given; see apply.ts. */
import { done, refused, type ChatEvent, type Decision } from "../chat-event.ts";
import { directMembers, messageId, otherOf, splitMessageId } from "../ids.ts";
import type { Op, OpBody } from "./op.ts";
import type { MemberRow, RequestRow, Rows } from "../rows.ts";
import type { Seq } from "../../election/view.ts";

type Body<K extends OpBody["kind"]> = Extract<OpBody, { kind: K }>;

/** A message that an op names and its user may see. */
interface Place {
  readonly id: string;
  readonly author: string;
  readonly clientId: string;
  readonly conversation: string;
  readonly seq: Seq;
}

/**
 * Messages a read mark looks at, page by page, before it stops for this op (682 in all; the
 * rest follows with later ops). The first page is small: mostly there is nothing, or one
 * own message, before the first that is unread.
 */
const MARK_PAGE_FIRST = 2;
const MARK_PAGE_LAST = 512;

/**
 * Own messages need no reading, so the mark passes them; but not with each one, that would
 * cost as much as the message itself. By seq and by the (random) client id, because people
 * who write in turn may never meet a round seq.
 */
const OWN_MARK_EVERY = 16;

/** Requests looked at by each op while messages of a deleted account are being erased. */
const PURGE_STEP = 256;

/**
 * A message to a direct conversation, which its first message makes. A recovered one is
 * always kept: it was valid on its own branch, whatever happened on this one.
 */
export function sendMessage(op: Op, body: Body<"sendMessage">, seq: Seq, rows: Rows): Decision {
  const { conversation } = body;
  const members = directMembers(conversation);
  if (members === null || !members.includes(op.user)) return refused("not_found");
  const author = rows.user(op.user);
  if (!op.recovered) {
    if (author === null) return refused("not_logged_in", false);
    if (author.deleted !== 0) return refused("not_logged_in");
    const other = rows.user(otherOf(conversation, op.user));
    if (other === null || other.deleted !== 0) return refused("unknown_recipient");
  }
  const member = rows.member(conversation, op.user) ?? makeDirect(op, conversation, seq, rows);
  // Before the message is there: it must not be found as the one that it answers.
  const parts = op.recovered ? null : splitMessageId(body.readUpTo);
  const answered = parts === null ? null : rows.seqOfMessage(conversation, parts.author, parts.clientId);
  const deleted = author?.deleted === 2 || rows.hasTombstone(op.user, op.clientId);
  const message = {
    conversation,
    seq,
    author: op.user,
    clientId: op.clientId,
    body: deleted ? "" : body.body,
    timeMicros: op.timeMicros,
    deleted,
    recovered: op.recovered,
    changedSeq: deleted ? seq : 0,
  };
  rows.addMessage(message);
  const events: ChatEvent[] = deleted ? [] : [{ kind: "message", message }];
  if (body.readUpTo !== "" || seq % OWN_MARK_EVERY === 0 || op.clientId.endsWith("0")) {
    moveMark(member, answered ?? 0, seq, rows, [], events);
  }
  return { conversation, events };
}

function makeDirect(op: Op, conversation: string, seq: Seq, rows: Rows): MemberRow {
  rows.addConversation({ id: conversation, kind: "direct", createdSeq: seq });
  const own: MemberRow = { conversation, user: op.user, mark: 0, markChangedSeq: 0 };
  rows.putMember(own);
  const other = otherOf(conversation, op.user);
  if (other !== op.user) rows.putMember({ ...own, user: other });
  return own;
}

/** Single messages read. All must be visible to the reader, or nothing is marked. */
export function markRead(op: Op, body: Body<"markRead">, seq: Seq, rows: Rows): Decision {
  const places = visible(body.ids, op, rows);
  if (places === null) return refused("not_found");
  return done(readSingly(places, op.user, seq, rows));
}

/** Everything up to the newest message that the reader was shown when she asked. */
export function markAllRead(op: Op, body: Body<"markAllRead">, seq: Seq, rows: Rows): Decision {
  const member = rows.member(body.conversation, op.user);
  if (member === null) return refused("not_found");
  // On the branch that won, "up to" would cover messages that she has not seen.
  if (op.recovered) return done(readSingly(visible(body.ids, op, rows) ?? [], op.user, seq, rows));
  const place = placeOf(body.upTo, op.user, rows);
  const events: ChatEvent[] = [];
  if (place !== null && place.conversation === body.conversation) moveMark(member, place.seq, seq, rows, [], events);
  return done(events);
}

/** Own messages become tombstones for everyone; others' are hidden for this user alone. */
export function deleteMessages(op: Op, body: Body<"deleteMessages">, seq: Seq, rows: Rows): Decision {
  const places = visible(body.ids, op, rows);
  if (places === null) return refused("not_found");
  if (op.recovered) rememberUnknown(body.ids, op, rows);
  const events: ChatEvent[] = [];
  for (const [conversation, group] of byConversation(places)) {
    const own: string[] = [];
    const hidden: string[] = [];
    for (const place of group) {
      if (place.author === op.user) {
        if (rows.message(conversation, place.seq)?.deleted !== false) continue;
        rows.eraseMessage(conversation, place.seq, seq);
        own.push(place.id);
      } else if (!rows.isHidden(op.user, conversation, place.seq)) {
        rows.hide(op.user, conversation, place.seq, seq);
        hidden.push(place.id);
      }
    }
    if (own.length > 0)
      events.push({ kind: "deleted", conversation, ids: own, audience: directMembers(conversation) ?? [] });
    if (hidden.length > 0) events.push({ kind: "deleted", conversation, ids: hidden, audience: [op.user] });
  }
  return done(events);
}

/** A recovered deletion may come before the message it deletes: the message must not appear afterwards. */
function rememberUnknown(ids: readonly string[], op: Op, rows: Rows): void {
  for (const id of ids) {
    const parts = splitMessageId(id);
    if (parts === null || parts.author !== op.user || placeOf(id, op.user, rows) !== null) continue;
    if (!rows.hasTombstone(parts.author, parts.clientId)) rows.addTombstone(parts.author, parts.clientId);
  }
}

/**
 * Erases some messages of an account that was deleted "with messages". Done in steps,
 * one with each op of anybody, so that no single op blocks the replica for long; readers
 * already see all of them as deleted.
 */
export function purgeStep(seq: Seq, rows: Rows): readonly ChatEvent[] {
  const purge = rows.purge();
  if (purge === null) return [];
  const requests = rows.requestsAfter(purge.afterRequest, PURGE_STEP);
  const sent = requests.filter((request) => request.user === purge.user).map(placeOfRequest);
  const events: ChatEvent[] = [];
  for (const [conversation, group] of byConversation(sent.filter((place) => place !== null))) {
    const ids: string[] = [];
    for (const place of group) {
      if (rows.message(conversation, place.seq)?.deleted !== false) continue;
      rows.eraseMessage(conversation, place.seq, seq);
      ids.push(place.id);
    }
    if (ids.length > 0)
      events.push({ kind: "deleted", conversation, ids, audience: directMembers(conversation) ?? [] });
  }
  const last = requests.at(-1);
  if (last === undefined || requests.length < PURGE_STEP) rows.endPurge(purge.user);
  else rows.setPurge(purge.user, `${last.clientId} ${last.user}`);
  return events;
}

/** Adds to the set of single reads what is above the mark, then lets the mark take over what it can. */
function readSingly(places: readonly Place[], user: string, seq: Seq, rows: Rows): ChatEvent[] {
  const events: ChatEvent[] = [];
  for (const [conversation, group] of byConversation(places)) {
    const member = rows.member(conversation, user);
    if (member === null) continue;
    const fresh: string[] = [];
    for (const place of group) {
      if (place.author === user || place.seq <= member.mark || rows.isRead(user, conversation, place.seq)) continue;
      rows.addRead(user, conversation, place.seq, seq);
      fresh.push(place.id);
    }
    if (fresh.length > 0) moveMark(member, 0, seq, rows, fresh, events);
  }
  return events;
}

/**
 * Moves the mark to `upTo` at least, then over every message that needs no reading: own,
 * deleted, hidden, read singly. So a mark stays close to the first unread message, and
 * counting unread ones never walks over long stretches of own messages.
 */
function moveMark(
  member: MemberRow,
  upTo: Seq,
  seq: Seq,
  rows: Rows,
  fresh: readonly string[],
  events: ChatEvent[],
): void {
  const { conversation, user } = member;
  const from = Math.max(member.mark, upTo);
  if (from === member.mark && fresh.length === 0 && rows.isMarkStuck(conversation, user)) return;
  const { mark, overRead, stuckBefore } = stepOver(conversation, user, from, rows);
  const overOthers = overRead || from > member.mark;
  if (mark > member.mark) {
    if (overOthers) rows.dropReads(user, conversation, mark);
    rows.putMember({ ...member, mark, markChangedSeq: overOthers ? seq : member.markChangedSeq });
  }
  if (stuckBefore !== null) rows.markIsStuck(conversation, user, stuckBefore);
  if (overOthers || fresh.length > 0) events.push({ kind: "read", conversation, reader: user, ids: fresh, upTo: mark });
}

/** Where a mark comes to. */
interface Steps {
  readonly mark: Seq;
  /** It passed messages that were read singly. */
  readonly overRead: boolean;
  /** The unread message that stopped it; null: it has seen all, or as many as it may. */
  readonly stuckBefore: Seq | null;
}

/** Lets a mark go on from `from`. */
function stepOver(conversation: string, user: string, from: Seq, rows: Rows): Steps {
  let mark = from;
  let overRead = false;
  for (let page = MARK_PAGE_FIRST; page <= MARK_PAGE_LAST; page *= 4) {
    const steps = rows.messagesAfter(conversation, mark, page);
    for (const next of steps) {
      if (next.author !== user && !next.deleted) {
        if (rows.isRead(user, conversation, next.seq)) overRead = true;
        else if (!rows.isHidden(user, conversation, next.seq)) return { mark, overRead, stuckBefore: next.seq };
      }
      mark = next.seq;
    }
    if (steps.length < page) break;
  }
  return { mark, overRead, stuckBefore: null };
}

/** The messages named, if the user may see all of them; a recovered op goes on without the others. */
function visible(ids: readonly string[], op: Op, rows: Rows): readonly Place[] | null {
  const places: Place[] = [];
  for (const id of ids) {
    const place = placeOf(id, op.user, rows);
    if (place !== null) places.push(place);
    else if (!op.recovered) return null;
  }
  return places;
}

/** Where a message stands; null if there is none or its conversation is not the user's. */
function placeOf(id: string, user: string, rows: Rows): Place | null {
  const parts = splitMessageId(id);
  if (parts === null) return null;
  const request = rows.request(parts.author, parts.clientId);
  const place = request === null ? null : placeOfRequest(request);
  return place !== null && rows.member(place.conversation, user) !== null ? place : null;
}

function placeOfRequest(request: RequestRow): Place | null {
  const { user: author, clientId, conversation, seq } = request;
  return conversation === null ? null : { id: messageId(author, clientId), author, clientId, conversation, seq };
}

function byConversation(places: readonly Place[]): Map<string, Place[]> {
  const groups = new Map<string, Place[]>();
  for (const place of places) {
    const group = groups.get(place.conversation);
    if (group === undefined) groups.set(place.conversation, [place]);
    else group.push(place);
  }
  return groups;
}
