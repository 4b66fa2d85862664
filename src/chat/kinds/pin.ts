/** Pins a message in its conversation, for everybody there, or takes the pin away. */
import { PINS_MAX } from "../bounds.ts";
import type { Fact } from "../fact.ts";
import type { MessageId, UserId } from "../ids.ts";
import type { SetPin } from "../kept-rows.ts";
import type { EarlyPin, Rows } from "../rows.ts";
import type { Seq } from "../../election/view.ts";
import { done, refused, type Kind, type OpHead } from "./kind.ts";
import { couldRead, homeOf, isSeen, onceArrived, placeOf, type Place } from "./places.ts";
import { living, notLiving } from "./sessions.ts";
import { tagOf } from "./tags.ts";

export interface Pin {
  readonly kind: "pin";
  readonly message: MessageId;
  /** False: the pin is taken away. */
  readonly on: boolean;
}

/**
 * The pinned messages are a set: of two ops about one message, whosoever they are, the later one counts. Recorded,
 * although it is idempotent: a retry that comes after somebody has taken the pin away must not bring it back.
 */
export const pin: Kind<Pin> = {
  since: 1,
  merge: "set",
  recorded: true,
  read: ({ message, on }) => ({ kind: "pin", message, on }),
  content: ({ message, on }) => `${message}\0${on ? "on" : "off"}`,

  decide(op, { message, on }, seq, rows) {
    if (op.recovered) return done(setRecovered(op, { message, on }, seq, rows));
    if (living(op.user, rows) === null) return notLiving(op.user, rows);
    const place = placeOf(message, op.user, rows);
    if (place === null || !isSeen(place, op.user, rows)) return refused("not_found", false);
    const home = homeOf(place.conversation, rows);
    const room = rows.room(home);
    if (room?.archived === true) return refused("archived", false);
    if (room?.adminsOnly === true && (rows.seat(home, op.user)?.role ?? "member") === "member")
      return refused("not_allowed", false);
    const isPinned = rows.pins.of(place.seq)?.isOn === true;
    if (on && !isPinned && rows.pins.count(place.conversation, PINS_MAX) >= PINS_MAX) return refused("too_many", false);
    return done(setPin(place, { isOn: on, by: op.user, tag: tagOf(op) }, seq, rows));
  },
};

/** Sets the pin of a message that has arrived, later than which no op about it is known. */
function setPin(place: Place, element: SetPin, seq: Seq, rows: Rows): readonly Fact[] {
  const { conversation } = place;
  const wasOn = rows.pins.of(place.seq)?.isOn ?? false;
  rows.pins.put({ conversation, seq: place.seq, ...element });
  if (wasOn === element.isOn) return [];
  rows.touchMessage(conversation, place.seq, seq);
  const message = rows.message(conversation, place.seq)!;
  return [{ kind: "changed", message, audience: { membersOf: conversation } }];
}

/** What was accepted on the branch of the op is kept, above the limit too; for a message still to come it waits. */
function setRecovered(op: OpHead, { message, on }: Omit<Pin, "kind">, seq: Seq, rows: Rows): readonly Fact[] {
  const what: EarlyPin = `pin ${tagOf(op)} ${on ? "on" : "off"}`;
  return onceArrived(message, { user: op.user, what }, rows, (place) => applyEarlyPin(place, op.user, what, seq, rows));
}

/** Sets the pin of another branch, if its user could see the message there and nothing later is known here. */
export function applyEarlyPin(place: Place, user: UserId, what: EarlyPin, seq: Seq, rows: Rows): readonly Fact[] {
  const { conversation } = place;
  if (!couldRead(conversation, user, rows)) return [];
  if (rows.message(conversation, place.seq)?.deleted !== false) return [];
  const [, micros, request, on] = what.split(" ");
  const tag = `${micros} ${request}`;
  if (tag <= (rows.pins.of(place.seq)?.tag ?? "")) return [];
  return setPin(place, { isOn: on === "on", by: user, tag }, seq, rows);
}
