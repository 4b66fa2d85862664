/** `lastword enable`: an operator gives up a replica that keeps a newer format from being enabled. */
import { commandText, type CommandDeps } from "./command-deps.ts";
import { EXIT, failure, failureLine, type ExitCode, type Failure } from "../host/exit.ts";
import { replicasText } from "../host/log-sentences.ts";
import { PROGRAM } from "../host/program-name.ts";
import { askReplica, type EnableAnswer } from "../ops/control.ts";
import { findCluster, keyFailure, lookAround, noneRuns } from "./local-cluster.ts";
import type { Options } from "./options.ts";

/** An op is waited for as long as a client waits. */
const TIMEOUT_MS = 12_000;

/** What a replica answered, in one sentence, and what the operator can do. */
export function enableText(
  { enabled, inForce, lacking }: EnableAnswer,
  command: string,
): { readonly said: string } | Failure {
  if (enabled !== null) return { said: `format ${enabled} is in force` };
  if (lacking.length === 0) return { said: `format ${inForce} is in force; no replica knows a newer one` };
  const ids = lacking.flatMap((sentence) => /^replica (\d+) is (?:at|not heard)/.exec(sentence)?.[1] ?? []);
  if (ids.length === 0)
    return failure(EXIT.failed, `nothing was enabled: ${lacking.join(", ")}`, `see ${PROGRAM} status`);
  return failure(
    EXIT.failed,
    `format ${inForce} stays in force: ${lacking.join(", ")}`,
    `upgrade ${replicasText(ids.map(Number))}, or go on without: ${command} --without ${ids.join()}; ` +
      "a replica that is given up like that ends with exit code 5, its data whole, until it is upgraded",
  );
}

/** `lastword enable [--without IDS]`. */
export async function runEnable(options: Options, deps: CommandDeps): Promise<ExitCode> {
  const end = (failed: Failure): ExitCode => {
    deps.err(failureLine(failed));
    return failed.exit;
  };
  const found = findCluster(options, deps.environment);
  if (!found.ok) return end(found);
  const { data, secret } = found.value;
  const alive = lookAround(data, deps).filter((replica) => replica.alive);
  if (alive.length === 0) return end(noneRuns(data, options.data));
  if (secret === null) return end(keyFailure(found.value));
  for (const { run } of alive) {
    if (run === null) continue;
    const question = { without: options.without };
    const answer = await askReplica("Enable", { grpc: run.grpc, secret, timeoutMs: TIMEOUT_MS, question });
    if (answer === null) continue;
    const outcome = enableText(answer, commandText("enable", options.data));
    if (!("said" in outcome)) return end(outcome);
    deps.out(`${outcome.said}\n`);
    return EXIT.done;
  }
  return end(failure(EXIT.failed, "no replica answered", `see ${PROGRAM} status`));
}
