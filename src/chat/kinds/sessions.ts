/** Shared by the kinds for accounts and logins: adding and ending sessions, living accounts, "last seen". */
import type { SessionId, UserId } from "../ids.ts";
import type { Fact } from "../fact.ts";
import { SESSIONS_PER_USER, type Rows, type UserRow } from "../rows.ts";
import { MalformedOp, type Decision, type OpHead, refused } from "./kind.ts";

/** A session to be added. It holds the token's hash, never the token. */
export interface NewSession {
  readonly id: SessionId;
  readonly tokenHash: string;
  /** What the login was made with, such as "Firefox on Linux"; absent if not known. */
  readonly device?: string;
}

/** Copies the session of a payload. Throws MalformedOp if the payload has none. */
export function readSession(session: NewSession | null): NewSession {
  if (session === null) throw new MalformedOp("a login without its session");
  const { id, tokenHash, device = "" } = session;
  return { id, tokenHash, device };
}

/**
 * Adds a session, and ends the least recently used ones above SESSIONS_PER_USER. Expired sessions are not removed
 * otherwise: a lookup sees that they are too old, and a wrong clock then cannot end a session that is still valid.
 */
export function addSession(
  op: Pick<OpHead, "user" | "timeMicros">,
  session: NewSession,
  rows: Rows,
  facts: Fact[],
): void {
  // A deactivation on either branch wins over a log-in.
  if (rows.session(session.id) !== null || isOff(op.user, rows)) return;
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

/** Ends all sessions of the user except `keep`. */
export function endSessions(user: UserId, keep: SessionId, rows: Rows): Fact[] {
  const facts: Fact[] = [];
  for (const session of rows.sessionsOf(user)) {
    if (session.id === keep) continue;
    rows.removeSession(session.id);
    facts.push({ kind: "ended", audience: { user, session: session.id } });
  }
  return facts;
}

/** The account is deactivated. */
export function isOff(user: UserId, rows: Pick<Rows, "locks">): boolean {
  return rows.locks.deactivation(user)?.off === true;
}

/** The account; null if it does not exist or was deleted. */
export function living(id: UserId, rows: Rows): UserRow | null {
  const user = rows.user(id);
  return user === null || user.deleted !== 0 ? null : user;
}

/** The refusal when `living` is null. Not recorded if the account does not exist: a merge may still bring it. */
export function notLiving(id: UserId, rows: Rows): Decision {
  return refused("not_logged_in", rows.user(id) !== null);
}

/** Moves "last seen" to the time of the op. */
export function seen(user: UserRow, op: OpHead, rows: Rows): void {
  if (isNewer(op, user.lastSeenMicros)) rows.putUser({ ...user, lastSeenMicros: op.timeMicros });
}

/**
 * Whether the op's time replaces a known one. Ops later in the log happened later, so they also replace a time in the
 * future that a wrong clock left behind. Only a recovered op must not replace a newer time.
 */
export function isNewer(op: OpHead, knownMicros: number): boolean {
  return op.recovered ? op.timeMicros > knownMicros : op.timeMicros !== knownMicros;
}
