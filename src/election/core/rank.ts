/**
 * Two leaders that hear each other: which branch goes on? Both sides compute the same
 * answer from their Beats; the loser becomes the winner's learner and its acknowledged
 * ops are proposed again, so nothing is thrown away whichever side wins.
 */
import type { LineagePoint } from "../frame.ts";
import type { Lineage } from "./lineage.ts";
import { compareViewNos, sameViewNo, type Seq, type View, type ViewNo } from "../view.ts";

/** `ahead`: the peer's log follows mine. `behind`: mine follows the peer's. */
export type Relation = "same" | "ahead" | "behind" | "fork";

/** What a peer that shows `view` and the newest points of its lineage is to my log. */
export function relation(mine: Lineage, view: View, tail: readonly LineagePoint[]): Relation {
  const last = mine.last();
  if (last === null) return "ahead";
  if (sameViewNo(last.no, view.no)) return "same";
  if (tail.some((point) => sameViewNo(point.no, last.no))) return "ahead";
  if (mine.contains(view.no)) return "behind";
  // Older than the tail reaches back: if all the peer shows is newer than all I have, it may
  // well follow mine; the exact answer comes with the Join, and nothing is lost if it was a fork.
  return "fork";
}

/**
 * Which of two forked logs must yield because the other cannot: it has compacted entries
 * beyond the fork, so they are in its state but could not be proposed again. That happens
 * only when a folder was put back from an old copy, since compaction waits for every replica.
 */
export function mustYield(
  mine: { readonly lineage: Lineage; readonly firstSeq: Seq; readonly lastSeq: Seq },
  theirs: { readonly lineageTail: readonly LineagePoint[]; readonly firstSeq: Seq; readonly lastSeq: Seq },
): "me" | "they" | null {
  const common = mine.lineage.commonSeq(mine.lastSeq, theirs.lineageTail, theirs.lastSeq);
  // A tail that does not reach back to the fork says nothing about it.
  if (common === 0 && (theirs.lineageTail[0]?.startSeq ?? 1) > 1) return null;
  const theyCannot = common + 1 < theirs.firstSeq;
  const iCannot = common + 1 < mine.firstSeq;
  return theyCannot === iCannot ? null : theyCannot ? "me" : "they";
}

/** Positive if view `a` outranks `b`: no fork risk before fork risk, then more members, then the higher number. */
export function compareRank(a: RankedView, b: RankedView): number {
  const risk = Number(a.forkRisk === null) - Number(b.forkRisk === null);
  return risk || a.members.length - b.members.length || compareViewNos(a.no, b.no);
}

/** The part of a view that ranks it. */
export interface RankedView {
  readonly no: ViewNo;
  readonly members: View["members"];
  readonly forkRisk: View["forkRisk"];
}
