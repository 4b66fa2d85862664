/** Sets one preference of a user for one of the user's conversations. Nobody else learns of it. */
import type { ConversationId } from "../ids.ts";
import { NO_PREFERENCES, type NotifyLevel, type PreferenceRow, type Rows } from "../rows.ts";
import { done, refused, type Kind, type OpHead } from "./kind.ts";
import { living, notLiving } from "./sessions.ts";
import { counts, tagOf } from "./tags.ts";

export interface SetPreference {
  readonly kind: "setPreference";
  readonly conversation: ConversationId;
  /** "starred", "muted" or "level". */
  readonly field: string;
  /** "yes" or "no"; for a level, one of LEVELS. */
  readonly value: string;
}

export const LEVELS: readonly NotifyLevel[] = ["default", "all", "mentions", "nothing"];

/**
 * Each preference is a register: the later value counts. An op of another branch needs no membership, because the op by
 * which the user came into the conversation may arrive after it; without a membership nobody reads the row. Recorded,
 * although it is idempotent: a retry that comes after the user has chosen otherwise must not undo that.
 */
export const setPreference: Kind<SetPreference> = {
  since: 1,
  merge: "latest",
  recorded: true,
  read: ({ conversation, field, value }) => ({ kind: "setPreference", conversation, field, value }),
  content: ({ conversation, field, value }) => `${conversation}\0${field}\0${value}`,

  decide(op, { conversation, field, value }, seq, rows) {
    const change = changeOf(op, field, value);
    if (change === null) return refused("invalid");
    if (!op.recovered) {
      if (living(op.user, rows) === null) return notLiving(op.user, rows);
      if (rows.member(conversation, op.user) === null) return refused("not_found", false);
    }
    const before = preferencesOf(op.user, conversation, rows);
    if (!counts(op, before[change.tag])) return done();
    rows.putPreference({ ...before, ...change.set, changedSeq: seq });
    return done([{ kind: "conversation", conversationId: conversation, audience: { user: op.user } }]);
  },
};

interface Change {
  readonly tag: "starredTag" | "mutedTag" | "levelTag";
  readonly set: Partial<PreferenceRow>;
}

/** Null: there is no such preference, or it has no such value. */
function changeOf(op: OpHead, field: string, value: string): Change | null {
  const tag = tagOf(op);
  if (field === "level") {
    const level = LEVELS.find((one) => one === value);
    return level === undefined ? null : { tag: "levelTag", set: { level, levelTag: tag } };
  }
  if (value !== "yes" && value !== "no") return null;
  const on = value === "yes";
  if (field === "starred") return { tag: "starredTag", set: { starred: on, starredTag: tag } };
  return field === "muted" ? { tag: "mutedTag", set: { muted: on, mutedTag: tag } } : null;
}

function preferencesOf(user: string, conversation: ConversationId, rows: Rows): PreferenceRow {
  return rows.preference(user, conversation) ?? { user, conversation, ...NO_PREFERENCES };
}
