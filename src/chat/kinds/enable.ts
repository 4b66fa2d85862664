/**
 * Ops of a format may be written from here on: every configured replica understands them, or an operator has given
 * up those that do not. Proposed by the leader (replica/format-gate.ts), for nobody.
 *
 * It is an op, not an entry of its own, because what it changes is a row: it is decided in the order of the log, goes
 * along in snapshots, and belongs to its branch. So a merge brings every replica what is in force on the branch that
 * won, and ops of the other branch that are newer than that wait in the fork queue until this branch has enabled it.
 */
import { done, type Kind } from "./kind.ts";

export interface Enable {
  readonly kind: "enable";
  readonly format: number;
  /** That of the leader's executable, which has the format: what a replica that lacks it must install. */
  readonly version: string;
}

export const enable: Kind<Enable> = {
  since: 1,
  merge: "max",
  recorded: false,
  read: ({ format, version }) => ({ kind: "enable", format, version }),
  content: ({ format }) => String(format),

  decide(op, { format, version }, seq, rows) {
    // Whether all replicas of this branch understand it is for this branch's leader to say.
    if (!op.recovered && format > rows.opFormat()) rows.enableFormat(format, version, seq);
    return done();
  },
};
