/** Deactivates an account, so that nobody can log in to it, or reactivates it. Its name and its messages stay. */
import type { ChatErrorCode } from "../errors.ts";
import type { Fact } from "../fact.ts";
import type { UserId } from "../ids.ts";
import { note } from "./audit.ts";
import { refusalToManage } from "./create-reset.ts";
import { done, refused, type Kind } from "./kind.ts";
import { isLastOwner, OPERATOR } from "./roles.ts";
import { ensureOwner, type At } from "./rooms.ts";
import { endSessions, isOff, living, notLiving } from "./sessions.ts";
import { tagOf } from "./tags.ts";

export interface SetActive {
  readonly kind: "setActive";
  readonly person: UserId;
  readonly active: boolean;
  /** To reactivate: the tag of the deactivation that the proposer had seen. */
  readonly seen: string;
}

/** A deactivation wins over everything of the same time; only the one that the proposer had seen is undone. */
export const setActive: Kind<SetActive> = {
  since: 1,
  merge: "danger",
  recorded: true,
  read: ({ person, active, seen }) => ({ kind: "setActive", person, active, seen }),
  content: ({ person, active }) => `${person}\0${active ? "on" : "off"}`,

  decide(op, { person, active, seen }, seq, rows) {
    const at = { op, seq, rows };
    if (!op.recovered) {
      if (op.user !== OPERATOR && living(op.user, rows) === null) return notLiving(op.user, rows);
      const refusal = refusalOf(at, person, active);
      if (refusal !== null) return refused(refusal, false);
      if (isOff(person, rows) !== active) return done();
    }
    note(at, active ? "reactivate" : "deactivate", person);
    return done(active ? turnOn(at, person, seen) : turnOff(at, person, tagOf(op)));
  },
};

function refusalOf(at: At, person: UserId, active: boolean): ChatErrorCode | null {
  const refusal = refusalToManage(at, person);
  if (refusal !== null) return refusal;
  return !active && isLastOwner(person, at.rows) ? "last_owner" : null;
}

function turnOn({ op, rows }: At, person: UserId, seen: string): Fact[] {
  const there = rows.locks.deactivation(person);
  if (there?.off !== true || (op.recovered && there.tag !== seen)) return [];
  rows.locks.putDeactivation({ user: person, off: false, tag: tagOf(op) });
  // Those who run the person's rooms may all be deactivated.
  for (const { room } of rows.seatsOf(person)) ensureOwner(room, rows);
  return [{ kind: "person", person, audience: { knowing: person } }];
}

/** Deactivates the account; `by` is the tag of the op that does. */
export function turnOff({ rows }: Pick<At, "rows">, person: UserId, by: string): Fact[] {
  const there = rows.locks.deactivation(person);
  // Both branches may have done it: whoever undoes it must have seen the later one.
  const tag = there?.off === true && there.tag > by ? there.tag : by;
  rows.locks.putDeactivation({ user: person, off: true, tag });
  for (const { room } of rows.seatsOf(person)) ensureOwner(room, rows);
  return [...endSessions(person, "", rows), { kind: "person", person, audience: { knowing: person } }];
}
