/** What guests may see: the conversations that they are in, and the people in them. */
import type { UserId } from "../ids.ts";
import type { Rows } from "../rows.ts";

/** Whether the user has the role of a guest. */
export function isGuest(user: UserId, rows: Pick<Rows, "role">): boolean {
  return rows.role(user)?.role === "guest";
}

/** Whether `viewer` may know of `person`. A guest knows those with whom she shares a conversation. */
export function knows(viewer: UserId, person: UserId, rows: Pick<Rows, "role" | "shares">): boolean {
  return viewer === person || !isGuest(viewer, rows) || rows.shares(viewer, person);
}
