/** Pinned and saved messages in memory: a part of MemoryRows. */
import type { PinRow, PinRows, SavedRow, SavedRows } from "../../src/chat/kept-rows.ts";
import type { MemoryTable } from "./memory-reports.ts";

/** What people have saved. */
export function memorySaved(table: MemoryTable<SavedRow>): SavedRows {
  const keyOf = (user: string, conversation: string, seq: number): string => `${user} ${conversation} ${seq}`;
  return {
    of: (user, conversation, seq) => table.all().get(keyOf(user, conversation, seq)) ?? null,
    put: (row) => table.set(keyOf(row.user, row.conversation, row.seq), row),
    count: (user, max) => {
      const on = [...table.all().values()].filter((row) => row.user === user && row.isOn);
      return Math.min(max, on.length);
    },
  };
}

/** What is pinned in conversations. */
export function memoryPins(table: MemoryTable<PinRow>): PinRows {
  return {
    of: (seq) => table.all().get(String(seq)) ?? null,
    put: (row) => table.set(String(row.seq), row),
    count: (conversation, max) => {
      const on = [...table.all().values()].filter((row) => row.conversation === conversation && row.isOn);
      return Math.min(max, on.length);
    },
  };
}
