/** Push subscriptions in memory: a part of MemoryRows. */
import { PUSH_PER_USER, type PushRow, type PushRows } from "../../src/chat/push-rows.ts";
import type { MemoryTable } from "./memory-reports.ts";

const keyOf = (user: string, id: string): string => `${user} ${id}`;

export class MemoryPush implements PushRows {
  readonly #table: MemoryTable<PushRow>;
  readonly #progress: MemoryTable<{ readonly id: number; readonly upTo: number }>;

  constructor(table: MemoryTable<PushRow>, progress: MemoryTable<{ readonly id: number; readonly upTo: number }>) {
    this.#table = table;
    this.#progress = progress;
  }

  of(user: string, id: string): PushRow | null {
    return this.#table.all().get(keyOf(user, id)) ?? null;
  }

  put(row: PushRow): void {
    this.#table.set(keyOf(row.user, row.id), row);
    const own = [...this.#table.all().values()].filter(({ user }) => user === row.user);
    if (own.length <= PUSH_PER_USER) return;
    const place = ({ tag, id }: PushRow): string => `${tag} ${id}`;
    const [oldest] = own.toSorted((a, b) => (place(a) < place(b) ? -1 : 1));
    this.#table.delete(keyOf(row.user, oldest!.id));
  }

  dropAll(user: string): void {
    for (const [key, row] of this.#table.all()) if (row.user === user) this.#table.delete(key);
  }

  any(): boolean {
    return [...this.#table.all().values()].some(({ isOn }) => isOn);
  }

  upTo(): number {
    return this.#progress.all().get("1")?.upTo ?? 0;
  }

  setUpTo(seq: number): void {
    this.#progress.set("1", { id: 1, upTo: seq });
  }
}
