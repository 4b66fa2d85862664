/**
 * search.db: the grams of all messages (search/grams.ts), and how far they reach. It is derived from the rows of
 * state.db and not replicated, so it may be deleted at any time.
 *
 * SQLite's FTS5 keeps, for each gram, the seqs of the messages that have it, and nothing else: no texts and no positions.
 * `homes` says in which conversation each message is, so that a question passes over those of others without their rows.
 */
import { Database } from "bun:sqlite";
import type { Seq } from "../../election/view.ts";
import { fold } from "../../search/fold.ts";
import {
  byAuthor,
  CAME_LATE,
  GRAM_VERSION,
  gramsOf,
  hasLink,
  inConversation,
  inThread,
  mentioning,
  WITH_FILE,
  WITH_LINK,
} from "../../search/grams.ts";
import { searchedText } from "../../search/searched-text.ts";
import type { IndexedRow } from "./state-reader.ts";

/** Seqs of one view that the index covers. */
export interface Span {
  readonly view: string;
  readonly first: Seq;
  readonly last: Seq;
}

/** Spans that are kept. A merge that goes back further than these makes a new index. */
const SPANS_MAX = 100;

/** With more messages than this share above the seq to which a merge goes back, a new index is cheaper. */
const BACK_SHARE = 0.3;
const BACK_MIN = 1_000;

const TABLES = `
  CREATE TABLE IF NOT EXISTS about (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, changes INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS spans (view TEXT PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS changed (seq INTEGER PRIMARY KEY, changed INTEGER NOT NULL, text INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS changed_at ON changed (changed);
  CREATE TABLE IF NOT EXISTS homes (seq INTEGER PRIMARY KEY, home INTEGER NOT NULL);
  CREATE VIRTUAL TABLE IF NOT EXISTS messages USING fts5(
    grams, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
`;

/** Of a deleted message. */
const NO_TEXT = 0;

/** See the top of this file. Everything throws SQLite's errors. */
export class SearchFile {
  readonly db: Database;
  #spans: Span[];
  #changes: Seq;
  readonly #insert;
  readonly #place;
  readonly #delete;

  /** Opens or creates the file. One of another version is emptied. */
  constructor(path: string) {
    this.db = new Database(path, { create: true, readwrite: true, strict: true });
    try {
      this.db.run("PRAGMA journal_mode = WAL");
      // A power cut may take the newest commits, which are made again, but leaves a whole file.
      this.db.run("PRAGMA synchronous = NORMAL");
      this.db.run("PRAGMA cache_size = -8192");
      this.db.run(TABLES);
      const about = this.db.query<{ version: number; changes: number }, []>("SELECT version, changes FROM about").get();
      if (about?.version !== GRAM_VERSION) this.#empty();
      this.#changes = about?.version === GRAM_VERSION ? about.changes : 0;
      this.#spans = this.db.query<Span, []>("SELECT view, first, last FROM spans ORDER BY last").all();
      this.#insert = this.db.query<null, [number, string]>(
        "INSERT OR REPLACE INTO messages (rowid, grams) VALUES (?, ?)",
      );
      this.#place = this.db.query<null, [number, number]>("INSERT OR REPLACE INTO homes (seq, home) VALUES (?, ?)");
      this.#delete = this.db.query<null, [number]>("DELETE FROM messages WHERE rowid = ?");
    } catch (error) {
      this.db.close();
      throw error;
    }
  }

  /** What the index covers, the oldest first; empty: nothing. */
  get spans(): readonly Span[] {
    return this.#spans;
  }

  /** The newest seq that it covers; 0: none. */
  get at(): Seq {
    return this.#spans.at(-1)?.last ?? 0;
  }

  /** All changes of messages that it covers, up to this seq, are in it. */
  get changes(): Seq {
    return this.#changes;
  }

  close(): void {
    this.db.close();
  }

  /** Adds the messages of one view behind `at`; afterwards the index covers everything up to `last`. */
  add(rows: readonly IndexedRow[], view: string, last: Seq): void {
    const { at } = this;
    if (last <= at) return;
    this.#transaction(() => {
      // What a branch left here that is no longer the history.
      this.db.run("DELETE FROM messages WHERE rowid IN (SELECT id FROM messages_docsize WHERE id > ? AND id <= ?)", [
        at,
        last,
      ]);
      for (const row of rows) this.#put(row);
      const span = this.#spans.at(-1);
      const grown = span?.view === view ? { ...span, last } : { view, first: at + 1, last };
      this.db.run("INSERT OR REPLACE INTO spans (view, first, last) VALUES (?, ?, ?)", [view, grown.first, last]);
      const spans = [...(span?.view === view ? this.#spans.slice(0, -1) : this.#spans), grown];
      for (const old of spans.splice(0, spans.length - SPANS_MAX))
        this.db.run("DELETE FROM spans WHERE view = ?", [old.view]);
      return () => (this.#spans = spans);
    });
  }

  /** Takes messages that have changed since they were added; afterwards the index has all changes up to `upTo`. */
  change(rows: readonly IndexedRow[], upTo: Seq): void {
    this.#transaction(() => {
      for (const row of rows) {
        const before = this.db.query<{ text: number }, [number]>("SELECT text FROM changed WHERE seq = ?").get(row.seq);
        // Reactions and pins are changes too.
        const isSame = before === null ? !row.deleted && !row.isEdited : before.text === textOf(row);
        if (!isSame) this.#replace(row);
      }
      this.db.run("UPDATE about SET changes = ?", [upTo]);
      return () => (this.#changes = upTo);
    });
  }

  /** Messages whose text changed above this seq, and that are not above it themselves: a merge may have undone that. */
  changedAbove(seq: Seq): readonly Seq[] {
    return this.db
      .query<{ seq: number }, [number, number]>("SELECT seq FROM changed WHERE changed > ? AND seq <= ?")
      .all(seq, seq)
      .map((row) => row.seq);
  }

  /** Whether going back to this seq costs more than a new index. */
  isFar(seq: Seq): boolean {
    const count = (where: string): number =>
      this.db.query<{ n: number }, []>(`SELECT count(*) AS n FROM messages_docsize ${where}`).get()!.n;
    const above = count(`WHERE id > ${Number(seq)}`);
    return above > BACK_MIN && above > BACK_SHARE * count("");
  }

  /** Goes back to `seq`, up to which the history is the same. `rows`: those of {@link changedAbove} as they are now. */
  goBack(seq: Seq, rows: readonly IndexedRow[]): void {
    this.#transaction(() => {
      for (const old of this.changedAbove(seq)) this.#delete.run(old);
      this.db.run("DELETE FROM changed WHERE changed > ?", [seq]);
      for (const row of rows) this.#replace(row);
      this.db.run("DELETE FROM spans WHERE first > ?", [seq]);
      this.db.run("UPDATE spans SET last = min(last, ?)", [seq]);
      const changes = Math.min(this.#changes, seq);
      this.db.run("UPDATE about SET changes = ?", [changes]);
      const spans = this.#spans
        .filter(({ first }) => first <= seq)
        .map((span) => ({ ...span, last: Math.min(span.last, seq) }));
      return () => {
        this.#spans = spans;
        this.#changes = changes;
      };
    });
  }

  /** Forgets everything. */
  startOver(): void {
    this.#empty();
    this.#spans = [];
    this.#changes = 0;
  }

  #empty(): void {
    this.db.transaction(() => {
      this.db.run("DROP TABLE messages");
      this.db.run("DROP TABLE spans");
      this.db.run("DROP TABLE changed");
      this.db.run("DROP TABLE homes");
      this.db.run(TABLES);
      this.db.run("INSERT OR REPLACE INTO about (id, version, changes) VALUES (1, ?, 0)", [GRAM_VERSION]);
    })();
  }

  #put(row: IndexedRow): void {
    if (!row.deleted) this.#add(row);
    if (row.deleted || row.isEdited) this.#note(row);
  }

  #replace(row: IndexedRow): void {
    this.#delete.run(row.seq);
    if (!row.deleted) this.#add(row);
    this.#note(row);
  }

  #add(row: IndexedRow): void {
    this.#insert.run(row.seq, gramsOfRow(row));
    this.#place.run(row.seq, row.home);
  }

  #note(row: IndexedRow): void {
    this.db.run("INSERT OR REPLACE INTO changed (seq, changed, text) VALUES (?, ?, ?)", [
      row.seq,
      row.changedSeq,
      textOf(row),
    ]);
  }

  /** Runs `write` in a transaction; what it returns runs once that is committed. */
  #transaction(write: () => () => unknown): void {
    this.db.transaction(write)()();
  }
}

function textOf({ deleted, ...row }: IndexedRow): number {
  return deleted ? NO_TEXT : Number(BigInt(Bun.hash(searchedText(row))) & 0x1f_ffff_ffff_ffffn) + 1;
}

function gramsOfRow(row: IndexedRow): string {
  const { body, files, author, home, thread, recovered, mentions } = row;
  const grams = gramsOf(fold(searchedText(row)));
  grams.add(inConversation(home));
  grams.add(byAuthor(author));
  if (thread !== null) grams.add(inThread(thread));
  if (hasLink(body)) grams.add(WITH_LINK);
  if (files !== null) grams.add(WITH_FILE);
  if (recovered) grams.add(CAME_LATE);
  for (const user of mentions) grams.add(mentioning(user));
  return Array.from(grams).join(" ");
}
