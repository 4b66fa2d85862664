/**
 * `lastword user`: who has an account, and what somebody may do. It asks a replica on this host with the cluster key, so
 * that an operator can help when nobody who runs the chat can log in.
 */
import { commandText, type CommandDeps } from "./command-deps.ts";
import { done, EXIT, failure, failureLine, type ExitCode, type Failure, type Outcome } from "../host/exit.ts";
import { PROGRAM } from "../host/program-name.ts";
import { askReplica, type Answers, type PeopleAnswer } from "../ops/control.ts";
import { findCluster, keyFailure, lookAround, noneRuns } from "./local-cluster.ts";
import type { Invocation, Options } from "./options.ts";

/** How long to wait for a replica: somewhat longer than a proposal may take (10 s). */
const TIMEOUT_MS = 12_000;

const ROLES: readonly string[] = ["member", "admin", "owner"];

/** Columns of a role: the longest is "member". */
const ROLE_COLUMNS = 8;

type Person = PeopleAnswer["people"][number];
type Ask = <Name extends "People" | "GiveRole">(name: Name, question: object) => Promise<Answers[Name] | null>;

/** What the words behind `user` ask for. */
export type Wish =
  { readonly kind: "list" } | { readonly kind: "role"; readonly person: string; readonly role: string };

/** Reads the words behind `user`. Failures have exit code 2. */
export function wishOf(words: readonly string[]): Outcome<Wish> {
  const [what, person = "", role = "", ...more] = words;
  const usages = `${PROGRAM} user list, or ${PROGRAM} user role NAME ${ROLES.join("|")}`;
  if (what === "list" && words.length === 1) return done({ kind: "list" });
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
  return people.map(({ name, role }) => `${role.padEnd(ROLE_COLUMNS)}${name}\n`).join("");
}

/** Runs `lastword user list [--json]` and `lastword user role NAME ROLE`. */
export async function runUser({ options, words }: Invocation, deps: CommandDeps): Promise<ExitCode> {
  const end = (failed: Failure): ExitCode => {
    deps.err(failureLine(failed));
    return failed.exit;
  };
  const wish = wishOf(words);
  if (!wish.ok) return end(wish);
  const asking = askerOf(options, deps);
  if (!asking.ok) return end(asking);
  const said = wish.value.kind === "list" ? await list(asking.value, options) : await give(asking.value, wish.value);
  if (said === null)
    return end(failure(EXIT.failed, "no replica answered", `see ${commandText("status", options.data)}`));
  if (!said.ok) return end(said);
  deps.out(said.value);
  return EXIT.done;
}

/** Asks the running replicas of this host, one after the other, until one answers. */
function askerOf(options: Options, deps: CommandDeps): Outcome<Ask> {
  const found = findCluster(options, deps.environment);
  if (!found.ok) return found;
  const { data, secret } = found.value;
  const alive = lookAround(data, deps).filter((replica) => replica.alive);
  if (alive.length === 0) return noneRuns(found.value, options.data);
  if (secret === null) return keyFailure(found.value);
  return done(async (name, question) => {
    for (const { run } of alive) {
      if (run === null) continue;
      const answer = await askReplica(name, { grpc: run.grpc, secret, timeoutMs: TIMEOUT_MS, question });
      if (answer !== null) return answer;
    }
    return null;
  });
}

async function list(ask: Ask, { json }: Options): Promise<Outcome<string> | null> {
  const people: Person[] = [];
  for (let after: string | null = ""; after !== null;) {
    const answer: PeopleAnswer | null = await ask("People", { after });
    if (answer === null) return null;
    people.push(...answer.people);
    after = answer.next;
  }
  return done(json ? `${JSON.stringify({ people }, null, 2)}\n` : peopleText(people));
}

async function give(ask: Ask, wish: Wish & { kind: "role" }): Promise<Outcome<string> | null> {
  const answer = await ask("GiveRole", { person: wish.person, role: wish.role });
  if (answer === null) return null;
  return answer.ok
    ? done(`${answer.name} is ${wish.role === "member" ? "a" : "an"} ${answer.role} now\n`)
    : failure(EXIT.failed, `nothing was changed: ${answer.sentence.replace(/\.$/, "")}`, `see ${PROGRAM} user list`);
}
