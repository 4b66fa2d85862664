/**
 * Answers a question: takes candidates from the index, the newest first, and looks at the row of each. Candidates of
 * conversations that the viewer is not in are passed over before their rows are read, so they count for nothing: neither
 * what is found nor where a long search ends depends on them, and each of them costs a microsecond. If the viewer is in
 * few conversations, or names some, the index itself leaves out the others.
 */
import type { ConversationId, UserId } from "../../chat/ids.ts";
import { sees } from "../../chat/rows.ts";
import type { Seq } from "../../election/view.ts";
import { fold } from "../../search/fold.ts";
import {
  byAuthor,
  CAME_LATE,
  hasLink,
  inConversation,
  inThread,
  mentioning,
  neededGrams,
  WITH_FILE,
  WITH_LINK,
} from "../../search/grams.ts";
import type { Ask, Place } from "../../search/message-search.ts";
import { searchedText } from "../../search/searched-text.ts";
import { TermFinder } from "../../search/terms.ts";
import type { SearchFile } from "./search-file.ts";
import { HOME, type CandidateRow, type MessageText, type StateReader } from "./state-reader.ts";

/** Candidates whose rows one question looks at, and the time that it takes at most; whatever comes first. */
const CANDIDATES_MAX = 20_000;
const TIME_MAX_MS = 400;
/** Candidates that are passed over. It only bounds the work: with so many, the fragment is in every conversation. */
const PASSED_MAX = 200_000;

/** A search that passed over too many ends at a multiple of this. */
const CUT_STEP = 1_000;

/** Candidates that are taken from the index at once: first a page's worth, then more. */
const TAKEN = { first: 64, most: 4_096 };

/** Conversations of one user. */
const HOMES_MAX = 10_000;
/**
 * Conversations by which the index is asked. For more it would take longer than the rest of the question (measured: 180
 * of them take 20 ms at 200,000 messages), and whoever is in so many sees most candidates anyway.
 */
const HOMES_ASKED_MAX = 32;

/** Messages are dated in the order of the log, give or take this much: see chat/cursor and the clocks of replicas. */
const ORDER_MICROS = 3600 * 1e6;
/** Late messages that a look for a time passes over. */
const LATE_PASSED_MAX = 5_000;

/** A conversation of the viewer, with where its history begins for her. */
interface Home {
  readonly kind: string;
  readonly sinceSeq: Seq;
  readonly sinceMicros: number;
}

const CHECKS = {
  saved: "SELECT 1 FROM saved WHERE user = ?2 AND conversation = ?3 AND seq = ?1 AND is_on = 1",
  pinned: "SELECT 1 FROM pins WHERE seq = ?1 AND is_on = 1",
  reaction: "SELECT 1 FROM reactions WHERE seq = ?1 AND shown = 1",
  mention: "SELECT 1 FROM mentions WHERE user = ?2 AND conversation = ?3 AND seq = ?1",
} as const;

/** Lists by which a question is answered faster than by the index. */
const LISTS = {
  saved: "SELECT seq FROM saved WHERE user = ?1 AND is_on = 1 AND seq < ?2 AND seq >= ?3",
  pinned: "SELECT seq FROM pins WHERE is_on = 1 AND ?1 <> '' AND seq < ?2 AND seq >= ?3",
  reaction: "SELECT DISTINCT seq FROM reactions WHERE shown = 1 AND ?1 <> '' AND seq < ?2 AND seq >= ?3",
  all: "SELECT seq FROM messages WHERE ?1 <> '' AND seq < ?2 AND seq >= ?3",
} as const;

/** A candidate, and the number of the conversation whose people may read it; 0 or null: that is not known. */
type Candidate = readonly [seq: Seq, home: number | null];

/** Takes the next candidates below a seq. */
type Source = (below: Seq, limit: number) => readonly Candidate[];

/** What is found of one question. */
export interface Looked {
  readonly places: readonly Place[];
  readonly next: Seq | null;
  readonly isCut: boolean;
}

/** Answers one question; throws SQLite's errors. `now`: monotonic ms. */
export function lookUp(ask: Ask, file: SearchFile, state: StateReader, now: () => number): Looked {
  return new Lookup(ask, file, state).run(now);
}

class Lookup {
  readonly #ask: Ask;
  readonly #file: SearchFile;
  readonly #state: StateReader;
  readonly #finders: readonly TermFinder[];
  /** By number. */
  readonly #homes: ReadonlyMap<number, Home>;
  /** Numbers of the conversations that `ask.in` names; null: anywhere. */
  readonly #in: ReadonlySet<number> | null;
  readonly #thread: number | null;
  readonly #direct: ReadonlySet<number>;

  constructor(ask: Ask, file: SearchFile, state: StateReader) {
    this.#ask = ask;
    this.#file = file;
    this.#state = state;
    this.#finders = ask.terms.map((term) => new TermFinder(term));
    this.#homes = this.#homesOf(ask.viewer);
    this.#in = ask.in.length === 0 ? null : new Set(ask.in.map((id) => this.#numberOf(id)));
    this.#thread = ask.thread === null ? null : this.#numberOf(ask.thread);
    const direct = Array.from(this.#homes).filter(([, { kind }]) => kind === "direct");
    this.#direct = new Set(direct.map(([number]) => number));
  }

  run(now: () => number): Looked {
    const { limit, beforeSeq } = this.#ask;
    const deadline = now() + TIME_MAX_MS;
    const places: Place[] = [];
    let [looked, passed] = [0, 0];
    for (const { source, below } of this.#sources(beforeSeq)) {
      let [next, least] = [below, below];
      for (let size = Math.max(TAKEN.first, limit); ; size = Math.min(2 * size, TAKEN.most)) {
        const candidates = source(next, size);
        for (const [seq, home] of candidates) {
          next = seq;
          if (!this.#mayBeIn(home)) {
            passed += 1;
            continue;
          }
          least = seq;
          const place = this.#look(seq);
          if (place !== null) places.push(place);
          if (places.length === limit) return { places, next, isCut: false };
          looked += 1;
          if (looked >= CANDIDATES_MAX || (looked % 100 === 0 && now() > deadline))
            return { places, next, isCut: true };
        }
        if (candidates.length < size) break;
        // Where it ends must not name a message of others.
        const rounded = Math.min(least, Math.ceil(next / CUT_STEP) * CUT_STEP);
        if (passed >= PASSED_MAX || now() > deadline) return { places, next: rounded, isCut: true };
      }
    }
    return { places, next: null, isCut: false };
  }

  #homesOf(viewer: UserId): Map<number, Home> {
    const rows = this.#state.db
      .query<Home & { number: number }, [string]>(
        `SELECT c.created_seq AS number, c.kind, m.since_seq AS sinceSeq, m.since_micros AS sinceMicros
         FROM members m JOIN conversations c ON c.id = m.conversation
         WHERE m.user = ? AND c.parent IS NULL LIMIT ${HOMES_MAX}`,
      )
      .all(viewer);
    return new Map(rows.map(({ number, ...home }) => [number, home]));
  }

  #numberOf(id: ConversationId): number {
    const row = this.#state.db.query<{ n: number }, [string]>(
      "SELECT created_seq AS n FROM conversations WHERE id = ?",
    );
    return row.get(id)?.n ?? -1;
  }

  /** Where candidates come from, the newest first. */
  #sources(beforeSeq: Seq): { readonly source: Source; readonly below: Seq }[] {
    const { sinceMicros, untilMicros, viewer, isSaved, isPinned, hasReaction } = this.#ask;
    const least = sinceMicros <= 0 ? 0 : this.#firstAt(sinceMicros - ORDER_MICROS);
    const below = untilMicros === Number.MAX_SAFE_INTEGER ? beforeSeq : this.#firstAt(untilMicros + ORDER_MICROS);
    const list = isSaved ? "saved" : isPinned ? "pinned" : null;
    const match = this.#match();
    const isGram = this.#ask.terms.some((term) => neededGrams(term).size > 0);
    if (list !== null || match === "" || (hasReaction && !isGram)) {
      const seqs = LISTS[list ?? (hasReaction ? "reaction" : "all")];
      const query = this.#state.db.query<Candidate, [string, number, number, number]>(
        `SELECT l.seq, ${HOME} FROM (${seqs} ORDER BY seq DESC LIMIT ?4) l LEFT JOIN messages m ON m.seq = l.seq
         LEFT JOIN conversations c ON c.created_seq = m.conversation LEFT JOIN conversations p ON p.id = c.parent
         ORDER BY l.seq DESC`,
      );
      const source: Source = (from, limit) => query.values(viewer, from, least, limit) as unknown as Candidate[];
      return [{ source, below: beforeSeq }];
    }
    const sources = [{ source: this.#indexed(match, least), below: Math.min(below, beforeSeq) }];
    // Those that came late may be older than their neighbours.
    if (below < beforeSeq) {
      const late = this.#indexed(`${match} AND "${CAME_LATE}"`, Math.max(least, below));
      sources.unshift({ source: late, below: beforeSeq });
    }
    return sources;
  }

  #indexed(match: string, least: Seq): Source {
    const query = this.#file.db.query<Candidate, [string, number, number, number]>(
      `SELECT m.rowid, h.home FROM messages m LEFT JOIN homes h ON h.seq = m.rowid
       WHERE m.messages MATCH ? AND m.rowid < ? AND m.rowid >= ? ORDER BY m.rowid DESC LIMIT ?`,
    );
    return (from, limit) => query.values(match, from, least, limit) as unknown as Candidate[];
  }

  /** The question for FTS5; "": the index knows nothing about it. All grams are quoted, so nobody can write its syntax. */
  #match(): string {
    const { terms, from, to, hasLink: isLinked, hasFile } = this.#ask;
    const parts = terms.flatMap((term) => Array.from(neededGrams(term), quoted));
    parts.push(...anyOf(from.map(byAuthor)));
    const homes =
      this.#in === null ? Array.from(this.#homes.keys()) : Array.from(this.#in).filter((n) => this.#homes.has(n));
    if (this.#thread !== null) parts.push(quoted(inThread(this.#thread)));
    else if (homes.length <= HOMES_ASKED_MAX) parts.push(...anyOf([0, ...homes].map(inConversation)));
    for (const { user, direct } of to) {
      const numbers = direct === null ? Array.from(this.#direct) : [this.#numberOf(direct)];
      if (numbers.length <= HOMES_ASKED_MAX) parts.push(...anyOf([mentioning(user), ...numbers.map(inConversation)]));
    }
    if (hasFile) parts.push(quoted(WITH_FILE));
    if (isLinked) parts.push(quoted(WITH_LINK));
    return parts.join(" AND ");
  }

  #mayBeIn(home: number | null): boolean {
    return home === null || home === 0 || this.#homes.has(home);
  }

  #look(seq: Seq): Place | null {
    const { viewer, from, sinceMicros, untilMicros } = this.#ask;
    // Most candidates that fail do so by their text, and it takes half the time to read that alone.
    const text = this.#state.text(seq);
    if (text === null || !this.#hasTerms(text)) return null;
    const row = this.#state.candidate(seq, viewer);
    if (row === null || !this.#isSeen(row)) return null;
    if (this.#in !== null && !this.#in.has(row.home) && !this.#in.has(row.number)) return null;
    if (this.#thread !== null && this.#thread !== row.number) return null;
    if (from.length > 0 && !from.includes(row.author)) return null;
    if (row.timeMicros < sinceMicros || row.timeMicros >= untilMicros) return null;
    if (this.#ask.hasLink && !hasLink(row.body)) return null;
    if (this.#ask.hasFile && row.files === null) return null;
    return this.#isAsWanted(row) ? { conversation: row.conversation, seq } : null;
  }

  #hasTerms(text: MessageText): boolean {
    if (this.#finders.length === 0) return true;
    const folded = fold(searchedText(text));
    return this.#finders.every((finder) => finder.isIn(folded));
  }

  /** Whether the viewer may see it. The chat asks again, of rows that are a moment younger. */
  #isSeen(row: CandidateRow): boolean {
    if (row.isHidden === 1 || row.isErased === 1) return false;
    const home = this.#homes.get(row.home);
    if (home === undefined) return false;
    // Who reads a thread is asked of its root, by the chat.
    return row.isThread === 1 || sees(home, { ...row, recovered: row.recovered === 1 });
  }

  #isAsWanted({ seq, number, conversation, author, home }: CandidateRow): boolean {
    const { viewer, isSaved, isPinned, hasReaction, isUnread, to } = this.#ask;
    if (isUnread && author === viewer) return false;
    if (isSaved && !this.#has("saved", seq, viewer, number)) return false;
    if (isPinned && !this.#has("pinned", seq, viewer, number)) return false;
    if (hasReaction && !this.#has("reaction", seq, viewer, number)) return false;
    return to.every(({ user, direct }) => {
      const isDirect = direct === null ? this.#direct.has(home) : direct === conversation;
      return (isDirect && author !== user) || this.#has("mention", seq, user, number);
    });
  }

  #has(what: keyof typeof CHECKS, seq: Seq, user: UserId, number: number): boolean {
    // All statements take the same values, which some do not use.
    const sql = `${CHECKS[what]} AND ?2 <> '' AND ?3 >= 0`;
    return this.#state.db.query<object, [number, string, number]>(sql).get(seq, user, number) !== null;
  }

  /** The seq from which on messages that did not come late were written at this time or later; found by halving. */
  #firstAt(micros: number): Seq {
    const next = this.#state.db.query<{ seq: number; micros: number }, [number]>(
      `SELECT seq, time_micros AS micros FROM (
         SELECT seq, time_micros, recovered FROM messages WHERE seq >= ? ORDER BY seq LIMIT ${LATE_PASSED_MAX})
       WHERE recovered = 0 ORDER BY seq LIMIT 1`,
    );
    let [low, high] = [0, this.#state.applied() + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const one = next.get(middle);
      if (one !== null && one.micros < micros) low = one.seq + 1;
      else high = middle;
    }
    return high;
  }
}

function quoted(gram: string): string {
  return `"${gram}"`;
}

/** As one part of a question; nothing, if there is nothing to choose from. */
function anyOf(grams: readonly string[]): string[] {
  return grams.length === 0 ? [] : [`(${grams.map(quoted).join(" OR ")})`];
}
