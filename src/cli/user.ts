/** `lastword user`: who has an account, and what somebody may do. */
import type { CommandDeps } from "./command-deps.ts";
import { done, EXIT, failure, failureLine, type ExitCode, type Outcome } from "../host/exit.ts";
import { PROGRAM } from "../host/program-name.ts";
import type { PeopleAnswer } from "../ops/control.ts";
import { nothingChanged, runAsking, type Ask, type Told } from "./operator.ts";
import type { Options } from "./options.ts";
import type { Invocation } from "./invocation.ts";

const ROLES: readonly string[] = ["guest", "member", "admin", "owner"];

/** Columns of a role: the longest is "member". */
const ROLE_COLUMNS = 8;

type Person = PeopleAnswer["people"][number];

/** What the words behind `user` ask for. */
export type Wish =
  | { readonly kind: "list" }
  | { readonly kind: "role"; readonly person: string; readonly role: string }
  | { readonly kind: "reset" | "deactivate" | "reactivate"; readonly person: string };

/** Those that have only a name behind them. */
const NAMED = ["reset", "deactivate", "reactivate"] as const;

/** Reads the words behind `user`. Failures have exit code 2. */
export function wishOf(words: readonly string[]): Outcome<Wish> {
  const [what, person = "", role = "", ...more] = words;
  const usages = `${PROGRAM} user list, user role NAME ${ROLES.join("|")}, or user ${NAMED.join("|")} NAME`;
  if (what === "list" && words.length === 1) return done({ kind: "list" });
  const named = NAMED.find((one) => one === what);
  if (named !== undefined && person !== "" && words.length === 2) return done({ kind: named, person });
  if (what !== "role" || person === "" || role === "" || more.length > 0) {
    const said = words.length === 0 ? "user lacks what to do" : `"user ${words.join(" ")}" is not understood`;
    return failure(EXIT.usage, said, `give ${usages}`);
  }
  if (!ROLES.includes(role)) return failure(EXIT.usage, `"${role}" is no role`, `give ${ROLES.join(", ")}`);
  return done({ kind: "role", person, role });
}

/** A line for each person: the role, and the name. */
export function peopleText(people: readonly Person[]): string {
  if (people.length === 0) return "nobody has an account yet\n";
  return people
    .map(({ name, role, deactivated }) => `${role.padEnd(ROLE_COLUMNS)}${name}${deactivated ? " (deactivated)" : ""}\n`)
    .join("");
}

/** Runs `lastword user list [--json]`, `user role NAME ROLE`, and `user reset|deactivate|reactivate NAME`. */
export async function runUser({ options, words }: Invocation, deps: CommandDeps): Promise<ExitCode> {
  const wish = wishOf(words);
  if (!wish.ok) {
    deps.err(failureLine(wish));
    return wish.exit;
  }
  return await runAsking(options, deps, (ask) => answerTo(wish.value, ask, options));
}

async function answerTo(wish: Wish, ask: Ask, options: Options): Promise<Outcome<string> | null> {
  switch (wish.kind) {
    case "list":
      return await list(ask, options);
    case "role":
      return await give(ask, wish);
    case "reset":
      return await reset(ask, wish.person);
    case "deactivate":
    case "reactivate":
      return await setActive(ask, wish.person, wish.kind === "reactivate");
  }
}

async function reset(ask: Ask, person: string): Promise<Outcome<string> | null> {
  const told = await ask("Reset", { person });
  if (told === null) return null;
  const { answer, site } = told;
  return answer.ok
    ? done(`${site}/reset/${answer.token}\n`)
    : nothingChanged(answer.sentence, `see ${PROGRAM} user list`);
}

async function setActive(ask: Ask, person: string, active: boolean): Promise<Outcome<string> | null> {
  const told = await ask("SetActive", { person, active });
  if (told === null) return null;
  const { answer } = told;
  return answer.ok
    ? done(`${answer.name} is ${active ? "active again" : "deactivated"}\n`)
    : nothingChanged(answer.sentence, `see ${PROGRAM} user list`);
}

async function list(ask: Ask, { json }: Options): Promise<Outcome<string> | null> {
  const people: Person[] = [];
  for (let after: string | null = ""; after !== null;) {
    const told: Told<PeopleAnswer> | null = await ask("People", { after });
    if (told === null) return null;
    people.push(...told.answer.people);
    after = told.answer.next;
  }
  return done(json ? `${JSON.stringify({ people }, null, 2)}\n` : peopleText(people));
}

async function give(ask: Ask, wish: Wish & { kind: "role" }): Promise<Outcome<string> | null> {
  const told = await ask("GiveRole", { person: wish.person, role: wish.role });
  if (told === null) return null;
  const { answer } = told;
  return answer.ok
    ? done(`${answer.name} is ${["guest", "member"].includes(wish.role) ? "a" : "an"} ${answer.role} now\n`)
    : nothingChanged(answer.sentence, `see ${PROGRAM} user list`);
}
