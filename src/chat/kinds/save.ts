/** Saves a message for the user alone, or lets go of it. */
import { SAVED_MAX } from "../bounds.ts";
import type { Fact } from "../fact.ts";
import type { MessageId, UserId } from "../ids.ts";
import type { EarlySave, Rows } from "../rows.ts";
import type { Seq } from "../../election/view.ts";
import { done, refused, type Kind, type OpHead } from "./kind.ts";
import { isSeen, onceArrived, placeOf, placeOfMessage, type Place } from "./places.ts";
import { living, notLiving } from "./sessions.ts";
import { tagOf } from "./tags.ts";

export interface Save {
  readonly kind: "save";
  readonly message: MessageId;
  /** False: the user lets go of it. */
  readonly on: boolean;
}

/**
 * What a user has saved is a set: of two ops about one message, the later one counts. Nobody else is told. A saved
 * message that is deleted, or that the user may not see any more, stays in the set: the list says that it is gone.
 * Recorded, although it is idempotent: a retry that comes after the user has let go of it must not bring it back.
 */
export const save: Kind<Save> = {
  since: 1,
  merge: "set",
  recorded: true,
  read: ({ message, on }) => ({ kind: "save", message, on }),
  content: ({ message, on }) => `${message}\0${on ? "on" : "off"}`,

  decide(op, { message, on }, seq, rows) {
    if (op.recovered) return done(setRecovered(op, { message, on }, seq, rows));
    if (living(op.user, rows) === null) return notLiving(op.user, rows);
    const there = placeOfMessage(message, rows);
    const wasOn = there !== null && isSaved(there, op.user, rows);
    // Whoever has saved it may let go of it, whatever became of it.
    if (!wasOn) {
      const place = placeOf(message, op.user, rows);
      if (place === null || !isSeen(place, op.user, rows)) return refused("not_found", false);
      if (on && rows.saved.count(op.user, SAVED_MAX) >= SAVED_MAX) return refused("too_many", false);
    }
    return done(setSaved(there!, op.user, { isOn: on, tag: tagOf(op) }, seq, rows));
  },
};

function isSaved({ conversation, seq }: Place, user: UserId, rows: Rows): boolean {
  return rows.saved.of(user, conversation, seq)?.isOn === true;
}

function setSaved(
  place: Place,
  user: UserId,
  { isOn, tag }: { readonly isOn: boolean; readonly tag: string },
  changedSeq: Seq,
  rows: Rows,
): readonly Fact[] {
  const { conversation, seq, id: message } = place;
  const wasOn = isSaved(place, user, rows);
  rows.saved.put({ user, conversation, seq, isOn, tag, changedSeq });
  if (wasOn === isOn) return [];
  return [{ kind: "saved", conversationId: conversation, messageId: message, on: isOn, audience: { user } }];
}

/** What was accepted on the branch of the op is kept, above the limit too; for a message still to come it waits. */
function setRecovered(op: OpHead, { message, on }: Omit<Save, "kind">, seq: Seq, rows: Rows): readonly Fact[] {
  const what: EarlySave = `save ${tagOf(op)} ${on ? "on" : "off"}`;
  return onceArrived(message, { user: op.user, what }, rows, (place) =>
    applyEarlySave(place, op.user, what, seq, rows),
  );
}

/** Sets what the user decided on another branch, if nothing later is known here. The list shows only what she may see. */
export function applyEarlySave(place: Place, user: UserId, what: EarlySave, seq: Seq, rows: Rows): readonly Fact[] {
  const [, micros, request, on] = what.split(" ");
  const tag = `${micros} ${request}`;
  if (tag <= (rows.saved.of(user, place.conversation, place.seq)?.tag ?? "")) return [];
  return setSaved(place, user, { isOn: on === "on", tag }, seq, rows);
}
