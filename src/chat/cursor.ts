/**
 * Cursors: a place in the log as clients carry it, `counter.replica.nonce.minor:seq`, at
 * most 64 ASCII characters, opaque to them. Never a seq alone: after a merge the losing
 * side's seqs belong to other ops, and the view says so.
 */
import { compareViewNos, viewNoKey, type Seq, type ViewNo } from "../election/view.ts";
import type { Position } from "./ports.ts";

export interface Cursor {
  readonly viewNo: ViewNo;
  readonly seq: Seq;
}

const CURSOR = /^(\d{1,10})\.([0-6])\.([0-9a-f]{0,16})\.(\d{1,10}):(\d{1,15})$/;

/** The cursor after `seq`, from a view key or number. */
export function formatCursor(view: string | ViewNo, seq: Seq): string {
  return `${typeof view === "string" ? view : viewNoKey(view)}:${seq}`;
}

/** Null if the text is no cursor. */
export function parseCursor(text: string): Cursor | null {
  const found = CURSOR.exec(text);
  if (found === null) return null;
  const [, counter, replicaId, nonce, minor, seq] = found;
  return {
    viewNo: {
      ballot: { counter: Number(counter), replicaId: Number(replicaId), nonce: nonce ?? "" },
      minor: Number(minor),
    },
    seq: Number(seq),
  };
}

/**
 * Where a cursor stands to this replica: `here` (applied), `ahead` (this replica has yet to
 * get there), or `lost` (its branch is not this one's, and this one's is newer).
 */
export function standingOf(cursor: Cursor, position: Position): "here" | "ahead" | "lost" {
  const applied = position.applied();
  if (cursor.seq === 0) return "here";
  const own = position.viewNoAt(cursor.seq);
  if (own !== null && viewNoKey(own) === viewNoKey(cursor.viewNo)) return cursor.seq <= applied.seq ? "here" : "ahead";
  if (own === null && compareViewNos(cursor.viewNo, applied.viewNo) === 0) return "ahead";
  return compareViewNos(cursor.viewNo, applied.viewNo) > 0 ? "ahead" : "lost";
}
