/** What guests may see: the rooms that they are in, and the people in them. */
import { directId, type UserId } from "../ids.ts";
import type { Rows } from "../rows.ts";

/** Whether the user has the role of a guest. */
export function isGuest(user: UserId, rows: Pick<Rows, "role">): boolean {
  return rows.role(user)?.role === "guest";
}

/** Whether `viewer` may know of `person`. A guest knows those with whom she shares a room or a direct conversation. */
export function knows(viewer: UserId, person: UserId, rows: Pick<Rows, "role" | "member" | "seatsOf">): boolean {
  if (viewer === person || !isGuest(viewer, rows)) return true;
  if (rows.member(directId(viewer, person), viewer) !== null) return true;
  return rows.seatsOf(viewer).some(({ room }) => rows.member(room, person) !== null);
}
