/** `lastword enable`: an operator gives up a replica that keeps a newer format from being enabled. */
import { commandText, type CommandDeps } from "./command-deps.ts";
import { EXIT, failure, failureLine, type ExitCode, type Failure } from "../host/exit.ts";
import { replicasText } from "../host/log-sentences.ts";
import { PROGRAM } from "../host/program-name.ts";
import { askReplica, type EnableAnswer } from "../ops/control.ts";
import {
  askAll,
  bestStatus,
  findCluster,
  keyFailure,
  lookAround,
  noneRuns,
  type LocalCluster,
  type LocalReplica,
} from "./local-cluster.ts";
import type { Options } from "./options.ts";

/** How long to wait for the leader's op: somewhat longer than a proposal may take (10 s). */
const TIMEOUT_MS = 12_000;

/** The leader's answer as one sentence, with what the operator can do. `without`: the replicas that were given up. */
export function enableText(
  { enabled, before, by, lacking }: EnableAnswer,
  { command, without }: { readonly command: string; readonly without: readonly number[] },
): { readonly said: string } | Failure {
  if (enabled !== null) {
    const [end, are] = without.length === 1 ? ["ends", "it is"] : ["end", "they are"];
    const price =
      without.length === 0
        ? ""
        : `; ${replicasText(without)} ${end} with exit code ${EXIT.mismatch} until ${are} upgraded`;
    return { said: `format ${enabled} is in force, enabled by replica ${by}; before it was format ${before}${price}` };
  }
  if (lacking.length === 0) return { said: `format ${before} is in force; no replica knows a newer one` };
  const ids = lacking.flatMap((sentence) => /^replica (\d+) is (?:at|not heard)/.exec(sentence)?.[1] ?? []);
  if (ids.length === 0)
    return failure(EXIT.failed, `nothing was enabled: ${lacking.join(", ")}`, `see ${PROGRAM} status`);
  return failure(
    EXIT.failed,
    `format ${before} stays in force: ${lacking.join(", ")}`,
    `upgrade ${replicasText(ids.map(Number))}, or leave ${ids.length === 1 ? "it" : "them"} behind: ${command} --without ${ids.join()}; ` +
      "a replica that is left behind ends with exit code 5 until it is upgraded; its data stay intact",
  );
}

/** Runs `lastword enable [--without IDS]`. */
export async function runEnable(options: Options, deps: CommandDeps): Promise<ExitCode> {
  const end = (failed: Failure): ExitCode => {
    deps.err(failureLine(failed));
    return failed.exit;
  };
  const found = findCluster(options, deps.environment);
  if (!found.ok) return end(found);
  const { data, secret } = found.value;
  const alive = lookAround(data, deps).filter((replica) => replica.alive);
  if (alive.length === 0) return end(noneRuns(found.value, options.data));
  if (secret === null) return end(keyFailure(found.value));
  for (const { run } of await leaderFirst(found.value, alive)) {
    if (run === null) continue;
    const question = { without: options.without, passedOn: false };
    const answer = await askReplica("Enable", { grpc: run.grpc, secret, timeoutMs: TIMEOUT_MS, question });
    if (answer === null) continue;
    const about = { command: commandText("enable", options.data), without: options.without };
    const outcome = enableText(answer, about);
    if (!("said" in outcome)) return end(outcome);
    deps.out(`${outcome.said}\n`);
    return EXIT.done;
  }
  return end(failure(EXIT.failed, "no replica answered", `see ${PROGRAM} status`));
}

/** Sorts the leader first, if it runs here; any other replica would pass the question on to it. */
async function leaderFirst(cluster: LocalCluster, alive: readonly LocalReplica[]): Promise<readonly LocalReplica[]> {
  const leader = bestStatus(await askAll(cluster, alive))?.view.leader;
  return alive.toSorted((a, b) => Number(b.id === leader) - Number(a.id === leader));
}
