/**
 * Puts an op format in force: after this op, ops of that format may be written, because every configured replica
 * understands them, or because an operator has given up the replicas that do not. The leader proposes it
 * (replica/format-gate.ts); it has no user.
 *
 * It is an op and not an entry type of its own because it changes a row: it is decided in the order of the log, it is
 * part of every snapshot, and it belongs to its branch. After a merge, every replica therefore has the format of the
 * winning branch, and newer ops of the other branch wait in the fork queue until this branch enables their format.
 */
import type { ClientId } from "../ids.ts";
import { done, type Kind } from "./kind.ts";

export interface Enable {
  readonly kind: "enable";
  readonly format: number;
  /** Version of the leader's executable, which has the format. A replica that lacks the format must install it. */
  readonly version: string;
  /** Replicas that an operator has given up by command. The leader that appends the op does not require them. */
  readonly without: readonly number[];
}

/** The prefix of the keys of these ops, which have no user. */
export const ENABLE_KEY = "-enable-";

/** The client id of the op: the same for each attempt to enable a format. */
export function enableId(format: number): ClientId {
  return `enable-${format}` as ClientId;
}

export const enable: Kind<Enable> = {
  since: 1,
  merge: "max",
  recorded: false,
  read: ({ format, version, without }) => ({ kind: "enable", format, version, without: [...without] }),
  // An attempt by command must not be taken for the leader's own, which waits for all of them.
  content: ({ format, without }) => [format, ...without].join(" "),

  decide(op, { format, version }, seq, rows) {
    // Only this branch's leader can say whether all replicas of this branch understand the format.
    if (!op.recovered && format > rows.opFormat()) rows.enableFormat(format, version, seq);
    return done();
  },
};
