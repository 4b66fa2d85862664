/**
 * What somebody of a losing branch did to her own account before the account has arrived on this branch: the frame with
 * her registration may be lost and sent again later. A deletion, a new password, and the logins that were made and ended
 * must survive this, so they are stored like what is done to messages (early.ts), under the id of the account, and take
 * effect when it arrives.
 */
import type { Fact } from "../fact.ts";
import { passwordId, type ClientId, type SessionId, type UserId } from "../ids.ts";
import type { Rows } from "../rows.ts";
import type { OpHead } from "./kind.ts";
import { addSession, endSessions, type NewSession } from "./sessions.ts";

/** In place of the client id of a message. */
const ACCOUNT = "" as ClientId;

/** What was done, by the word that says so. */
interface Doings {
  /** The account is deleted; true: with its messages. */
  readonly deleted: boolean;
  readonly password: { readonly hash: string; readonly keepSession: SessionId };
  /** `checked`: the `passwordId` of the password that opened it. */
  readonly login: { readonly session: NewSession; readonly checked: string };
  readonly end: SessionId;
  /** The session that ended all others. */
  readonly endOthers: SessionId;
}

interface Did<Word extends keyof Doings> {
  readonly micros: number;
  readonly what: Doings[Word];
}

/** Keeps what the op does to the account of its user. */
export function keepForAccount<Word extends keyof Doings>(
  { user, timeMicros }: OpHead,
  word: Word,
  what: Doings[Word],
  rows: Rows,
): void {
  const kept = `account ${word} ${timeMicros} ${JSON.stringify(what)}` as const;
  rows.addEarly({ author: user, clientId: ACCOUNT, user, what: kept });
}

/**
 * Called when the account has arrived: sets its password, opens its logins and ends them. Whether it is deleted already,
 * or erased with its messages.
 */
export function takeEarlyAccount(user: UserId, facts: Fact[], rows: Rows): "deleted" | "erased" | null {
  const all = rows.takeEarly(user, ACCOUNT).map(({ what }) => what.split(" "));
  const did = <Word extends keyof Doings>(word: Word): Did<Word>[] =>
    all
      .filter(([, one]) => one === word)
      .map(([, , micros, ...rest]) => ({ micros: Number(micros), what: JSON.parse(rest.join(" ")) as Doings[Word] }));

  const account = rows.user(user)!;
  const newest = did("password")
    .toSorted((a, b) => a.micros - b.micros)
    .at(-1);
  if (newest !== undefined && newest.micros > account.passwordMicros) {
    rows.putUser({ ...account, passwordHash: newest.what.hash, passwordMicros: newest.micros });
    facts.push(...endSessions(user, newest.what.keepSession, rows));
  }
  const checked = passwordId(rows.user(user)!.passwordHash);
  for (const { micros, what } of did("login")) {
    // A new password ends what the ones before it opened, except the login that set it.
    if (what.checked === checked || what.session.id === newest?.what.keepSession)
      addSession({ user, timeMicros: micros }, what.session, rows, facts);
  }
  const ended = new Set(did("end").map(({ what }) => what));
  for (const session of rows.sessionsOf(user)) {
    const isOther = did("endOthers").some(({ micros, what }) => what !== session.id && session.createdMicros <= micros);
    if (!isOther && !ended.has(session.id)) continue;
    rows.removeSession(session.id);
    facts.push({ kind: "ended", audience: { user, session: session.id } });
  }
  const deletions = did("deleted");
  if (deletions.length === 0) return null;
  return deletions.some(({ what }) => what) ? "erased" : "deleted";
}
