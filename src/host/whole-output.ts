/** The output of a command that prints an answer and ends. If not all of it could be written, the exit code says so. */
import { writeSync } from "node:fs";
import { EXIT, failureLine, type ExitCode } from "./exit.ts";
import { codeOf, systemFailure } from "./system-errors.ts";

/** How long to wait for a reader that is slow to empty the pipe. */
const WAIT_MS = 10_000;
const LOOK_MS = 5;

/** Writes to a file descriptor, and remembers whether everything could be written. */
export class WholeOutput {
  readonly #fd: number;
  #failed: unknown = null;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Writes the text, waiting at most 10 s for the reader. After a failure it writes nothing more. */
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

  /** Returns `code`, or the exit code of a failed write, after printing that failure on stderr. */
  exit(code: ExitCode): ExitCode {
    // The reader has closed the pipe because it needs no more (`lastword status | head -1`).
    if (this.#failed === null || codeOf(this.#failed) === "EPIPE") return code;
    const change = "write it to another place";
    const failed = systemFailure(this.#failed, { doing: "file", what: "write the answer", change, exit: EXIT.failed });
    process.stderr.write(failureLine(failed));
    return failed.exit;
  }
}
