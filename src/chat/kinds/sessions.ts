/** What the kinds of accounts and logins share: sessions made and ended, who is alive, when somebody was seen. */
import type { SessionId, UserId } from "../ids.ts";
import type { Fact } from "../fact.ts";
import { SESSIONS_PER_USER, type Rows, type UserRow } from "../rows.ts";
import { MalformedOp, type Decision, type OpHead, refused } from "./kind.ts";

/** A login in the making: the token's hash, never the token. */
export interface NewSession {
  readonly id: SessionId;
  readonly tokenHash: string;
  /** What the login was made with, in words of ours; absent if not known. */
  readonly device?: string;
}

/** The session of a payload, which must have one. */
export function readSession(session: NewSession | null): NewSession {
  if (session === null) throw new MalformedOp("a login without its session");
  const { id, tokenHash, device = "" } = session;
  return { id, tokenHash, device };
}

/**
 * Adds a session; ends the least recently used above the bound. Sessions that expired are left to that: whoever
 * looks one up sees that it is too old, and no wrong clock ends what a right one would not.
 */
export function addSession(op: OpHead, session: NewSession, rows: Rows, facts: Fact[]): void {
  if (rows.session(session.id) !== null) return;
  const others = rows.sessionsOf(op.user);
  for (const other of others.slice(0, Math.max(0, others.length - SESSIONS_PER_USER + 1))) {
    rows.removeSession(other.id);
    facts.push({ kind: "ended", audience: { user: op.user, session: other.id } });
  }
  rows.putSession({
    id: session.id,
    tokenHash: session.tokenHash,
    user: op.user,
    createdMicros: op.timeMicros,
    lastUsedMicros: op.timeMicros,
    device: session.device ?? "",
  });
}

/** Ends all sessions of the user but one. */
export function endSessions(user: UserId, keep: SessionId, rows: Rows): Fact[] {
  const facts: Fact[] = [];
  for (const session of rows.sessionsOf(user)) {
    if (session.id === keep) continue;
    rows.removeSession(session.id);
    facts.push({ kind: "ended", audience: { user, session: session.id } });
  }
  return facts;
}

/** The account; null if there is none or it was deleted. */
export function living(id: UserId, rows: Rows): UserRow | null {
  const user = rows.user(id);
  return user === null || user.deleted !== 0 ? null : user;
}

/** The answer where `living` is null. Not recorded for an account that may still come, from another branch. */
export function notLiving(id: UserId, rows: Rows): Decision {
  return refused("not_logged_in", rows.user(id) !== null);
}

/** Moves "last seen" to the time of the op. */
export function seen(user: UserRow, op: OpHead, rows: Rows): void {
  if (isNewer(op, user.lastSeenMicros)) rows.putUser({ ...user, lastSeenMicros: op.timeMicros });
}

/**
 * What comes later in the log happened later, so a time in the future that a wrong clock left behind goes; only
 * what a merge brings back does not undo what is newer.
 */
export function isNewer(op: OpHead, knownMicros: number): boolean {
  return op.recovered ? op.timeMicros > knownMicros : op.timeMicros !== knownMicros;
}
