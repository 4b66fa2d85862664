/** Ends a subscription of the user. */
import type { PushId } from "../ids.ts";
import type { PushRow } from "../push-rows.ts";
import type { Rows } from "../rows.ts";
import { done, type Kind } from "./kind.ts";
import { living, notLiving } from "./sessions.ts";
import { counts, tagOf } from "./tags.ts";

export interface UnsubscribePush {
  readonly kind: "unsubscribePush";
  readonly id: PushId;
}

/**
 * See subscribe-push.ts. One that ended may come back from another branch, so its row stays; one that is not known here
 * may have been made there.
 */
export const unsubscribePush: Kind<UnsubscribePush> = {
  since: 1,
  merge: "set",
  recorded: true,
  read: ({ id }) => ({ kind: "unsubscribePush", id }),
  content: ({ id }) => id,

  decide(op, { id }, _seq, rows) {
    if (!op.recovered && living(op.user, rows) === null) return notLiving(op.user, rows);
    if ((rows.user(op.user)?.deleted ?? 0) !== 0) return done();
    const before = rows.push.of(op.user, id);
    if (before !== null && !counts(op, before.tag)) return done();
    endPush(before ?? { ...ENDED, user: op.user, id }, tagOf(op), rows);
    return done();
  },
};

/** What is left of a subscription. */
const ENDED = {
  isOn: false,
  endpoint: "",
  p256dh: "",
  auth: "",
  session: "",
  device: "",
  origin: "",
  quiet: "",
  timeZone: "",
  since: 0,
  pending: 0,
  outcome: "",
  outcomeMicros: 0,
} as const;

/** Ends the subscription, and erases its secrets. */
export function endPush({ user, id }: Pick<PushRow, "user" | "id">, tag: string, rows: Rows): void {
  rows.push.put({ ...ENDED, user, id, tag });
}
