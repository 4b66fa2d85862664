/** Drafts in memory: a part of MemoryRows. */
import { DRAFTS_PER_USER, type DraftRow, type DraftRows } from "../../src/chat/draft-rows.ts";
import type { MemoryTable } from "./memory-reports.ts";

const keyOf = (user: string, conversation: string): string => `${user} ${conversation}`;

export class MemoryDrafts implements DraftRows {
  readonly #table: MemoryTable<DraftRow>;

  constructor(table: MemoryTable<DraftRow>) {
    this.#table = table;
  }

  of(user: string, conversation: string): DraftRow | null {
    return this.#table.all().get(keyOf(user, conversation)) ?? null;
  }

  has(user: string, conversation: string): boolean {
    return (this.of(user, conversation)?.body ?? "") !== "";
  }

  put(row: DraftRow): void {
    this.#table.set(keyOf(row.user, row.conversation), row);
    const own = this.#rowsOf(row.user);
    if (own.length <= DRAFTS_PER_USER) return;
    const place = ({ tag, conversation }: DraftRow): string => `${tag} ${conversation}`;
    const [oldest] = own.toSorted((a, b) => (place(a) < place(b) ? -1 : 1));
    this.#table.delete(keyOf(row.user, oldest!.conversation));
  }

  dropAll(user: string): void {
    for (const { conversation } of this.#rowsOf(user)) this.#table.delete(keyOf(user, conversation));
  }

  #rowsOf(user: string): DraftRow[] {
    return [...this.#table.all().values()].filter((row) => row.user === user);
  }
}
