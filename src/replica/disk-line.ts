/** Says in one line that the disk is full, and in another that it is not any more. */
import type { Logger } from "../host/logger.ts";

/** A disk at the edge must not fill the terminal. */
const LINES_APART_MS = 10_000;

/** Looks at the driver, like whoever asks for health. */
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

  /** Called now and then. `now`: monotonic ms. */
  look(now = performance.now()): void {
    const full = this.#full();
    if (full === this.#said || (full && now - this.#saidAt < LINES_APART_MS)) return;
    this.#said = full;
    if (full) {
      this.#saidAt = now;
      this.#logger.warn("disk_full");
      this.#say(
        `lastword: the disk under ${this.#folder} is full; make room: messages are then taken again, reading goes on\n`,
      );
    } else {
      this.#logger.info("disk_room");
      this.#say(`lastword: there is room again under ${this.#folder}; messages are taken\n`);
    }
  }
}
