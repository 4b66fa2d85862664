/** Prints one line when the disk becomes full, and another when it has room again. */
import type { Logger } from "../host/logger.ts";

/** Least time between two lines about a full disk, so that a disk at the limit does not fill the terminal. */
const LINES_APART_MS = 10_000;

/** See the top of this file. `full` asks the driver whether its writes find the disk full. */
export class DiskLine {
  readonly #folder: string;
  readonly #full: () => boolean;
  readonly #logger: Logger;
  readonly #say: (line: string) => void;
  #said = false;
  #saidAt = Number.NEGATIVE_INFINITY;

  constructor(
    folder: string,
    full: () => boolean,
    logger: Logger,
    say: (line: string) => void = (line) => void process.stderr.write(line),
  ) {
    this.#folder = folder;
    this.#full = full;
    this.#logger = logger;
    this.#say = say;
  }

  /** To be called at short intervals. `now`: monotonic ms. */
  look(now = performance.now()): void {
    const full = this.#full();
    if (full === this.#said || (full && now - this.#saidAt < LINES_APART_MS)) return;
    this.#said = full;
    if (full) {
      this.#saidAt = now;
      this.#logger.warn("disk_full");
      this.#say(
        `lastword: the disk under ${this.#folder} is full; free some space, then messages are accepted again; reading still works\n`,
      );
    } else {
      this.#logger.info("disk_room");
      this.#say(`lastword: there is space again under ${this.#folder}; messages are accepted\n`);
    }
  }
}
