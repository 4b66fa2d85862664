/**
 * How far the leader has pushed, so that the next leader begins there, and what came of it. Proposed at most once a
 * second, and only while somebody has a subscription.
 */
import type { PushId, UserId } from "../ids.ts";
import { OUTCOME_CHARS_MAX } from "../push-rows.ts";
import type { Seq } from "../../election/view.ts";
import { done, type Kind, type OpHead } from "./kind.ts";
import type { Rows } from "../rows.ts";
import { tagOf } from "./tags.ts";
import { endPush } from "./unsubscribe-push.ts";

/** What came of pushing to one subscription; op.proto says what the fields are. */
export interface PushResult {
  readonly user: UserId;
  readonly id: PushId;
  readonly tag: string;
  readonly pending: Seq;
  readonly outcome: string;
  readonly gone: boolean;
}

export interface Pushed {
  readonly kind: "pushed";
  readonly upTo: Seq;
  readonly results: readonly PushResult[];
}

/**
 * An idempotent maximum. The seqs of another branch say nothing here, so a recovered op has no effect: what that branch
 * had pushed of its messages is pushed once more after the merge, unless it has been read.
 */
export const pushed: Kind<Pushed> = {
  since: 1,
  merge: "max",
  recorded: false,

  read: ({ upTo, results }) => ({
    kind: "pushed",
    upTo,
    results: results.map(({ user, id, tag, pending, outcome, gone }) => ({ user, id, tag, pending, outcome, gone })),
  }),

  // No client repeats this op: the replica draws its client id, once.
  content: () => "",

  decide(op, { upTo, results }, _seq, rows) {
    if (op.recovered) return done();
    if (upTo > rows.push.upTo()) rows.push.setUpTo(upTo);
    for (const result of results) note(op, result, rows);
    return done();
  },
};

function note(op: OpHead, { user, id, tag, pending, outcome, gone }: PushResult, rows: Rows): void {
  const row = rows.push.of(user, id);
  // The user has ended it or made it anew meanwhile.
  if (row === null || !row.isOn || row.tag !== tag) return;
  if (gone) return endPush(row, tagOf(op), rows);
  rows.push.put({ ...row, pending, outcome: outcome.slice(0, OUTCOME_CHARS_MAX), outcomeMicros: op.timeMicros });
}
