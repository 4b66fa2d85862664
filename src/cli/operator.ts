/**
 * Asks a running replica of this host with the cluster key, so that an operator can help when nobody who runs the chat
 * can log in: `lastword user`, `lastword invite`.
 */
import { commandText, type CommandDeps } from "./command-deps.ts";
import { done, EXIT, failure, failureLine, type ExitCode, type Outcome } from "../host/exit.ts";
import { askReplica, type Answers } from "../ops/control.ts";
import { findCluster, keyFailure, lookAround, noneRuns } from "./local-cluster.ts";
import type { Options } from "./options.ts";

/** How long to wait for a replica: somewhat longer than a proposal may take (10 s). */
const TIMEOUT_MS = 12_000;

/** An answer, and the origin of a page of the replica that gave it. */
export interface Told<Answer> {
  readonly answer: Answer;
  readonly site: string;
}

/** Asks the running replicas, one after the other, until one answers; null: none did. */
export type Ask = <Name extends keyof Answers>(name: Name, question: object) => Promise<Told<Answers[Name]> | null>;

/** How to ask the replicas that run here. */
export function askerOf(options: Options, deps: CommandDeps): Outcome<Ask> {
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
      if (answer !== null) return { answer, site: run.front ?? run.web };
    }
    return null;
  });
}

/** Runs a command that asks a replica, and prints what it says; `asks` answers null if no replica answered. */
export async function runAsking(
  options: Options,
  deps: CommandDeps,
  asks: (ask: Ask) => Promise<Outcome<string> | null>,
): Promise<ExitCode> {
  const asking = askerOf(options, deps);
  const said = asking.ok ? await asks(asking.value) : asking;
  const told = said ?? failure(EXIT.failed, "no replica answered", `see ${commandText("status", options.data)}`);
  if (told.ok) deps.out(told.value);
  else deps.err(failureLine(told));
  return told.ok ? EXIT.done : told.exit;
}

/** The failure when the chat refused; `sentence` says why, and `todo` what to do. */
export function nothingChanged(sentence: string, todo: string): Outcome<never> {
  return failure(EXIT.failed, `nothing was changed: ${sentence.replace(/\.$/, "")}`, todo);
}
