/**
 * Checks at short intervals what an operator of this host should attend to. It writes each sentence
 * to stderr when it becomes true, and `lastword status` shows the sentence for as long as it is true.
 *
 * A process that cannot open another file cannot accept a connection, and the system reports the
 * waiting connection over and over, which costs a whole core. While files are short, the replica
 * therefore closes the page's ports to new connections. Open connections stay, and new visitors
 * find another replica.
 */
import type { HostFacts } from "../host/host-facts.ts";
import type { Logger } from "../host/logger.ts";
import { openFiles, openFilesLimit } from "../host/open-files.ts";
import { VERSION } from "../base/version.ts";
import { roomOf } from "../db/disk-room.ts";
import type { DiskLine } from "./disk-line.ts";

/** Files reserved for peers, commands and SQLite: this share of the limit, within these bounds. */
const RESERVE = { share: 0.2, min: 24, max: 256 } as const;

export interface HostWatchDeps {
  readonly self: number;
  readonly data: string;
  /** Prints its own lines about a full disk. */
  readonly disk?: DiskLine;
  /** Number of accounts that are not deleted. */
  readonly people: () => number;
  /** Further sentences, each true at this moment. */
  readonly warnings: () => readonly string[];
  /** Opens the page's ports to new connections, or closes them; open connections stay. */
  readonly accept: (open: boolean) => void;
  readonly logger: Logger;
  readonly say: (line: string) => void;
  /** Test seam: how many files the process may open; null: not known. */
  readonly limit?: number | null;
  /** Test seam: how many files are open; null: not even one more can be opened to find out. */
  readonly open?: () => number | null;
}

/** See the top of this file. */
export class HostWatch {
  readonly #deps: HostWatchDeps;
  readonly #limit: number | null;
  #said = new Set<string>();
  #short = false;

  constructor(deps: HostWatchDeps) {
    this.#deps = deps;
    this.#limit = deps.limit === undefined ? openFilesLimit() : deps.limit;
  }

  /** The answer of /healthz. `notWritable`: why writes are refused, or null; `state`: the role. */
  health(notWritable: string | null, state: string): { ok: true; state: string } | { ok: false; reason: string } {
    const reason = notWritable ?? (this.#short ? "no new connections: too few files are left to open" : null);
    return reason === null ? { ok: true, state } : { ok: false, reason };
  }

  /** To be called at short intervals. */
  look(): void {
    this.#deps.disk?.look();
    this.#lookAtFiles();
    const now = new Set(this.#warnings());
    for (const sentence of now) if (!this.#said.has(sentence)) this.#deps.say(`lastword: ${sentence}\n`);
    this.#said = now;
  }

  /** What `lastword status` shows about this host. */
  facts(): HostFacts {
    const { self, data, people } = this.#deps;
    return { replica: self, version: VERSION, data, disk: roomOf(data), people: people(), warnings: this.#warnings() };
  }

  #warnings(): string[] {
    const files = this.#short
      ? [
          `almost all of the ${this.#limit} files that this process may open are in use, most of them connections; ` +
            "its page accepts new ones when some have ended; raise the limit (ulimit -n, LimitNOFILE=)",
        ]
      : [];
    return [...files, ...this.#deps.warnings()];
  }

  #lookAtFiles(): void {
    if (this.#limit === null) return;
    const reserve = Math.min(RESERVE.max, Math.max(RESERVE.min, Math.floor(this.#limit * RESERVE.share)));
    // If not even one file can be opened to find out, all of them are in use.
    const used = (this.#deps.open ?? openFiles)() ?? this.#limit;
    const short = this.#short ? used > this.#limit - 1.5 * reserve : used > this.#limit - reserve;
    if (short === this.#short) return;
    this.#short = short;
    if (short) this.#deps.logger.warn("files_short", { count: used });
    else this.#deps.logger.info("files_enough", { count: used });
    this.#deps.accept(!short);
  }
}
