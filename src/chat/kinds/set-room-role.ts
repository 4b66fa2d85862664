/** Gives somebody in a room another role. */
import type { ConversationId, UserId } from "../ids.ts";
import type { RoomRole } from "../rows.ts";
import { note } from "./audit.ts";
import { done, refused, type Kind } from "./kind.ts";
import { ensureOwner, isRefused, roomFor, seatOf } from "./rooms.ts";
import { counts, tagOf } from "./tags.ts";

export interface SetRoomRole {
  readonly kind: "setRoomRole";
  readonly room: ConversationId;
  readonly person: UserId;
  readonly role: RoomRole;
}

const ROLES: readonly string[] = ["member", "admin", "owner"] satisfies RoomRole[];

/** Of two roles of one person the later one counts. If a merge leaves a room without an owner, somebody becomes it. */
export const setRoomRole: Kind<SetRoomRole> = {
  since: 1,
  merge: "set",
  recorded: true,

  // `decide` refuses any other word.
  read: ({ room, person, role }) => ({ kind: "setRoomRole", room, person, role: role as RoomRole }),
  content: ({ room, person, role }) => `${room}\0${person}\0${role}`,

  decide(op, { room: id, person, role }, seq, rows) {
    if (!ROLES.includes(role)) return refused("invalid");
    const room = roomFor({ op, seq, rows }, id, (own) => (own === "owner" ? null : "not_allowed"));
    if (isRefused(room)) return room;
    const seat = seatOf(id, person, rows);
    if (!op.recovered) {
      if (seat.state !== "joined") return refused("not_found", false);
      const others = rows.seatsIn(id).filter((other) => other.role === "owner" && other.user !== person);
      if (seat.role === "owner" && role !== "owner" && others.length === 0) return refused("last_owner", false);
    }
    if (!counts(op, seat.roleTag)) return done();
    // Somebody who has left has no role. If the person has not arrived yet, the seat keeps the role until then.
    rows.putSeat({ ...seat, role: seat.state === "joined" || seat.tag === "" ? role : "member", roleTag: tagOf(op) });
    ensureOwner(id, rows);
    note({ op, seq, rows }, "setRoomRole", person, `${id} ${role}`);
    return done();
  },
};
