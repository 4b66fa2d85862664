/** Bans somebody from a room, or lifts the ban. */
import type { Fact } from "../fact.ts";
import type { ConversationId, UserId } from "../ids.ts";
import { note } from "./audit.ts";
import { done, type Kind } from "./kind.ts";
import { isRefused, leaveSeat, roomFor, seatOf } from "./rooms.ts";
import { refusalToRemove } from "./seat-people.ts";
import { tagOf } from "./tags.ts";

export interface Ban {
  readonly kind: "ban";
  readonly room: ConversationId;
  readonly person: UserId;
  readonly banned: boolean;
  /** To lift a ban: its tag, as the proposer knew it. */
  readonly seen: string;
}

/** A ban wins over an op that seats the person at the same time. Only the ban that the proposer had seen is lifted. */
export const ban: Kind<Ban> = {
  since: 1,
  merge: "danger",
  recorded: true,
  read: ({ room, person, banned, seen }) => ({ kind: "ban", room, person, banned, seen }),
  content: ({ room, person, banned }) => `${room}\0${person}\0${banned ? "on" : "off"}`,

  decide(op, { room: id, person, banned, seen }, seq, rows) {
    const at = { op, seq, rows };
    const room = roomFor(at, id, (role) => refusalToRemove(at, id, role, [person]));
    if (isRefused(room)) return room;
    const facts: Fact[] = [];
    const seat = seatOf(id, person, rows);
    if (banned && seat.state !== "banned") {
      leaveSeat(at, seat, "banned", facts);
      note(at, "banFromRoom", person, id);
    }
    const lifts = !banned && seat.state === "banned" && (!op.recovered || seat.tag === seen);
    if (lifts) {
      rows.putSeat({ ...seat, state: "removed", tag: tagOf(op) });
      note(at, "unbanFromRoom", person, id);
    }
    return done(facts);
  },
};
