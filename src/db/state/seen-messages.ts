/** Rows of messages as one user sees them, and what happened to several of them at once. */
import type { ConversationId, MessageId } from "../../chat/ids.ts";
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
    unread: !own && !message.deleted && message.seq > me.mark && row[9] === null,
    readByOther: own && other.user !== me.user && (message.seq <= other.mark || row[10] !== null),
  };
}
