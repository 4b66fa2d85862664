/** What roles allow: the one place that says who may do what in the whole chat. */
import type { Role } from "./rows.ts";

/** All roles, from the least. */
export const ROLES: readonly Role[] = ["guest", "member", "admin", "owner"];

/** Whether somebody with this role runs the chat: invites people, and sees what was done. */
export function isAdmin(role: Role): boolean {
  return role === "admin" || role === "owner";
}

/** Whether somebody with the role `own` may reset the password of a person with the role `theirs`, or deactivate her. */
export function mayManage(own: Role, theirs: Role): boolean {
  return own === "owner" || (own === "admin" && !isAdmin(theirs));
}

/** Whether somebody with the role `own` may change a role from `before` to `role`. */
export function mayGive(own: Role, before: Role, role: Role): boolean {
  return own === "owner" || (own === "admin" && before !== "owner" && role !== "owner");
}

/** The roles that somebody with the role `own` may give to a person with the role `before`, which is one of them. */
export function rolesToGive(own: Role, before: Role): readonly Role[] {
  return ROLES.filter((role) => mayGive(own, before, role));
}
