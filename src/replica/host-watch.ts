/**
 * What an operator should see to on this host, looked up again and again: each sentence is written
 * to stderr when it becomes true, and `lastword status` shows it for as long as it is.
 *
 * A process that has no file left to open cannot accept a connection, and the system would report
 * the one that waits again and again, at the cost of a whole core. So while files are short the page's
 * ports are closed to new connections; those that exist go on, and the rest finds another replica.
 */
import type { HostFacts } from "../host/host-facts.ts";
import type { Logger } from "../host/logger.ts";
import { openFiles, openFilesLimit } from "../host/open-files.ts";
import { VERSION } from "../base/version.ts";
import { roomOf } from "../db/disk-room.ts";
import type { DiskLine } from "./disk-line.ts";

/** Files kept for peers, commands and SQLite: this share of the limit, within these bounds. */
const RESERVE = { share: 0.2, min: 24, max: 256 } as const;

export interface HostWatchDeps {
  readonly self: number;
  readonly data: string;
  /** Says by itself when the disk is full, and when it is not any more. */
  readonly disk?: DiskLine;
  readonly people: () => number;
  /** More sentences, each true now. */
  readonly warnings: () => readonly string[];
  /** Takes new connections to the page, or does not; what is connected stays. */
  readonly accept: (open: boolean) => void;
  readonly logger: Logger;
  readonly say: (line: string) => void;
  readonly limit?: number | null;
  readonly open?: () => number | null;
}

/** Looks when it is told to, and answers what it found. */
export class HostWatch {
  readonly #deps: HostWatchDeps;
  readonly #limit: number | null;
  #said = new Set<string>();
  #short = false;

  constructor(deps: HostWatchDeps) {
    this.#deps = deps;
    this.#limit = deps.limit === undefined ? openFilesLimit() : deps.limit;
  }

  /** What /healthz answers; `notWritable` is why a write could not be taken, `state` the role. */
  health(notWritable: string | null, state: string): { ok: true; state: string } | { ok: false; reason: string } {
    const reason = notWritable ?? (this.#short ? "no new connections: too few files are left to open" : null);
    return reason === null ? { ok: true, state } : { ok: false, reason };
  }

  /** Called now and then. */
  look(): void {
    this.#deps.disk?.look();
    this.#lookAtFiles();
    const now = new Set(this.#warnings());
    for (const sentence of now) if (!this.#said.has(sentence)) this.#deps.say(`lastword: ${sentence}\n`);
    this.#said = now;
  }

  facts(): HostFacts {
    const { self, data, people } = this.#deps;
    return { replica: self, version: VERSION, data, disk: roomOf(data), people: people(), warnings: this.#warnings() };
  }

  #warnings(): string[] {
    const files = this.#short
      ? [
          `almost all of the ${this.#limit} files that this process may open are in use, most of them connections; ` +
            "its page takes new ones again when some have ended; raise the limit (ulimit -n, LimitNOFILE=)",
        ]
      : [];
    return [...files, ...this.#deps.warnings()];
  }

  #lookAtFiles(): void {
    if (this.#limit === null) return;
    const reserve = Math.min(RESERVE.max, Math.max(RESERVE.min, Math.floor(this.#limit * RESERVE.share)));
    // Where not even one is left to look with, all are in use.
    const used = (this.#deps.open ?? openFiles)() ?? this.#limit;
    const short = this.#short ? used > this.#limit - 1.5 * reserve : used > this.#limit - reserve;
    if (short === this.#short) return;
    this.#short = short;
    if (short) this.#deps.logger.warn("files_short", { count: used });
    else this.#deps.logger.info("files_enough", { count: used });
    this.#deps.accept(!short);
  }
}
