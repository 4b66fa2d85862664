/** How MemoryRows shows its rows as the tables of state.db, and finds one among those of a conversation. */
import type { InviteRow, MessageRow, RequestRow } from "../../src/chat/rows.ts";
import type { Seq } from "../../src/election/view.ts";

/** Index of the first row with at least this seq. */
export function lowerBound(rows: readonly MessageRow[], seq: Seq): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]!.seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The rows as a table of state.db: columns in snake case, rows ordered by the columns of the key. */
export function table(rows: Iterable<object>, key: readonly string[]): Record<string, unknown>[] {
  return [...rows].map(snakeCase).sort((a, b) => {
    for (const column of key) {
      const [x, y] = [a[column] as string | number, b[column] as string | number];
      if (x !== y) return x < y ? -1 : 1;
    }
    return 0;
  });
}

/** The columns of each list of properties, ordered by name. The simulator dumps rows all the time. */
const columnsByProperties = new Map<string, readonly { readonly property: string; readonly column: string }[]>();

function columnsOf(row: object): readonly { readonly property: string; readonly column: string }[] {
  const properties = Object.keys(row);
  const key = properties.join();
  let columns = columnsByProperties.get(key);
  if (columns === undefined) {
    const column = (property: string): string => property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    columns = properties
      .map((property) => ({ property, column: column(property) }))
      .sort((a, b) => (a.column < b.column ? -1 : 1));
    columnsByProperties.set(key, columns);
  }
  return columns;
}

/** The columns ordered by name, with values as SQLite returns them. */
function snakeCase(row: object): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const { property, column } of columnsOf(row)) {
    const value = (row as Record<string, unknown>)[property];
    values[column] =
      typeof value === "boolean" ? Number(value) : value instanceof Uint8Array ? new Uint8Array(value) : value;
  }
  return values;
}

/** Links; their lists are texts. */
export function inviteTable(rows: Iterable<InviteRow>): Record<string, unknown>[] {
  const joined = [...rows].map((row) => ({
    ...row,
    rooms: row.rooms.join(" "),
    revokedSeen: row.revokedSeen.join(" "),
  }));
  return table(joined, ["id"]);
}

/** Requests without what is found in the message that they sent. */
export function requestTable(rows: Iterable<RequestRow>): Record<string, unknown>[] {
  const stored = [...rows].map(({ user, clientId, hash, seq, result }) => ({ user, clientId, hash, seq, result }));
  return table(stored, ["client_id", "user"]);
}
