/** Reads state.db for the index and for questions, through a connection of its own that only reads. */
import { Database } from "bun:sqlite";
import type { ConversationId, UserId } from "../../chat/ids.ts";
import type { Seq } from "../../election/view.ts";

/** A message as the index needs it. */
export interface IndexedRow {
  readonly seq: Seq;
  readonly author: UserId;
  readonly body: string;
  /** As in the row. */
  readonly files: string | null;
  readonly deleted: boolean;
  readonly recovered: boolean;
  readonly changedSeq: Seq;
  readonly isEdited: boolean;
  /** Number of the conversation whose people may read it; 0: not known yet, because a merge brings the thread first. */
  readonly home: number;
  /** Number of its conversation, if that is a thread. */
  readonly thread: number | null;
  /** Users that it mentions by name. */
  readonly mentions: readonly UserId[];
}

/** The text of a message, as in its row. */
export interface MessageText {
  readonly body: string;
  readonly files: string | null;
}

/** What a question asks of the row of a candidate. */
export interface CandidateRow {
  readonly seq: Seq;
  readonly number: number;
  readonly conversation: ConversationId;
  readonly home: number;
  readonly isThread: number;
  readonly author: UserId;
  readonly body: string;
  readonly files: string | null;
  readonly timeMicros: number;
  readonly recovered: number;
  readonly isHidden: number;
  readonly isErased: number;
}

/** Changes that one look takes, at the least; those of one op stay together. */
const CHANGES_TAKEN = 50;
/** More than one op changes. */
const CHANGES_LOOKED_AT = 2_000;

/** Number of the conversation whose people may read a message in `c`, whose parent is `p`; see IndexedRow. */
export const HOME = "CASE WHEN c.parent IS NULL THEN c.created_seq ELSE coalesce(p.created_seq, 0) END AS home";

const COLUMNS = `m.seq, m.author, m.body, m.files, m.deleted, m.recovered, m.changed_seq AS changedSeq,
  m.changed_seq > 0 AND EXISTS (SELECT 1 FROM versions v WHERE v.seq = m.seq) AS isEdited, ${HOME},
  CASE WHEN c.parent IS NULL THEN NULL ELSE c.created_seq END AS thread,
  (SELECT group_concat(DISTINCT n.user) FROM mentions n WHERE n.seq = m.seq) AS mentioned`;
const SOURCE = `messages m JOIN conversations c ON c.created_seq = m.conversation
  LEFT JOIN conversations p ON p.id = c.parent`;

const CANDIDATE = `SELECT m.seq, m.conversation AS number, c.id AS conversation, ${HOME},
  c.parent IS NOT NULL AS isThread, m.author, m.body, m.files, m.time_micros AS timeMicros, m.recovered,
  EXISTS (SELECT 1 FROM hidden h WHERE h.user = ?2 AND h.conversation = c.id AND h.seq = m.seq) AS isHidden,
  EXISTS (SELECT 1 FROM users u WHERE u.id = m.author AND u.deleted = 2) AS isErased
  FROM ${SOURCE} WHERE m.seq = ?1 AND m.deleted = 0`;

interface RawRow extends Omit<IndexedRow, "deleted" | "recovered" | "isEdited" | "mentions"> {
  readonly deleted: number;
  readonly recovered: number;
  readonly isEdited: number;
  readonly mentioned: string | null;
}

/** See the top of this file. Everything throws SQLite's errors. */
export class StateReader {
  readonly path: string;
  readonly db: Database;

  /** `db`: a connection that is open already; a test seam. */
  constructor(path: string, db?: Database) {
    this.path = path;
    this.db = db ?? new Database(path, { readonly: true, strict: true });
    this.db.run("PRAGMA busy_timeout = 2000");
  }

  close(): void {
    this.db.close();
  }

  /** Runs `read` on the rows of one moment. It must be short: meanwhile the WAL cannot begin anew. */
  atOnce<T>(read: () => T): T {
    return this.db.transaction(read)();
  }

  /** The seq up to which the rows that are in the file are applied. */
  applied(): Seq {
    return this.db.query<{ seq: number }, []>("SELECT applied_seq AS seq FROM meta").get()?.seq ?? 0;
  }

  /** The oldest messages above `after`, up to `upTo`. */
  messages(after: Seq, upTo: Seq, limit: number): readonly IndexedRow[] {
    const sql = `SELECT ${COLUMNS} FROM ${SOURCE} WHERE m.seq > ? AND m.seq <= ? ORDER BY m.seq LIMIT ?`;
    return this.db.query<RawRow, [number, number, number]>(sql).all(after, upTo, limit).map(indexedRow);
  }

  /** The messages with these seqs that there are. */
  messagesAt(seqs: readonly Seq[]): readonly IndexedRow[] {
    const one = this.db.query<RawRow, [number]>(`SELECT ${COLUMNS} FROM ${SOURCE} WHERE m.seq = ?`);
    return seqs.flatMap((seq) => {
      const row = one.get(seq);
      return row === null ? [] : [indexedRow(row)];
    });
  }

  /** What the author of a message wrote; null: it is deleted. */
  text(seq: Seq): MessageText | null {
    return this.db
      .query<MessageText, [number]>("SELECT body, files FROM messages WHERE seq = ? AND deleted = 0")
      .get(seq);
  }

  /** The message with this seq, unless it is deleted; what is hidden is so for `viewer`. */
  candidate(seq: Seq, viewer: UserId): CandidateRow | null {
    return this.db.query<CandidateRow, [number, string]>(CANDIDATE).get(seq, viewer);
  }

  /** Messages up to `upTo` that changed after `since`, the oldest changes first, and the seq up to which these are all. */
  changes(
    since: Seq,
    upTo: Seq,
  ): { readonly rows: readonly IndexedRow[]; readonly upTo: Seq; readonly isAll: boolean } {
    const applied = this.applied();
    const sql = `SELECT seq, changed_seq AS changed FROM messages
      WHERE changed_seq > 0 AND changed_seq > ? ORDER BY changed_seq LIMIT ${CHANGES_LOOKED_AT}`;
    const found = this.db.query<{ seq: number; changed: number }, [number]>(sql).all(since);
    const cut = found.length > CHANGES_TAKEN ? found[CHANGES_TAKEN - 1]!.changed : applied;
    const taken = found.filter(({ changed }) => changed <= cut);
    const seqs = taken.map(({ seq }) => seq).filter((seq) => seq <= upTo);
    return { rows: this.messagesAt(seqs), upTo: Math.max(since, cut), isAll: taken.length === found.length };
  }
}

function indexedRow({ mentioned, deleted, recovered, isEdited, ...row }: RawRow): IndexedRow {
  return {
    ...row,
    deleted: deleted === 1,
    recovered: recovered === 1,
    isEdited: isEdited === 1,
    mentions: mentioned === null ? [] : mentioned.split(",").filter((user) => !user.startsWith("@")),
  };
}
