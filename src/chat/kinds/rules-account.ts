/** Rules for accounts and sessions. Pure but for the Rows they are given; see apply.ts. */
import { done, refused, type ChatEvent, type Decision } from "../chat-event.ts";
import { passwordId } from "../ids.ts";
import type { NewSession, Op, OpBody } from "./op.ts";
import { SESSIONS_PER_USER, type Rows, type UserRow } from "../rows.ts";

type Body<K extends OpBody["kind"]> = Extract<OpBody, { kind: K }>;

/** Names tried for an account whose name was taken on the winning branch, before its id is used. */
const SUFFIX_TRIES = 1000;

/**
 * A new account. The name goes to the first in the log, whoever had it on a branch that
 * lost gets a suffix: she has written messages by then, so refusing her is no choice.
 */
export function register(op: Op, body: Body<"register">, rows: Rows): Decision {
  const skeleton = body.skeleton === undefined || body.skeleton === "" ? body.folded : body.skeleton;
  const taken = !isFree(body.folded, skeleton, rows);
  if (taken && !op.recovered) return refused("name_taken");
  // Two people may both have found an empty chat; without a trace, because it may be opened later.
  if (body.first === true && !op.recovered && rows.hasUsers()) return refused("registration_closed", false);
  if (rows.user(op.user) !== null) return refused("name_taken");
  const suffix = taken ? freeSuffix(body.folded, skeleton, op.user, rows) : "";
  rows.putUser({
    id: op.user,
    name: body.name + suffix,
    folded: body.folded + suffix,
    skeleton: skeleton + suffix,
    passwordHash: body.passwordHash,
    passwordMicros: op.timeMicros,
    createdMicros: op.timeMicros,
    lastSeenMicros: op.timeMicros,
    deleted: 0,
    formerName: taken ? body.name : null,
    formerFolded: taken ? body.folded : null,
  });
  const events: ChatEvent[] = [{ kind: "user", user: op.user }];
  addSession(op, body.session, rows, events);
  return { session: body.session.id, events };
}

/** Nobody has the name, nor one that looks like it. */
function isFree(folded: string, skeleton: string, rows: Rows): boolean {
  return rows.userByFolded(folded) === null && rows.userBySkeleton(skeleton) === null;
}

function freeSuffix(folded: string, skeleton: string, user: string, rows: Rows): string {
  for (let n = 2; n < SUFFIX_TRIES; n++) {
    if (isFree(`${folded}-${n}`, `${skeleton}-${n}`, rows)) return `-${n}`;
  }
  return `-${user.toLowerCase()}`;
}

/**
 * A log-in whose password the proposer checked against its own rows. Another password may have
 * been set before this place in the log: while the op was on its way, while the proposer was
 * frozen, or on the other branch of a split. So the op says which password was checked.
 */
export function login(op: Op, body: Body<"login">, rows: Rows): Decision {
  const user = living(op.user, rows);
  if (user === null || body.checked !== passwordId(user.passwordHash))
    return refused("wrong_password", rows.user(op.user) === null ? false : undefined);
  const events: ChatEvent[] = [];
  addSession(op, body.session, rows, events);
  seen(user, op, rows);
  return done(events);
}

/**
 * On a branch that lost, the same registration had a token of its own: it goes on working, unless
 * the password was changed since, which ends what the first one opened.
 */
export function adoptSession(op: Op, session: NewSession, rows: Rows): readonly ChatEvent[] {
  const user = living(op.user, rows);
  const events: ChatEvent[] = [];
  const unchanged = user !== null && user.passwordMicros === user.createdMicros;
  if (unchanged) addSession(op, session, rows, events);
  return events;
}

/**
 * Adds a session; ends the least recently used above the bound. Sessions that expired are left to that: whoever
 * looks one up sees that it is too old, and no wrong clock ends what a right one would not.
 */
function addSession(op: Op, session: NewSession, rows: Rows, events: ChatEvent[]): void {
  if (rows.session(session.id) !== null) return;
  const others = rows.sessionsOf(op.user);
  for (const other of others.slice(0, Math.max(0, others.length - SESSIONS_PER_USER + 1))) {
    rows.removeSession(other.id);
    events.push({ kind: "sessionEnded", session: other.id, user: op.user });
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

/** Log-out, or the end of another of one's own logins. */
export function endSession(op: Op, body: Body<"endSession">, rows: Rows): Decision {
  const session = rows.session(body.session);
  if (session === null || session.user !== op.user) return refused("not_found");
  rows.removeSession(session.id);
  return done([{ kind: "sessionEnded", session: session.id, user: op.user }]);
}

/** Ends every session of the user but the one that asked. */
export function endOtherSessions(op: Op, body: Body<"endOtherSessions">, rows: Rows): Decision {
  if (living(op.user, rows) === null) return refused("not_logged_in", rows.user(op.user) === null ? false : undefined);
  // Who asks may have been logged out meanwhile, and then has no say over the others.
  if (!op.recovered && rows.session(body.keepSession)?.user !== op.user) return refused("not_logged_in", false);
  return done(endSessions(op.user, body.keepSession, rows));
}

/** Sets the password and ends every session but the one that asked. */
export function changePassword(op: Op, body: Body<"changePassword">, rows: Rows): Decision {
  const user = living(op.user, rows);
  if (user === null) return refused("not_logged_in", rows.user(op.user) === null ? false : undefined);
  // Two branches may both have changed it: the later one wins on both, and what it ends includes
  // every login made with the other one.
  if (op.recovered) {
    if (op.timeMicros <= user.passwordMicros) return done();
  } else if (body.checked !== passwordId(user.passwordHash)) return refused("wrong_password", false);
  rows.putUser({ ...user, passwordHash: body.passwordHash, passwordMicros: op.timeMicros });
  return done(endSessions(op.user, body.keepSession, rows));
}

/**
 * The account is gone for ever, its name stays taken. Messages stay or are erased bit by bit (apply.ts).
 * A deletion that was acknowledged on another branch is kept, whatever the password is by now.
 */
export function deleteAccount(op: Op, body: Body<"deleteAccount">, rows: Rows): Decision {
  const user = rows.user(op.user);
  if (user === null) return refused("not_logged_in", false);
  if (user.deleted === 2 || (user.deleted === 1 && !body.deleteMessages)) return done();
  const checked = user.deleted !== 0 || body.checked === passwordId(user.passwordHash);
  if (!checked && !op.recovered) return refused("wrong_password", false);
  rows.putUser({
    ...user,
    name: "",
    passwordHash: "",
    deleted: body.deleteMessages ? 2 : 1,
    formerName: null,
    formerFolded: null,
  });
  if (body.deleteMessages) rows.setPurge(op.user, "");
  return done([...endSessions(op.user, "", rows), { kind: "user", user: op.user }]);
}

/**
 * Sets "last used" and "last seen". What comes later in the log happened later, so a time in the future that a
 * wrong clock left behind goes; only what a merge brings back does not undo what is newer.
 */
export function touch(op: Op, body: Body<"touch">, rows: Rows): Decision {
  const session = rows.session(body.session);
  const user = living(op.user, rows);
  if (user === null || session === null || session.user !== op.user) return refused("not_found", false);
  if (isNewer(op, session.lastUsedMicros)) rows.putSession({ ...session, lastUsedMicros: op.timeMicros });
  seen(user, op, rows);
  return { record: false, events: [] };
}

function seen(user: UserRow, op: Op, rows: Rows): void {
  if (isNewer(op, user.lastSeenMicros)) rows.putUser({ ...user, lastSeenMicros: op.timeMicros });
}

function isNewer(op: Op, knownMicros: number): boolean {
  return op.recovered ? op.timeMicros > knownMicros : op.timeMicros !== knownMicros;
}

function endSessions(user: string, keep: string, rows: Rows): ChatEvent[] {
  const events: ChatEvent[] = [];
  for (const session of rows.sessionsOf(user)) {
    if (session.id === keep) continue;
    rows.removeSession(session.id);
    events.push({ kind: "sessionEnded", session: session.id, user });
  }
  return events;
}

function living(id: string, rows: Rows): UserRow | null {
  const user = rows.user(id);
  return user === null || user.deleted !== 0 ? null : user;
}
