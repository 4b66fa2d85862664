/** Rows of messages as one user sees them, and what happened to several of them at once. */
import { messageId, type ConversationId, type MessageId, type UserId } from "../../chat/ids.ts";
import type { Change, SeenMessage } from "../../chat/queries.ts";
import type { MemberRow } from "../../chat/rows.ts";
import type { Seq } from "../../election/view.ts";
import { messageRow } from "./row-shapes.ts";

/** The user's membership and that of the other side. */
export interface Sides {
  readonly me: MemberRow;
  readonly other: MemberRow;
}

/** Messages of one conversation that one op deleted or hid. */
export interface Gone {
  readonly seq: Seq;
  readonly conversation: ConversationId;
  readonly ids: MessageId[];
}

/** The change for a stream that resumes. */
export function changeOf({ seq, conversation, ids }: Gone): Change {
  return { seq, told: { kind: "gone", conversationId: conversation, messageIds: ids } };
}

/** What the user has hidden; the rows are those of `hiddenSince` (query-statements.ts). */
export function hiddenChanges(rows: readonly (readonly unknown[])[]): Change[] {
  const bySeq = new Map<string, Gone>();
  for (const row of rows) {
    const [conversation, changedSeq] = [row[0] as string, row[1] as Seq];
    group(bySeq, `${changedSeq} ${conversation}`, { seq: changedSeq, conversation, ids: [] }).ids.push(
      messageId(row[2] as string, row[3] as string),
    );
  }
  return [...bySeq.values()].map(changeOf);
}

/** The group with this key; `start` if there is none yet. */
export function group<T>(groups: Map<string, T>, key: string, start: T): T {
  const there = groups.get(key);
  if (there !== undefined) return there;
  groups.set(key, start);
  return start;
}

/** A row of `seenMessages`: the message, then whether the user read it singly, then whether the other side did. */
export function seen(row: readonly unknown[], { me, other }: Sides): SeenMessage {
  const message = messageRow(row, me.conversation);
  const own = message.author === me.user;
  return {
    ...message,
    unread: !own && !message.deleted && message.seq > me.mark && row[11] === null,
    readByOther: own && other.user !== me.user && (message.seq <= other.mark || row[12] !== null),
  };
}

/**
 * What the two sides have read after `seq`: marks that moved, and messages that were read singly, as rows of reader, the
 * seq of the op, author and client id.
 */
export function readChanges({ me, other }: Sides, seq: Seq, singly: readonly (readonly unknown[])[]): Change[] {
  const marks = new Map([me, other].map((m) => [m.user, m]));
  const groups = new Map<string, { seq: Seq; readerId: UserId; messageIds: MessageId[]; upTo: Seq }>();
  for (const { user, mark, markChangedSeq } of marks.values()) {
    if (markChangedSeq <= seq) continue;
    groups.set(`${markChangedSeq} ${user}`, { seq: markChangedSeq, readerId: user, messageIds: [], upTo: mark });
  }
  for (const row of singly) {
    const [reader, changedSeq] = [row[0] as string, row[1] as Seq];
    const start = { seq: changedSeq, readerId: reader, messageIds: [], upTo: marks.get(reader)?.mark ?? 0 };
    group(groups, `${changedSeq} ${reader}`, start).messageIds.push(messageId(row[2] as string, row[3] as string));
  }
  const { conversation } = me;
  return [...groups.values()].map(({ seq: changedSeq, ...read }) => ({
    seq: changedSeq,
    told: { kind: "read", conversationId: conversation, ...read },
  }));
}
