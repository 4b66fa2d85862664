/** Says how a user wants to be called, what she is at, and in which time zone she is. */
import { NO_PROFILE, type ProfileRow } from "../profiles.ts";
import type { Rows } from "../rows.ts";
import { done, refused, type Kind, type OpHead } from "./kind.ts";
import { living, notLiving } from "./sessions.ts";
import { counts, tagOf } from "./tags.ts";

export interface SetProfile {
  readonly kind: "setProfile";
  /** Null: stays as it is. Its text may be "": the name of the account. */
  readonly displayName: { readonly text: string; readonly folded: string; readonly skeleton: string } | null;
  /** Null: stays as it is. Both texts may be "": none. */
  readonly status: {
    readonly emoji: string;
    readonly text: string;
    /** After how long it ends, from the time of the op; 0: `untilMicros` says. */
    readonly seconds: number;
    /** 0: it does not end. */
    readonly untilMicros: number;
  } | null;
  /** Null: stays as it is. "": none. */
  readonly timeZone: string | null;
}

/**
 * Each field is a register: the later value counts. A recovered op may arrive before the account. Of a deleted account
 * nothing is kept. The name of another account is refused. What a merge brings stays, and is not shown while it is the
 * name of another account; so it does when an account with such a name comes later.
 */
export const setProfile: Kind<SetProfile> = {
  since: 1,
  merge: "latest",
  recorded: true,

  read({ displayName: name, status, timeZone }) {
    return {
      kind: "setProfile",
      displayName: name && { text: name.text, folded: name.folded, skeleton: name.skeleton },
      status: status && {
        emoji: status.emoji,
        text: status.text,
        seconds: status.seconds,
        untilMicros: status.untilMicros,
      },
      timeZone: timeZone ?? null,
    };
  },

  content: ({ displayName, status, timeZone }) => JSON.stringify([displayName?.text, status, timeZone]),

  decide(op, body, seq, rows) {
    const user = rows.user(op.user);
    if (op.recovered ? user !== null && user.deleted !== 0 : living(op.user, rows) === null)
      return op.recovered ? done() : notLiving(op.user, rows);
    if (!op.recovered && isOfAnother(op, body, rows)) return refused("name_taken", false);
    const before = rows.profiles.of(op.user) ?? { user: op.user, ...NO_PROFILE };
    const after = changed(op, body, before);
    if (after === before) return done();
    rows.profiles.put({ ...after, changedSeq: seq });
    return done([{ kind: "profile", person: op.user, audience: { knowing: op.user } }]);
  },
};

/** The display name looks like the name of another account. */
function isOfAnother(op: OpHead, { displayName }: SetProfile, rows: Rows): boolean {
  const found = displayName === null || displayName.text === "" ? null : rows.userBySkeleton(displayName.skeleton);
  return found !== null && found.id !== op.user;
}

/** The row with the fields that the op sets; the same object if it sets none. */
function changed(op: OpHead, { displayName, status, timeZone }: SetProfile, before: ProfileRow): ProfileRow {
  const tag = tagOf(op);
  let row = before;
  if (displayName !== null && counts(op, before.nameTag)) {
    const { text, folded, skeleton } = displayName;
    row = { ...row, displayName: text, folded, skeleton, nameTag: tag };
  }
  if (status !== null && counts(op, before.statusTag)) {
    const { emoji, text, seconds } = status;
    const untilMicros = seconds === 0 ? status.untilMicros : op.timeMicros + seconds * 1e6;
    row = { ...row, emoji, text, untilMicros, statusTag: tag };
  }
  if (timeZone !== null && counts(op, before.zoneTag)) row = { ...row, timeZone, zoneTag: tag };
  return row;
}
