/** Output of a command that answers and ends: a program that reads it must not take a part for the whole. */
import { writeSync } from "node:fs";
import { EXIT, failureLine, type ExitCode } from "./exit.ts";
import { codeOf, systemFailure } from "./system-errors.ts";

/** How long a reader may take to make room. */
const WAIT_MS = 10_000;
const LOOK_MS = 5;

/** Writes to a file descriptor, and remembers whether all of it went. */
export class WholeOutput {
  readonly #fd: number;
  #failed: unknown = null;

  constructor(fd: number) {
    this.#fd = fd;
  }

  write(text: string): void {
    let rest = Buffer.from(text);
    const end = performance.now() + WAIT_MS;
    while (rest.length > 0 && this.#failed === null) {
      try {
        rest = rest.subarray(writeSync(this.#fd, rest));
      } catch (error) {
        if (codeOf(error) === "EAGAIN" && performance.now() < end) Bun.sleepSync(LOOK_MS);
        else this.#failed = error;
      }
    }
  }

  /** `code`, or the exit code of what could not be written, which is said on stderr. */
  exit(code: ExitCode): ExitCode {
    // Whoever read has gone and wants no more (`lastword status | head -1`).
    if (this.#failed === null || codeOf(this.#failed) === "EPIPE") return code;
    const change = "write it to another place";
    const failed = systemFailure(this.#failed, { doing: "file", what: "write the answer", change, exit: EXIT.failed });
    process.stderr.write(failureLine(failed));
    return failed.exit;
  }
}
