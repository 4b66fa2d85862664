/**
 * Drafts: what people have written and not sent, so that they find it on another device. A draft changes one row of its
 * user and is not recorded as a request. One op carries the drafts that many people left at one replica within 250 ms
 * (service/draft-gatherer.ts), as marks.ts does it. The op itself has no user; each draft names the user it is checked
 * against. Only the user's own streams hear of it.
 */
import { MESSAGE_BYTES_MAX } from "../bounds.ts";
import type { DraftRow } from "../draft-rows.ts";
import type { ChatErrorCode } from "../errors.ts";
import type { Fact } from "../fact.ts";
import { isThreadId, type ConversationId, type SessionId, type UserId } from "../ids.ts";
import type { Rows } from "../rows.ts";
import type { Kind, OpHead } from "./kind.ts";
import { mayRead } from "./places.ts";
import type { At } from "./rooms.ts";
import { living } from "./sessions.ts";
import { counts, microsOf, tagOf } from "./tags.ts";
import { visibleRoot } from "./threads.ts";

/** What one person has written. */
export interface Draft {
  readonly user: UserId;
  /** The session that wrote it. */
  readonly session: SessionId;
  readonly conversation: ConversationId;
  /** "" removes the draft. */
  readonly body: string;
}

export interface Drafts {
  readonly kind: "drafts";
  readonly drafts: readonly Draft[];
}

/** Messages after the time of a late draft, among which one of its user is looked for. */
const LATER_LOOK = 500;

/** Each draft is a register: the later text counts, and a message that was sent after it ends it. */
export const drafts: Kind<Drafts> = {
  since: 1,
  merge: "latest",
  recorded: false,

  read: (payload) => ({
    kind: "drafts",
    drafts: payload.drafts.map(({ user, session, conversation, body }) => ({ user, session, conversation, body })),
  }),

  // No client repeats this op: the replica draws its client id, once.
  content: () => "",

  decide(op, body, seq, rows) {
    const facts: Fact[] = [];
    const refusals = body.drafts.map((draft) =>
      decideDraft({ op: { ...op, user: draft.user }, seq, rows }, draft, facts),
    );
    return { kind: "marked", refusals, facts };
  },
};

function decideDraft(at: At, { user, session, conversation, body }: Draft, facts: Fact[]): ChatErrorCode | null {
  const { op, rows } = at;
  if (Buffer.byteLength(body) > MESSAGE_BYTES_MAX) return "too_long";
  if (op.recovered) {
    if ((rows.user(user)?.deleted ?? 0) !== 0 || wroteSince(op, conversation, rows)) return null;
  } else {
    if (living(user, rows) === null || rows.session(session)?.user !== user) return "not_logged_in";
    if (!mayWriteIn(conversation, user, rows)) return "not_found";
  }
  setDraft(at, { user, conversation, session, body }, facts);
  return null;
}

/** Whether the user may have a draft there: also in a thread that begins with it. */
function mayWriteIn(conversation: ConversationId, user: UserId, rows: Rows): boolean {
  const isNew = isThreadId(conversation) && rows.conversation(conversation) === null;
  return isNew ? visibleRoot(conversation, user, rows) !== null : mayRead(conversation, user, rows);
}

/** Whether the user has sent a message there after this op: the draft of another branch may be that message. */
function wroteSince({ user, timeMicros }: OpHead, conversation: ConversationId, rows: Rows): boolean {
  const from = rows.newestBefore(conversation, timeMicros);
  const later = rows.messagesAfter(conversation, from, LATER_LOOK);
  return later.some((message) => message.author === user && message.timeMicros >= timeMicros);
}

function setDraft({ op, seq, rows }: At, draft: Omit<DraftRow, "tag" | "changedSeq">, facts: Fact[]): void {
  const { user, conversation, body } = draft;
  const before = rows.drafts.of(user, conversation);
  if (before === null && body === "" && !op.recovered) return;
  if (!counts(op, before?.tag ?? "")) return;
  const isChange = (before?.body ?? "") !== body;
  const tag = tagOf(op);
  rows.drafts.put({ ...draft, tag, changedSeq: isChange ? seq : (before?.changedSeq ?? seq) });
  if (isChange) facts.push(toldOf({ ...draft, tag }));
}

/** The user has sent a message there, so the draft is over. */
export function endDraft(at: At, conversation: ConversationId, facts: Fact[]): void {
  const { user } = at.op;
  if (at.rows.drafts.has(user, conversation)) setDraft(at, { user, conversation, session: "", body: "" }, facts);
}

function toldOf({ user, conversation, body, session, tag }: Omit<DraftRow, "changedSeq">): Fact {
  const draft = { conversationId: conversation, body, sessionId: session, timeMicros: microsOf(tag) };
  return { kind: "draft", ...draft, audience: { user } };
}
