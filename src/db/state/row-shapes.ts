/** From a row as SQLite gives it, an array in the order of the schema's columns, to the domain's row. */
import type { ConversationId } from "../../chat/ids.ts";
import type { Deleted, MemberRow, MessageRow, RequestRow, SessionRow, UserRow } from "../../chat/rows.ts";
import type { Seq } from "../../election/view.ts";

/** A row of its table, columns in the schema's order. */
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

/** A row of its table, columns in the schema's order. */
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

/** Columns of a request; what is joined to it comes behind them. */
export const REQUEST_COLUMNS = 5;

/** A row of its table, columns in the schema's order, and the conversation of the message at its seq. */
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

/** A row of its table, columns in the schema's order, but for the conversation: there it is a number. */
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
  };
}

/** A row of its table, columns in the schema's order. */
export function memberRow(row: readonly unknown[]): MemberRow {
  return { user: row[0] as string, conversation: row[1] as string, mark: row[2] as Seq, markChangedSeq: row[3] as Seq };
}
