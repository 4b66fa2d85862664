/**
 * The process of one replica: what ends it, and with which line and exit code. Damaged data does
 * not end it: the replica is closed and started again.
 */
import { resolve } from "node:path";
import { FormatTooNew } from "../chat/kinds/op.ts";
import type { FolderLock } from "../db/lock.ts";
import { StoreRefused } from "../db/log/store.ts";
import { TablesTooNew } from "../db/state/migrate.ts";
import { markDamaged, maySetAside } from "../db/set-aside.ts";
import { BrokenInvariant } from "../base/assert.ts";
import { DiskFailed, StorageDamaged, StorageFull } from "../election/ports.ts";
import { DemoLink } from "../host/demo-channel.ts";
import { placeOf } from "../host/error-place.ts";
import { EXIT, failureLine, type ExitCode, type Failure } from "../host/exit.ts";
import { onStopSignals, SUPERVISOR_VARIABLE } from "../host/hang-up.ts";
import type { Logger } from "../host/logger.ts";
import type { Settings } from "../cli/settings.ts";
import { stopSignals } from "../host/stop-signals.ts";
import { VERSION } from "../base/version.ts";
import { systemFailure } from "../host/system-errors.ts";
import { damageOf, isDamage } from "./open-stores.ts";
import type { ReplicaContext } from "./context.ts";
import { RunningReplica } from "./running-replica.ts";

/** Prints a failure as one line on stderr. */
export function complain(failed: Pick<Failure, "what" | "todo">): void {
  process.stderr.write(failureLine(failed));
}

/** What {@link ReplicaProcess} needs. */
export interface ReplicaProcessOptions {
  readonly id: number;
  readonly lock: FolderLock;
  /** Removes the folders that were made for this start. */
  readonly discard: () => void;
  readonly settings: Settings;
  /** The words of the command line, for run.json. */
  readonly words: readonly string[];
  readonly logger: Logger;
}

/**
 * If a damaged replica cannot be closed within this time, the process ends, and the next start sets the store aside.
 */
const CLOSE_MS = 10_000;

/** Runs the replica whose folder is locked. */
export class ReplicaProcess {
  readonly #options: ReplicaProcessOptions;
  readonly #folder: string;
  readonly #demo = new DemoLink(process, () => process.kill(process.pid, "SIGKILL"));
  #replica: RunningReplica;
  /** True while the replica is closed and started again. Errors of the old one are ignored. */
  #startingAnew = false;
  #resolve: (exit: ExitCode) => void = () => {};

  constructor(options: ReplicaProcessOptions) {
    this.#options = options;
    this.#folder = `${options.settings.data}/replica-${options.id}`;
    this.#replica = new RunningReplica(this.#context());
  }

  /** Resolves if the replica cannot start. Otherwise a signal or a fatal error ends the process. */
  run(): Promise<ExitCode> {
    const { logger } = this.#options;
    // After an unexpected error the state of this process is unknown, so it ends; the other replicas continue.
    process.on("uncaughtException", (error) => this.#fatal(error));
    process.on("unhandledRejection", (error) => this.#fatal(error));
    const onSignal = stopSignals({
      stop: () => this.#replica.stop(),
      exit: (code) => process.exit(code),
      onSignal: (signal) => logger.info("signal", { signal }),
    });
    onStopSignals(onSignal);
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#begin();
    });
  }

  #begin(): void {
    this.#replica.start().then(
      (started) => {
        if (started.ok) return;
        complain(started);
        this.#options.discard();
        this.#options.lock.release();
        this.#resolve(started.exit);
      },
      (error: unknown) => this.#fatal(error),
    );
  }

  #context(): ReplicaContext {
    const { id, settings, words, logger } = this.#options;
    const supervisor = Number(process.env[SUPERVISOR_VARIABLE] ?? NaN);
    return {
      id,
      settings,
      logger,
      supervisor: Number.isInteger(supervisor) ? supervisor : null,
      demo: this.#demo,
      words,
      onFatal: (error) => this.#fatal(error),
      onDamage: (reason, kept) => {
        logger.error("damaged");
        complain({
          what: `the data of this replica is damaged (${reason})`,
          todo: `it was set aside as ${kept} and is brought back from the other replicas`,
        });
      },
      onMismatch: (what, todo) => {
        complain({ what, todo });
        process.exit(EXIT.mismatch);
      },
      say: (line) => process.stdout.write(line),
    };
  }

  #fatal(error: unknown): void {
    if (this.#startingAnew) return;
    if (isDamage(error) && maySetAside(this.#folder)) return this.#startAnew(error);
    const { logger } = this.#options;
    const failed = failureOf(error, this.#folder);
    logger.error("fatal", { error: error instanceof Error ? error.name : "unknown", exit: failed.exit });
    if (failed.exit === EXIT.invariant && error instanceof Error) logger.error("stack", { reason: placeOf(error) });
    complain(failed);
    process.exit(failed.exit);
  }

  /**
   * After damage that was found at run time: closes the replica and opens it again, which sets aside the marked files.
   */
  #startAnew(error: StorageDamaged): void {
    this.#startingAnew = true;
    markDamaged(this.#folder, { what: damageOf(error), reason: error.message });
    const late = setTimeout(() => process.exit(EXIT.storage), CLOSE_MS);
    const again = (): void => {
      clearTimeout(late);
      this.#startingAnew = false;
      this.#replica = new RunningReplica(this.#context());
      this.#begin();
    };
    // If it cannot be closed, the process ends. The marker then makes the next start set the files aside.
    this.#replica.abandon().then(again, () => process.exit(EXIT.storage));
  }
}

/** The exit code and the sentences for an error. */
function failureOf(error: unknown, folder: string): Omit<Failure, "ok"> {
  if (error instanceof StorageFull) {
    return { exit: EXIT.storage, what: `the disk under ${folder} is full`, todo: "free some space and start again" };
  }
  if (error instanceof DiskFailed) {
    const [, file, code] = /^([^:]+): (.+)$/.exec(error.message) ?? [null, "", error.message];
    const path = resolve(folder, file ?? "");
    const change = "choose another folder with --data";
    return systemFailure(code ?? "", { doing: "file", what: `use ${path}`, change, path, exit: EXIT.storage });
  }
  if (error instanceof StorageDamaged) {
    return {
      exit: EXIT.storage,
      what: `the data of this replica was damaged again and again (${error.message})`,
      todo: `move ${folder} to a disk that works, remove damaged-* in it, and start again`,
    };
  }
  if (error instanceof FormatTooNew) {
    const { message, version } = error;
    const what = `${message} is in use, which this version (${VERSION}) does not know`;
    return { exit: EXIT.mismatch, what, todo: installText(version) };
  }
  if (error instanceof TablesTooNew) {
    const { message, version } = error;
    const what = `${message}, which this version (${VERSION}) does not read`;
    return { exit: EXIT.mismatch, what, todo: installText(version) };
  }
  if (error instanceof StoreRefused) {
    const todo = error.reason === "newer_format" ? "run the newest version" : "put the folder back where it was";
    return { exit: EXIT.mismatch, what: error.message, todo };
  }
  const name = error instanceof BrokenInvariant ? error.message : error instanceof Error ? error.name : "error";
  return { exit: EXIT.invariant, what: `this should not happen (${name})`, todo: "please report it with the log" };
}

/** Tells the operator what to install for newer data. `version`: one that reads them; null: not known. */
function installText(version: string | null): string {
  const which = version === null ? "of the version that the others run" : `${version} or newer`;
  return `install lastword ${which} and start this replica again`;
}
