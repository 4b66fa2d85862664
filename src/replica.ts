/**
 * The executable. Reads the command word; without one it runs a replica until it is told
 * to stop.
 */
import { runChaos } from "./chaos/chaos.ts";
import { claimReplica } from "./replica/claim.ts";
import type { CommandDeps } from "./cli/command-deps.ts";
import { EXIT, type ExitCode, type Failure } from "./host/exit.ts";
import { createLogger } from "./host/logger.ts";
import { openFilesFailure } from "./host/open-files.ts";
import { isLive, runChatCommand } from "./cli/chat-commands.ts";
import { isOfPerson } from "./cli/commands.ts";
import { completionScript } from "./cli/completion.ts";
import { runDemo } from "./cli/demo.ts";
import { runEnable } from "./cli/enable.ts";
import { runInvite } from "./cli/invite.ts";
import { helpText } from "./cli/option-text.ts";
import { parseInvocation, wordsOf, type Invocation } from "./cli/invocation.ts";
import { settingsOf } from "./cli/settings.ts";
import { runStatus } from "./cli/status.ts";
import { runDown } from "./cli/stop-replicas.ts";
import { runUp } from "./cli/up.ts";
import { runUser } from "./cli/user.ts";
import { versionText } from "./base/version.ts";
import { WholeOutput } from "./host/whole-output.ts";
import { lockIsHeld, takeLock } from "./db/lock.ts";
import { complain, ReplicaProcess } from "./replica/process.ts";

/** Runs one replica; resolves when it has stopped. */
async function runReplica(invocation: Invocation): Promise<ExitCode> {
  const files = openFilesFailure();
  if (files !== null) {
    complain(files);
    return files.exit;
  }
  const checked = settingsOf(invocation.options, process.env);
  const claimed = checked.ok ? claimReplica(checked.value, { takeLock }) : checked;
  if (!checked.ok || !claimed.ok) {
    const failed = (checked.ok ? claimed : checked) as Failure;
    complain(failed);
    return failed.exit;
  }
  const { id, lock, discard } = claimed.value;
  const settings = checked.value;
  const words = wordsOf({ ...invocation.given, data: settings.data, "replica-id": String(id) }, "replica");
  const logger = createLogger(settings.logLevel, id, undefined, process.stderr.isTTY);
  return new ReplicaProcess({ id, lock, discard, settings, words, logger }).run();
}

/** Answers the exit code. */
async function main(words: readonly string[]): Promise<ExitCode> {
  const parsed = parseInvocation(words, process.env);
  if (!parsed.ok) {
    complain(parsed);
    return parsed.exit;
  }
  const invocation = parsed.value;
  const answer = new WholeOutput(1);
  if (invocation.wants !== "run") {
    answer.write(invocation.wants === "help" ? helpText(invocation.command) : versionText());
    return answer.exit(EXIT.done);
  }
  const deps: CommandDeps = {
    lockIsHeld,
    environment: process.env,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    program: Bun.isStandaloneExecutable ? [process.execPath] : [process.execPath, Bun.main],
  };
  // What answers and ends must have said all of it; what runs on must not wait for a reader.
  const whole = { ...deps, out: (text: string) => answer.write(text) };
  const { command } = invocation;
  if (isOfPerson(command)) {
    return isLive(invocation) ? runChatCommand(invocation, deps) : answer.exit(await runChatCommand(invocation, whole));
  }
  switch (command) {
    case "replica":
      return runReplica(invocation);
    case "up":
      return runUp(invocation, deps);
    case "down":
      return answer.exit(await runDown(invocation.options, whole));
    case "status":
      return answer.exit(await runStatus(invocation.options, whole));
    case "enable":
      return answer.exit(await runEnable(invocation.options, whole));
    case "user":
      return answer.exit(await runUser(invocation, whole));
    case "invite":
      return answer.exit(await runInvite(invocation.options, whole));
    case "chaos":
      return runChaos(invocation, deps);
    case "demo":
      return runDemo(invocation, deps);
    case "completion": {
      const script = completionScript(invocation.words);
      if (script.ok) answer.write(script.value);
      else complain(script);
      return answer.exit(script.ok ? EXIT.done : script.exit);
    }
  }
}

// Whoever reads our lines may go away (`lastword | head`); that is no reason to stop.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

// Not process.exitCode: a timer or socket that some room left open must not keep a finished command.
process.exit(await main(process.argv.slice(2)));
