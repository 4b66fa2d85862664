/**
 * One JSON line an event on stderr, or a sentence where that is a terminal. Only the fields listed here can be written, and none
 * of them holds what a user wrote: no name, text, token or parameter can slip into a log.
 */
import { sentenceOf } from "./log-sentences.ts";

export type Level = "debug" | "info" | "warn" | "error";

const LEVELS: readonly (Level | "off")[] = ["debug", "info", "warn", "error", "off"];

/** Everything that may stand in a line, besides time, level, event and replica. */
export interface LogFields {
  readonly pid?: number;
  readonly bootId?: string;
  readonly clusterId?: string;
  readonly peer?: number;
  readonly leader?: number | null;
  readonly role?: string;
  readonly view?: string;
  readonly members?: readonly number[];
  readonly missing?: readonly number[];
  readonly seq?: number;
  readonly count?: number;
  readonly ms?: number;
  /** Of this program's own addresses, never of a client. */
  readonly address?: string;
  /** A word from a fixed list: what was being done. */
  readonly where?: string;
  /** A word from a fixed list, an error code of the system, or the frames of a stack. */
  readonly reason?: string;
  /** Class of an error, never its message. */
  readonly error?: string;
  readonly version?: string;
  /** Number of a frame in peer.proto. */
  readonly frame?: number;
  readonly commit?: string;
  readonly signal?: string;
  readonly exit?: number;
}

const FIELDS: readonly (keyof LogFields)[] = [
  "pid",
  "bootId",
  "clusterId",
  "peer",
  "leader",
  "role",
  "view",
  "members",
  "missing",
  "seq",
  "count",
  "ms",
  "address",
  "where",
  "reason",
  "error",
  "version",
  "frame",
  "commit",
  "signal",
  "exit",
];

export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** A logger that writes lines of at least `level` through `write`; with `sentences` for a person, else as JSON. */
export function createLogger(
  level: Level | "off",
  replica: number | null,
  write: (line: string) => void = (line) => void process.stderr.write(line),
  sentences = false,
): Logger {
  const least = LEVELS.indexOf(level);
  const at =
    (name: Level) =>
    (event: string, fields: LogFields = {}): void => {
      if (LEVELS.indexOf(name) < least) return;
      if (sentences) {
        const sentence = sentenceOf(name, event, fields);
        const who = replica === null ? "" : `replica ${replica}: `;
        if (sentence !== null) write(`${new Date().toLocaleTimeString("en-GB")} ${who}${sentence}\n`);
        return;
      }
      const line: Record<string, unknown> = { at: new Date().toISOString(), level: name, event };
      if (replica !== null) line["replica"] = replica;
      for (const field of FIELDS) if (fields[field] !== undefined) line[field] = fields[field];
      write(`${JSON.stringify(line)}\n`);
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
