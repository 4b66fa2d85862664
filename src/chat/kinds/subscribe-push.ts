/** Where a user wants to be called while none of her pages is open. Nobody else learns of it. */
import { pushIdFor, type SessionId } from "../ids.ts";
import { ENDPOINT_CHARS_MAX } from "../push-rows.ts";
import { done, refused, type Kind } from "./kind.ts";
import { living, notLiving } from "./sessions.ts";
import { counts, tagOf } from "./tags.ts";

export interface SubscribePush {
  readonly kind: "subscribePush";
  readonly endpoint: string;
  /** As in PushRow. */
  readonly p256dh: string;
  readonly auth: string;
  readonly session: SessionId;
  readonly device: string;
  readonly origin: string;
  readonly quiet: string;
  readonly timeZone: string;
}

/**
 * The subscriptions of a user are a set, by their endpoints: of two ops about one, the later one counts. A repeat of the
 * browser renews what it says of itself. Recorded, although it is idempotent: a retry that comes after the subscription
 * was ended must not bring it back.
 */
export const subscribePush: Kind<SubscribePush> = {
  since: 1,
  merge: "set",
  recorded: true,

  read: ({ endpoint, p256dh, auth, session, device, origin, quiet, timeZone }) => ({
    kind: "subscribePush",
    endpoint,
    p256dh,
    auth,
    session,
    device,
    origin,
    quiet,
    timeZone,
  }),

  content: ({ endpoint, p256dh, auth, quiet, timeZone }) => JSON.stringify([endpoint, p256dh, auth, quiet, timeZone]),

  decide(op, body, seq, rows) {
    const { endpoint, p256dh, auth, session, device, origin, quiet, timeZone } = body;
    const user = rows.user(op.user);
    if (op.recovered ? user !== null && user.deleted !== 0 : living(op.user, rows) === null)
      return op.recovered ? done() : notLiving(op.user, rows);
    if (endpoint.length > ENDPOINT_CHARS_MAX) return refused("too_long");
    if (!op.recovered && rows.session(session)?.user !== op.user) return refused("not_logged_in", false);
    const id = pushIdFor(endpoint);
    const before = rows.push.of(op.user, id);
    if (before !== null && !counts(op, before.tag)) return done();
    // The first subscription of all: what was written before it is nobody's to be called of.
    if (!rows.push.any() && rows.push.upTo() < seq) rows.push.setUpTo(seq);
    const { since, pending, outcome, outcomeMicros } =
      before?.isOn === true ? before : { since: seq, pending: 0, outcome: "", outcomeMicros: 0 };
    rows.push.put({
      endpoint,
      p256dh,
      auth,
      session,
      device,
      origin,
      quiet,
      timeZone,
      user: op.user,
      id,
      isOn: true,
      tag: tagOf(op),
      since,
      pending,
      outcome,
      outcomeMicros,
    });
    return done();
  },
};
