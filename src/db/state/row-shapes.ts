/**
 * Converts rows of SQLite, which are arrays, to the rows of the domain. The columns of each array are in the schema's
 * order.
 */
import type { ConversationId } from "../../chat/ids.ts";
import type {
  Deleted,
  MemberRow,
  MessageRow,
  RequestRow,
  Role,
  RoleRow,
  RoomRole,
  RoomRow,
  SeatRow,
  SessionRow,
  UserRow,
} from "../../chat/rows.ts";
import type { Seq } from "../../election/view.ts";

/** A row of `users`. */
export function userRow(row: readonly unknown[]): UserRow {
  return {
    id: row[0] as string,
    name: row[1] as string,
    folded: row[2] as string,
    passwordHash: row[3] as string,
    passwordMicros: row[4] as number,
    createdMicros: row[5] as number,
    lastSeenMicros: row[6] as number,
    deleted: row[7] as Deleted,
    formerName: row[8] as string | null,
    formerFolded: row[9] as string | null,
    skeleton: row[10] as string,
  };
}

/** A row of `sessions`. */
export function sessionRow(row: readonly unknown[]): SessionRow {
  return {
    id: row[0] as string,
    tokenHash: row[1] as string,
    user: row[2] as string,
    createdMicros: row[3] as number,
    lastUsedMicros: row[4] as number,
    device: row[5] as string,
  };
}

/** Number of columns of a request. Joined columns follow them. */
export const REQUEST_COLUMNS = 5;

/** A row of `requests`, with the conversation of the message that it sent; null if it sent none. */
export function requestRow(row: readonly unknown[], conversation: ConversationId | null): RequestRow {
  return {
    user: row[0] as string,
    clientId: row[1] as string,
    hash: row[2] as string,
    seq: row[3] as Seq,
    conversation,
    result: row[4] as Uint8Array | null,
  };
}

/** A row of `messages`, in which the conversation is a number; `conversation` is its id. */
export function messageRow(row: readonly unknown[], conversation: ConversationId): MessageRow {
  return {
    conversation,
    seq: row[1] as Seq,
    author: row[2] as string,
    clientId: row[3] as string,
    body: row[4] as string,
    timeMicros: row[5] as number,
    deleted: row[6] === 1,
    recovered: row[7] === 1,
    changedSeq: row[8] as Seq,
    quoted: row[9] as string | null,
    files: row[10] as string | null,
  };
}

/** What a moving read mark needs to know of a message. */
export type BriefMessage = Pick<MessageRow, "seq" | "author" | "deleted" | "recovered" | "timeMicros">;

/** A row of `messagesAfter` (row-statements.ts). */
export function briefRow(row: readonly unknown[]): BriefMessage {
  return {
    seq: row[0] as Seq,
    author: row[1] as string,
    deleted: row[2] === 1,
    recovered: row[3] === 1,
    timeMicros: row[4] as number,
  };
}

/** A row of `members`. */
export function memberRow(row: readonly unknown[]): MemberRow {
  return {
    user: row[0] as string,
    conversation: row[1] as string,
    mark: row[2] as Seq,
    markChangedSeq: row[3] as Seq,
    sinceSeq: row[4] as Seq,
    sinceMicros: row[5] as number,
  };
}

/** A row of its table, columns in the schema's order. */
export function roomRow(row: readonly unknown[]): RoomRow {
  return {
    id: row[0] as string,
    name: row[1] as string,
    folded: row[2] as string,
    skeleton: row[3] as string,
    topic: row[4] as string,
    isPrivate: row[5] === 1,
    archived: row[6] === 1,
    createdBy: row[7] as string,
    createdMicros: row[8] as number,
    nameTag: row[9] as string,
    topicTag: row[10] as string,
    privateTag: row[11] as string,
    archivedTag: row[12] as string,
    changedSeq: row[13] as Seq,
    historyFromJoining: row[14] === 1,
    fromGroupSeq: row[15] as Seq,
    formerFolded: row[16] as string | null,
    adminsOnly: row[17] === 1,
    slowSeconds: row[18] as number,
    postingTag: row[19] as string,
    adminsCall: row[20] === 1,
  };
}

/** A row of its table, columns in the schema's order. */
export function seatRow(row: readonly unknown[]): SeatRow {
  return {
    room: row[0] as string,
    user: row[1] as string,
    state: row[2] as SeatRow["state"],
    role: row[3] as RoomRole,
    seatedBy: row[4] as string,
    tag: row[5] as string,
    roleTag: row[6] as string,
    mark: row[7] as Seq,
    joinedSeq: row[8] as Seq,
    changedSeq: row[9] as Seq,
  };
}

/** A row of `roles`. */
export function roleRow(row: readonly unknown[]): RoleRow {
  return { user: row[0] as string, role: row[1] as Role, tag: row[2] as string };
}

/** The row in its shape; null if there is none. */
export function one<T>(row: readonly unknown[] | null, shape: (row: readonly unknown[]) => T): T | null {
  return row === null ? null : shape(row);
}
