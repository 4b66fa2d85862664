/**
 * R9: which branch continues when two leaders hear each other. Both sides compute the same answer from their Beats. The
 * leader that loses becomes the winner's learner, and the ops of its branch are proposed again, so nothing that was
 * acknowledged is thrown away, whichever side wins.
 */
import type { LineagePoint } from "../frame.ts";
import type { Lineage } from "./lineage.ts";
import { compareViewNos, sameViewNo, type Seq, type View, type ViewNo } from "../view.ts";

/** `ahead`: the peer's log follows mine. `behind`: mine follows the peer's. */
export type Relation = "same" | "ahead" | "behind" | "fork";

/** How the log of a peer relates to mine, judged by its last view and the newest points of its lineage. */
export function relation(mine: Lineage, view: View, tail: readonly LineagePoint[]): Relation {
  const last = mine.last();
  if (last === null) return "ahead";
  if (sameViewNo(last.no, view.no)) return "same";
  if (tail.some((point) => sameViewNo(point.no, last.no))) return "ahead";
  if (mine.contains(view.no)) return "behind";
  // The peer's log may still follow mine, by more views than the tail shows. "fork" is the safe answer: the leaders
  // compare their ranks, and the one that yields joins with its whole lineage, which settles it. If it was a fork,
  // "ahead" would make a leader give way to a branch of lower rank.
  return "fork";
}

/**
 * Which of two forked logs must yield because the other one cannot: it has compacted entries beyond the fork, so they
 * are in its state only and could not be proposed again. Compaction waits for every replica, so this happens only after
 * a folder was put back from an old copy.
 */
export function mustYield(
  mine: { readonly lineage: Lineage; readonly firstSeq: Seq; readonly lastSeq: Seq },
  theirs: { readonly lineageTail: readonly LineagePoint[]; readonly firstSeq: Seq; readonly lastSeq: Seq },
): "me" | "they" | null {
  const common = mine.lineage.commonSeq(mine.lastSeq, theirs.lineageTail, theirs.lastSeq);
  // The tail does not reach back to the fork, so it says nothing about it.
  if (common === 0 && (theirs.lineageTail[0]?.startSeq ?? 1) > 1) return null;
  const theyCannot = common + 1 < theirs.firstSeq;
  const iCannot = common + 1 < mine.firstSeq;
  return theyCannot === iCannot ? null : theyCannot ? "me" : "they";
}

/** Positive if view `a` outranks `b`: it has no fork risk and `b` has, or more members, or the higher number. */
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
