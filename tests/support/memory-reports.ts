/** Reports in memory: a part of MemoryRows. */
import { REPORTS_MAX, type ReportRow, type ReportRows } from "../../src/chat/report-rows.ts";

/** A table of MemoryRows, which can undo what is written through this. */
export interface MemoryTable<Row> {
  all(): ReadonlyMap<string, Row>;
  set(key: string, row: Row): void;
  delete(key: string): void;
}

const keyOf = (message: string, by: string): string => `${message} ${by}`;

export class MemoryReports implements ReportRows {
  readonly #table: MemoryTable<ReportRow>;

  constructor(table: MemoryTable<ReportRow>) {
    this.#table = table;
  }

  of(message: string, by: string): ReportRow | null {
    return this.#table.all().get(keyOf(message, by)) ?? null;
  }

  put(row: ReportRow): void {
    this.#table.set(keyOf(row.message, row.by), row);
    if (this.#table.all().size <= REPORTS_MAX) return;
    const [oldest] = this.#where(({ isDone }) => isDone).toSorted((a, b) => a.seq - b.seq);
    if (oldest !== undefined) this.#table.delete(keyOf(oldest.message, oldest.by));
  }

  isReported(message: string): boolean {
    return this.#where((row) => row.message === message && row.tag !== "").length > 0;
  }

  countOf(by: string, aboveTag: string, max: number): number {
    return Math.min(max, this.#where((row) => row.by === by && row.tag > aboveTag).length);
  }

  countOpen(max: number): number {
    return Math.min(max, this.#where((row) => !row.isDone && row.tag !== "").length);
  }

  dropWords(author: string): void {
    for (const row of this.#where(({ message }) => message.startsWith(`${author}-`)))
      this.#table.set(keyOf(row.message, row.by), { ...row, words: "" });
  }

  #where(wanted: (row: ReportRow) => boolean): ReportRow[] {
    return [...this.#table.all().values()].filter(wanted);
  }
}
