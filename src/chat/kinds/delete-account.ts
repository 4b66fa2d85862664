/** Deletes an account for good. Its name stays taken. Its messages stay, or are erased step by step (purge.ts). */
import type { Fact } from "../fact.ts";
import { passwordId } from "../ids.ts";
import type { UserRow } from "../rows.ts";
import { done, refused, type Kind } from "./kind.ts";
import { note } from "./audit.ts";
import { keepForAccount } from "./early-account.ts";
import { isLastOwner } from "./roles.ts";
import { leaveAll, type At } from "./rooms.ts";
import { endSessions } from "./sessions.ts";

export interface DeleteAccount {
  readonly kind: "deleteAccount";
  readonly deleteMessages: boolean;
  /** `passwordId` of the hash that the proposer checked. */
  readonly checked: string;
}

/**
 * A deletion that another branch acknowledged is kept, whatever the password is now. The last owner is refused while
 * others are there: they would have nobody to run the chat.
 */
export const deleteAccount: Kind<DeleteAccount> = {
  since: 1,
  merge: "danger",
  recorded: true,
  read: ({ deleteMessages, checked }) => ({ kind: "deleteAccount", deleteMessages, checked }),
  content: ({ deleteMessages }) => String(deleteMessages),

  decide(op, body, seq, rows) {
    const user = rows.user(op.user);
    if (user === null && op.recovered) {
      keepForAccount(op, "deleted", body.deleteMessages, rows);
      return done();
    }
    if (user === null) return refused("not_logged_in", false);
    if (user.deleted === 2 || (user.deleted === 1 && !body.deleteMessages)) return done();
    const checked = user.deleted !== 0 || body.checked === passwordId(user.passwordHash);
    if (!checked && !op.recovered) return refused("wrong_password", false);
    const leavesOthers = user.deleted === 0 && isLastOwner(op.user, rows) && rows.livingUsers().length > 1;
    if (leavesOthers && !op.recovered) return refused("last_owner", false);
    return done(erase({ op, seq, rows }, user, body.deleteMessages));
  },
};

/** Deletes the account of the op's user. */
export function erase(at: At, user: UserRow, deleteMessages: boolean): readonly Fact[] {
  const { op, rows } = at;
  rows.putUser({
    ...user,
    name: "",
    passwordHash: "",
    deleted: deleteMessages ? 2 : 1,
    formerName: null,
    formerFolded: null,
  });
  rows.profiles.drop(op.user);
  rows.drafts.dropAll(op.user);
  rows.push.dropAll(op.user);
  if (deleteMessages) {
    rows.setPurge(op.user, "");
    rows.reports.dropWords(op.user);
  }
  if (user.deleted === 0) note(at, "deleteAccount");
  return [
    ...leaveAll(at),
    ...endSessions(op.user, "", rows),
    { kind: "person", person: op.user, audience: { knowing: op.user } },
  ];
}
