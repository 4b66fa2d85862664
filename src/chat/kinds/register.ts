/** Creates an account and logs in to it. */
import type { UserId } from "../ids.ts";
import type { Fact } from "../fact.ts";
import type { ChatErrorCode } from "../errors.ts";
import type { Role, Rows } from "../rows.ts";
import { note } from "./audit.ts";
import { joinGeneral } from "./create-room.ts";
import { refused, type Decision, type Kind, type OpHead } from "./kind.ts";
import { erase } from "./delete-account.ts";
import { takeEarlyAccount } from "./early-account.ts";
import { giveRole } from "./roles.ts";
import type { At } from "./rooms.ts";
import { addSession, living, readSession, type NewSession } from "./sessions.ts";
import { refusalToUse, useInvite, type InviteUse } from "./use-invite.ts";

export interface Register {
  readonly kind: "register";
  readonly name: string;
  readonly folded: string;
  readonly passwordHash: string;
  readonly session: NewSession;
  /** The name with look-alike letters made equal (service/names.ts); absent or "": the same as `folded`. */
  readonly skeleton?: string;
  /** By the owner's link: the op is refused unless nobody has an account. */
  readonly first?: boolean;
  /** What the room that everybody is in is called, if it is not there yet; absent or "": none is made. */
  readonly general?: string;
  /** The link by which the person came; absent or null: she came without. */
  readonly invite?: InviteUse | null;
}

/** Numeric suffixes tried for a name that is taken on the winning branch, before the account's id is the suffix. */
const SUFFIX_TRIES = 1000;

/**
 * The first op in the log gets the name. The account's id is derived from the request, so one registration that two
 * branches accepted makes one account.
 */
export const register: Kind<Register> = {
  since: 1,
  merge: "name",
  recorded: true,

  read({ name, folded, passwordHash, session, skeleton, first, general, invite }) {
    const use = invite && { id: invite.id, role: invite.role as Role, rooms: invite.rooms, by: invite.by };
    return {
      kind: "register",
      name,
      folded,
      passwordHash,
      session: readSession(session),
      skeleton,
      first,
      general,
      invite: use,
    };
  },

  content: ({ folded }) => folded,

  decide(op, body, seq, rows) {
    const skeleton = body.skeleton === undefined || body.skeleton === "" ? body.folded : body.skeleton;
    const taken = !isFree(body.folded, skeleton, rows);
    if (taken && !op.recovered) return refused("name_taken");
    const refusal = op.recovered ? null : refusalOf(op, body, rows);
    // Not recorded, because registration may be opened later.
    if (refusal !== null) return refused(refusal, false);
    if (rows.user(op.user) !== null) return refused("name_taken");
    return makeAccount({ op, seq, rows }, body, { skeleton, taken });
  },

  /**
   * The losing branch answered the same registration with another token. That token keeps working unless the
   * password has been changed since, because a change ends the sessions that the first password opened.
   */
  adopt(op, { session }, _seq, rows) {
    const user = living(op.user, rows);
    const facts: Fact[] = [];
    const unchanged = user !== null && user.passwordMicros === user.createdMicros;
    if (unchanged) addSession(op, session, rows, facts);
    return facts;
  },
};

/**
 * Adds the account. If its name is taken, the account comes from a losing branch, and its owner may have written
 * messages there. It cannot be refused, so it gets a suffix.
 */
function makeAccount(
  at: At,
  body: Register,
  { skeleton, taken }: { readonly skeleton: string; readonly taken: boolean },
): Decision {
  const { op, rows } = at;
  if (rows.firstUser() === null) giveRole(at, op.user, "owner");
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
  const { general = "" } = body;
  // The first account of all is no guest.
  const isGuest = body.invite?.role === "guest" && rows.role(op.user) === null;
  if (!isGuest)
    facts.push(...joinGeneral(at, general === "" ? null : { name: general, folded: general, skeleton: general }));
  note(at, "register", body.invite?.id ?? "");
  if (body.invite) useInvite(at, body.invite, facts);
  const deleted = op.recovered ? takeEarlyAccount(op.user, facts, rows) : null;
  if (deleted !== null) facts.push(...erase(at, rows.user(op.user)!, deleted === "erased"));
  return { kind: "registered", session: body.session.id, facts };
}

function refusalOf(op: OpHead, { invite = null, first = false }: Register, rows: Rows): ChatErrorCode | null {
  if (invite !== null) return refusalToUse(invite.id, op.timeMicros, rows);
  // Two people may both have found an empty chat.
  return first && rows.firstUser() !== null ? "registration_closed" : null;
}

/** No account has this name or one that looks like it. */
function isFree(folded: string, skeleton: string, rows: Rows): boolean {
  return rows.userByFolded(folded) === null && rows.userBySkeleton(skeleton) === null;
}

function freeSuffix(folded: string, skeleton: string, user: UserId, rows: Rows): string {
  for (let n = 2; n < SUFFIX_TRIES; n++) {
    if (isFree(`${folded}-${n}`, `${skeleton}-${n}`, rows)) return `-${n}`;
  }
  return `-${user.toLowerCase()}`;
}
