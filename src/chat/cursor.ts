/**
 * Cursors: a position in the log as clients hold it, `counter.replica.nonce.minor:seq`, at
 * most 64 ASCII characters, which clients must treat as opaque. A seq alone would not do,
 * because after a merge the losing side's seqs belong to other ops; the view tells them apart.
 */
import { compareViewNos, viewNoKey, type Seq, type ViewNo } from "../election/view.ts";
import type { Position } from "./ports.ts";

export interface Cursor {
  readonly viewNo: ViewNo;
  readonly seq: Seq;
}

const CURSOR = /^(\d{1,10})\.([0-6])\.([0-9a-f]{0,16})\.(\d{1,10}):(\d{1,15})$/;

/** The cursor after `seq`; `view` is a view key or a view number. */
export function formatCursor(view: string | ViewNo, seq: Seq): string {
  return `${typeof view === "string" ? view : viewNoKey(view)}:${seq}`;
}

/** Parses a cursor; null if the text is not one. */
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
 * Where a cursor stands to this replica: `here` (applied), `ahead` (this replica has yet to get there), or
 * `lost` (it belongs to a branch that this replica's history does not continue).
 *
 * A cursor with a newer view than this replica has seen looks the same in two cases: this replica lags, or
 * the cursor's branch died with its disks. `caughtUp` tells them apart. It says that, since the cursor was
 * shown, this replica has asked the leader how far the log is committed and has applied that much. Whatever was
 * acknowledged before in this history is then here, so a cursor that is not here is lost.
 */
export function standingOf(cursor: Cursor, position: Position, caughtUp = false): "here" | "ahead" | "lost" {
  const applied = position.applied();
  if (cursor.seq === 0) return "here";
  const own = position.viewNoAt(cursor.seq);
  const ahead = caughtUp ? "lost" : "ahead";
  if (own !== null && viewNoKey(own) === viewNoKey(cursor.viewNo)) return cursor.seq <= applied.seq ? "here" : ahead;
  return compareViewNos(cursor.viewNo, applied.viewNo) >= 0 ? ahead : "lost";
}
