/**
 * The executable. Reads the command word; without one it runs a replica until it is told
 * to stop. Everything that ends the process ends it here.
 */
import { runChaos } from "./cli/chaos.ts";
import { claimReplica } from "./cli/claim.ts";
import type { CommandDeps } from "./cli/command-deps.ts";
import { EXIT, failureLine, type ExitCode, type Failure } from "./cli/exit.ts";
import { createLogger } from "./cli/logger.ts";
import { helpText } from "./cli/option-text.ts";
import { parseInvocation, wordsOf, type Invocation } from "./cli/options.ts";
import { settingsOf } from "./cli/settings.ts";
import { runStatus } from "./cli/status.ts";
import { runDown } from "./cli/stop-replicas.ts";
import { stopSignals } from "./cli/stop-signals.ts";
import { runUp, SUPERVISOR_VARIABLE } from "./cli/up.ts";
import { versionText } from "./cli/version.ts";
import { FormatTooNew } from "./chat/op.ts";
import { lockIsHeld, takeLock } from "./db/lock.ts";
import { StoreRefused } from "./db/log/store.ts";
import { BrokenInvariant } from "./election/assert.ts";
import { StorageDamaged, StorageFull } from "./election/ports.ts";
import { RunningReplica } from "./run-replica.ts";

function complain(failed: Pick<Failure, "what" | "todo">): void {
  process.stderr.write(failureLine(failed));
}

/** What an error means to whoever started the process. */
function failureOf(error: unknown, folder: string): Omit<Failure, "ok"> {
  if (error instanceof StorageFull) {
    return { exit: EXIT.storage, what: `the disk under ${folder} is full`, todo: "make room and start again" };
  }
  if (error instanceof StorageDamaged) {
    return {
      exit: EXIT.storage,
      what: `the data of this replica is damaged (${error.message})`,
      todo: `if another replica is up, move ${folder} away and start again: it is brought back from there`,
    };
  }
  if (error instanceof FormatTooNew) {
    return { exit: EXIT.mismatch, what: "the cluster uses a newer format", todo: "run the newest version of lastword" };
  }
  if (error instanceof StoreRefused) {
    const todo = error.reason === "newer_format" ? "run the newest version" : "put the folder back where it was";
    return { exit: EXIT.mismatch, what: error.message, todo };
  }
  const name = error instanceof BrokenInvariant ? error.message : error instanceof Error ? error.name : "error";
  return { exit: EXIT.invariant, what: `this should not happen (${name})`, todo: "please report it with the log" };
}

/** Runs one replica; resolves when it has stopped. */
async function runReplica(invocation: Invocation): Promise<ExitCode> {
  const checked = settingsOf(invocation.options, process.env);
  const claimed = checked.ok ? claimReplica(checked.value, { takeLock }) : checked;
  if (!checked.ok || !claimed.ok) {
    const failed = (checked.ok ? claimed : checked) as Failure;
    complain(failed);
    return failed.exit;
  }
  const { id, lock } = claimed.value;
  const settings = checked.value;
  const logger = createLogger(settings.logLevel, id);
  const folder = `${settings.data}/replica-${id}`;
  const exit = (code: number): never => process.exit(code);
  const fatal = (error: unknown): void => {
    const failed = failureOf(error, folder);
    logger.error("fatal", { error: error instanceof Error ? error.name : "unknown", exit: failed.exit });
    if (failed.exit === EXIT.invariant && error instanceof Error) logger.error("stack", { reason: stackOf(error) });
    complain(failed);
    exit(failed.exit);
  };
  // The others carry on without a replica that does not know what it is doing.
  process.on("uncaughtException", fatal);
  process.on("unhandledRejection", fatal);
  const supervisor = Number(process.env[SUPERVISOR_VARIABLE] ?? NaN);
  const replica = new RunningReplica({
    id,
    settings,
    logger,
    supervisor: Number.isInteger(supervisor) ? supervisor : null,
    words: wordsOf({ ...invocation.given, data: settings.data, "replica-id": String(id) }, "replica"),
    onFatal: fatal,
    onMismatch: (what, todo) => {
      complain({ what, todo });
      exit(EXIT.mismatch);
    },
    say: (line) => process.stdout.write(line),
  });
  return new Promise<ExitCode>((resolve) => {
    const onSignal = stopSignals({
      stop: () => replica.stop(),
      exit,
      onSignal: (signal) => logger.info("signal", { signal }),
    });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => onSignal(signal));
    replica.start().then((started) => {
      if (started.ok) return;
      complain(started);
      lock.release();
      resolve(started.exit);
    }, fatal);
  });
}

/** Where it happened: files and lines of this program, no message, which may hold anything. */
function stackOf(error: Error): string {
  const lines = (error.stack ?? "").split("\n").filter((line) => line.trimStart().startsWith("at "));
  return lines
    .slice(0, 12)
    .map((line) => line.trim())
    .join(" | ");
}

/** Answers the exit code. */
async function main(words: readonly string[]): Promise<ExitCode> {
  const parsed = parseInvocation(words, process.env);
  if (!parsed.ok) {
    complain(parsed);
    return parsed.exit;
  }
  const invocation = parsed.value;
  if (invocation.wants !== "run") {
    process.stdout.write(invocation.wants === "help" ? helpText(invocation.command) : versionText());
    return EXIT.done;
  }
  const deps: CommandDeps = {
    lockIsHeld,
    environment: process.env,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    program: Bun.isStandaloneExecutable ? [process.execPath] : [process.execPath, Bun.main],
  };
  switch (invocation.command) {
    case "replica":
      return runReplica(invocation);
    case "up":
      return runUp(invocation, deps);
    case "down":
      return runDown(invocation.options, deps);
    case "status":
      return runStatus(invocation.options, deps);
    case "chaos":
      return runChaos(invocation, deps);
  }
}

// Whoever reads our lines may go away (`lastword | head`); that is no reason to stop.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

// Not process.exitCode: a timer or socket that some room left open must not keep a finished command.
process.exit(await main(process.argv.slice(2)));
