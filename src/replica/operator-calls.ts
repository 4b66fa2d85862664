/** Carries out what an operator's commands ask of a replica: `lastword user`, `lastword invite`. */
import type { OperatorCalls } from "../chat/service/chat.ts";
import { PEOPLE_PAGE } from "../chat/service/people.ts";
import type {
  ActiveQuestion,
  InviteAnswer,
  InviteQuestion,
  PeopleAnswer,
  PeopleQuestion,
  ResetAnswer,
  ResetQuestion,
  RoleAnswer,
  RoleQuestion,
} from "../ops/control.ts";

/** Who has an account. */
export async function listPeople(operator: OperatorCalls, { after }: PeopleQuestion): Promise<PeopleAnswer> {
  const found = await operator.listPeople(after);
  return {
    people: found.map(({ name, role, deactivated = false, online, lastSeenMicros }) => ({
      name,
      role,
      deactivated,
      online,
      lastSeenMicros,
    })),
    next: found.length < PEOPLE_PAGE ? null : (found.at(-1)?.name ?? null),
  };
}

/** Gives a person a role. */
export async function giveRole(operator: OperatorCalls, question: RoleQuestion): Promise<RoleAnswer> {
  const given = await operator.giveRole(question);
  return given.ok
    ? { ok: true, name: given.value.name, role: given.value.role }
    : { ok: false, sentence: given.error.sentence };
}

/** Makes a link by which people create accounts; for the role of the owner, the one that makes the first account. */
export async function invite(operator: OperatorCalls, question: InviteQuestion): Promise<InviteAnswer> {
  if (question.role === "owner") {
    const owner = await operator.ownerToken();
    return owner.ok ? { ok: true, token: owner.value, expires: null } : { ok: false, sentence: owner.error.sentence };
  }
  const made = await operator.createInvite(question);
  if (!made.ok) return { ok: false, sentence: made.error.sentence };
  const { token, invite: row } = made.value;
  return { ok: true, token, expires: new Date(row.expiresMicros / 1000).toISOString() };
}

/** Makes a link for a new password of a person. */
export async function reset(operator: OperatorCalls, question: ResetQuestion): Promise<ResetAnswer> {
  const made = await operator.createReset(question);
  if (!made.ok) return { ok: false, sentence: made.error.sentence };
  const { user, token, expiresMicros } = made.value;
  return { ok: true, name: user.name, token, expires: new Date(expiresMicros / 1000).toISOString() };
}

/** Deactivates or reactivates an account. */
export async function setActive(operator: OperatorCalls, question: ActiveQuestion): Promise<RoleAnswer> {
  const set = await operator.setActive(question);
  return set.ok
    ? { ok: true, name: set.value.name, role: set.value.role }
    : { ok: false, sentence: set.error.sentence };
}
