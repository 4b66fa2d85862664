/**
 * What somebody of a losing branch did to her own account before the account has arrived on this branch: the frame with
 * her registration may be lost and sent again later. A deletion and a new password must survive this, so they are stored
 * like what is done to messages (early.ts), under the id of the account, and take effect when it arrives.
 */
import type { Fact } from "../fact.ts";
import type { ClientId, SessionId, UserId } from "../ids.ts";
import type { Rows } from "../rows.ts";
import type { OpHead } from "./kind.ts";
import { endSessions } from "./sessions.ts";

/** In place of the client id of a message. */
const ACCOUNT = "" as ClientId;

/** Keeps that the op deletes the account. */
export function keepDeletion({ user }: OpHead, deleteMessages: boolean, rows: Rows): void {
  rows.addEarly({ author: user, clientId: ACCOUNT, user, what: `account ${deleteMessages ? "erased" : "deleted"}` });
}

/** Keeps that the op sets a password, which ends all sessions but one. */
export function keepPassword(op: OpHead, passwordHash: string, keepSession: SessionId, rows: Rows): void {
  const { user, timeMicros } = op;
  const what = `account password ${timeMicros} ${JSON.stringify([passwordHash, keepSession])}` as const;
  rows.addEarly({ author: user, clientId: ACCOUNT, user, what });
}

/** Called when the account has arrived: sets its password. Whether it is deleted already, or erased with its messages. */
export function takeEarlyAccount(user: UserId, facts: Fact[], rows: Rows): "deleted" | "erased" | null {
  const all = rows.takeEarly(user, ACCOUNT).map(({ what }) => what.split(" "));
  for (const [, did, micros, ...rest] of all) {
    const account = rows.user(user)!;
    if (did !== "password" || Number(micros) <= account.passwordMicros) continue;
    const [passwordHash, keepSession] = JSON.parse(rest.join(" ")) as [string, SessionId];
    rows.putUser({ ...account, passwordHash, passwordMicros: Number(micros) });
    facts.push(...endSessions(user, keepSession, rows));
  }
  const ends = all.map(([, did]) => did);
  return ends.includes("erased") ? "erased" : ends.includes("deleted") ? "deleted" : null;
}
