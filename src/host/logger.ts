/** Writes one JSON line per event to stderr, or a sentence if stderr is a terminal; log-fields.ts has what it may say. */
import { FIELDS, type Level, type LogFields } from "./log-fields.ts";
import { sentenceOf } from "./log-sentences.ts";

const LEVELS: readonly (Level | "off")[] = ["debug", "info", "warn", "error", "off"];

/** Logs events; `event` is a name such as "role". */
export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** A logger that writes lines of at least `level` through `write`: sentences for a person if `sentences`, else JSON. */
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
