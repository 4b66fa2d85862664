/** A new account, logged in at once. */
import type { UserId } from "../ids.ts";
import type { Fact } from "../fact.ts";
import type { Rows } from "../rows.ts";
import { refused, type Decision, type Kind, type OpHead } from "./kind.ts";
import { addSession, living, readSession, type NewSession } from "./sessions.ts";

export interface Register {
  readonly kind: "register";
  readonly name: string;
  readonly folded: string;
  readonly passwordHash: string;
  readonly session: NewSession;
  /** How the name looks; absent or "": as `folded`. */
  readonly skeleton?: string;
  /** Counts only if there is no account yet; absent: counts anyway. */
  readonly first?: boolean;
}

/** Names tried for an account whose name was taken on the winning branch, before its id is used. */
const SUFFIX_TRIES = 1000;

/** The name goes to the first in the log; the id is derived, so one registration on two branches is one account. */
export const register: Kind<Register> = {
  since: 1,
  merge: "name",
  recorded: true,

  read({ name, folded, passwordHash, session, skeleton, first }) {
    return { kind: "register", name, folded, passwordHash, session: readSession(session), skeleton, first };
  },

  content: ({ folded }) => folded,

  decide(op, body, _seq, rows) {
    const skeleton = body.skeleton === undefined || body.skeleton === "" ? body.folded : body.skeleton;
    const taken = !isFree(body.folded, skeleton, rows);
    if (taken && !op.recovered) return refused("name_taken");
    // Two people may both have found an empty chat; without a trace, because it may be opened later.
    if (body.first === true && !op.recovered && rows.hasUsers()) return refused("registration_closed", false);
    if (rows.user(op.user) !== null) return refused("name_taken");
    return makeAccount(op, body, { skeleton, taken }, rows);
  },

  /**
   * On a branch that lost, the same registration had a token of its own: it goes on working, unless
   * the password was changed since, which ends what the first one opened.
   */
  adopt(op, { session }, _seq, rows) {
    const user = living(op.user, rows);
    const facts: Fact[] = [];
    const unchanged = user !== null && user.passwordMicros === user.createdMicros;
    if (unchanged) addSession(op, session, rows, facts);
    return facts;
  },
};

/** Whoever had the name on a branch that lost gets a suffix: she has written messages by then, so refusing her is no choice. */
function makeAccount(
  op: OpHead,
  body: Register,
  { skeleton, taken }: { readonly skeleton: string; readonly taken: boolean },
  rows: Rows,
): Decision {
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
  const facts: Fact[] = [{ kind: "person", person: op.user, audience: { knowing: op.user } }];
  addSession(op, body.session, rows, facts);
  return { kind: "registered", session: body.session.id, facts };
}

/** Nobody has the name, nor one that looks like it. */
function isFree(folded: string, skeleton: string, rows: Rows): boolean {
  return rows.userByFolded(folded) === null && rows.userBySkeleton(skeleton) === null;
}

function freeSuffix(folded: string, skeleton: string, user: UserId, rows: Rows): string {
  for (let n = 2; n < SUFFIX_TRIES; n++) {
    if (isFree(`${folded}-${n}`, `${skeleton}-${n}`, rows)) return `-${n}`;
  }
  return `-${user.toLowerCase()}`;
}
