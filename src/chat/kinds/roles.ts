/**
 * Who runs the chat. Nobody's role is changed except by an op about this person. A chat that a merge has left without an
 * owner has one all the same: of the admins, or else of the members, or else of the guests, the one whose account was
 * created first counts as its owner until there is another one. A guest is better than nobody, since without an owner no
 * link could be made, no account reactivated, and no role given by the page ever again. This is looked up and not stored, so that it does not depend on the order in which ops of two
 * branches are decided.
 */
import { REPORTS_COUNT_MAX } from "../bounds.ts";
import type { Fact } from "../fact.ts";
import type { UserId } from "../ids.ts";
import { isAdmin } from "../rights.ts";
import type { Role, Rows } from "../rows.ts";
import { isGuest } from "./guests.ts";
import { counts, tagOf } from "./tags.ts";
import type { At } from "./rooms.ts";

/** The user of an op that an operator's command made: nobody. No session has it. */
export const OPERATOR = "" as UserId;

/** What a lookup of roles needs of the rows. */
export type RolesRead = Pick<Rows, "user" | "role" | "roles" | "livingUsers" | "locks">;

/** What somebody is in the chat. */
export function roleOf(user: UserId, rows: RolesRead): Role {
  const role = rows.role(user)?.role ?? "member";
  return role === "owner" || ownersOf(rows)[0] !== user ? role : "owner";
}

/** The living owners, by id, or the one who counts as the owner; empty if there is no living account. */
export function ownersOf(rows: RolesRead): readonly UserId[] {
  const named = livingWith("owner", rows);
  if (named.length > 0) return named;
  const createdOf = (user: UserId): number => rows.user(user)?.createdMicros ?? 0;
  const firstOf = (users: readonly UserId[]): UserId | undefined =>
    users.toSorted((a, b) => createdOf(a) - createdOf(b) || (a < b ? -1 : 1))[0];
  const admin = firstOf(livingWith("admin", rows));
  if (admin !== undefined) return [admin];
  const active = rows.livingUsers().filter((user) => isActive(user, rows));
  const heir = firstOf(active.filter((user) => !isGuest(user, rows))) ?? firstOf(active);
  return heir === undefined ? [] : [heir];
}

/** The account is neither deleted nor deactivated. */
function isActive(user: UserId, rows: RolesRead): boolean {
  return rows.user(user)?.deleted === 0 && rows.locks.deactivation(user)?.off !== true;
}

function livingWith(role: Role, rows: RolesRead): readonly UserId[] {
  return rows
    .roles()
    .filter((row) => row.role === role && isActive(row.user, rows))
    .map(({ user }) => user);
}

/** An operator, or somebody with an account who is an admin or an owner. */
export function runsChat(user: UserId, rows: RolesRead): boolean {
  return user === OPERATOR || (isActive(user, rows) && isAdmin(roleOf(user, rows)));
}

/** Without this person, the chat would have no owner. */
export function isLastOwner(user: UserId, rows: RolesRead): boolean {
  return ownersOf(rows).every((owner) => owner === user);
}

/** Tells all who run the chat how many reports wait for them. */
export function tellRunners(rows: Rows): readonly Fact[] {
  const open = rows.reports.countOpen(REPORTS_COUNT_MAX);
  const admins = [...livingWith("admin", rows), ...ownersOf(rows)];
  return [...new Set(admins)].map((user) => ({ kind: "reports", open, audience: { user } }));
}

/** Gives the role, if the op counts; whether it does. */
export function giveRole({ op, rows }: At, user: UserId, role: Role): boolean {
  const isLatest = counts(op, rows.role(user)?.tag ?? "");
  if (isLatest) rows.putRole({ user, role, tag: tagOf(op) });
  return isLatest;
}
