/** What a command line and the environment ask for, by the table of options: a flag takes precedence over the environment. */
import { resolve } from "node:path";
import { VERSION } from "../base/version.ts";
import { done, EXIT, failure, type Failure, type Outcome } from "../host/exit.ts";
import { PROGRAM } from "../host/program-name.ts";
import { COMMANDS, WORDS, type Command } from "./commands.ts";
import { nearest } from "./nearest.ts";
import { OPTION_NAMES, OPTIONS, type OptionName, type Options, type OptionSpec } from "./options.ts";

/** A parsed command line. */
export interface Invocation {
  readonly command: Command;
  readonly options: Options;
  /** The words behind the command that are no options. */
  readonly words: readonly string[];
  /** The text of each option that was given, by flag or environment; child processes get the same. */
  readonly given: Partial<Record<OptionName, string>>;
  readonly wants: "run" | "help" | "version";
}

/** The environment variable of an option. */
export function variableOf(name: OptionName): string {
  return `LASTWORD_${name.toUpperCase().replaceAll("-", "_")}`;
}

function usage(what: string, todo: string): Failure {
  return failure(EXIT.usage, what, todo);
}

const SEE_HELP = `see ${PROGRAM} --help`;
/** Names the version, because an unknown word may belong to a newer one. */
const OF_THIS_VERSION = `${SEE_HELP}, of version ${VERSION}`;

/** Words that people try, and the command that does what they want. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  start: "up",
  run: "up",
  stop: "down",
  halt: "down",
  ps: "status",
  info: "status",
  stat: "status",
  users: "user",
  chat: "client",
  tail: "read",
  find: "search",
  grep: "search",
  say: "send",
  members: "people",
  whoami: "profile",
};

function unknownCommand(word: string): Failure {
  const near =
    OTHER_WORDS[word] ?? nearest(word, [...COMMANDS.filter((command) => command !== "replica"), "help", "version"]);
  return usage(`unknown command "${word}"`, near === null ? OF_THIS_VERSION : `did you mean ${PROGRAM} ${near}?`);
}

function misplaced(name: OptionName, command: Command, commands: readonly Command[]): Failure {
  const [here, ...where] = [command, ...commands].map((c) => (c === "replica" ? "a replica" : `lastword ${c}`));
  return usage(`--${name} does not belong to ${here}`, `it is an option of ${where.join(", ")}`);
}

/** What the first word asks for, and the words behind it. */
function readCommand(
  words: readonly string[],
): Outcome<{ command: Command; isAbout: "help" | "version" | null; rest: string[] }> {
  const [first, ...rest] = words;
  const commandOf = (word: string | undefined): Command | undefined =>
    COMMANDS.find((known) => known === word && known !== "replica");
  if (first === undefined || first.startsWith("-"))
    return done({ command: "replica", isAbout: null, rest: [...words] });
  // "lastword help up" is "lastword up --help"; "lastword version" is "lastword --version".
  if (first === "help") return done({ command: commandOf(rest[0]) ?? "replica", isAbout: first, rest });
  if (first === "version") return done({ command: "replica", isAbout: first, rest });
  const command = commandOf(first);
  return command === undefined ? unknownCommand(first) : done({ command, isAbout: null, rest });
}

/** Splits the command line into command and options, without parsing the values. */
function readWords(words: readonly string[]): Outcome<{
  command: Command;
  wants: Invocation["wants"];
  passed: Partial<Record<OptionName, string>>;
  plain: readonly string[];
}> {
  const first = readCommand(words);
  if (!first.ok) return first;
  const { command, isAbout, rest } = first.value;
  if (isAbout !== null) return done({ command, wants: isAbout, passed: {}, plain: [] });
  const passed: Partial<Record<OptionName, string>> = {};
  const plain: string[] = [];
  let wants: Invocation["wants"] = "run";
  while (rest.length > 0) {
    const word = rest.shift()!;
    if (word === "--" && WORDS[command] !== undefined) {
      plain.push(...rest);
      break;
    }
    const parts = /^--([a-z][a-z-]*)(?:=([\s\S]*))?$/.exec(word);
    if (word === "-h" || word === "--help" || word === "--version") {
      wants = word === "--version" ? "version" : "help";
      continue;
    }
    if (parts !== null && (parts[1] === "help" || parts[1] === "version")) {
      return usage(`--${parts[1]} takes no value`, `give --${parts[1]} alone`);
    }
    if (parts === null && WORDS[command] !== undefined && !word.startsWith("-")) {
      plain.push(word);
      continue;
    }
    if (parts === null) {
      return usage(
        `"${word}" is not an option`,
        word.startsWith("-") ? SEE_HELP : `options start with --, ${SEE_HELP}`,
      );
    }
    const name = OPTION_NAMES.find((known) => known === parts[1]);
    if (name === undefined) {
      const near = nearest(parts[1]!, [...OPTION_NAMES, "help", "version"]);
      return usage(`unknown option --${parts[1]}`, near === null ? OF_THIS_VERSION : `did you mean --${near}?`);
    }
    const spec: OptionSpec<unknown> = OPTIONS[name];
    if (!spec.commands.includes(command)) return misplaced(name, command, spec.commands);
    if (passed[name] !== undefined) return usage(`--${name} is given twice`, "give it once");
    const value = parts[2] ?? (spec.placeholder === null ? "true" : rest.shift());
    if (value === undefined) return usage(`--${name} lacks its value`, `give --${name} ${spec.placeholder}`);
    passed[name] = value;
  }
  return done({ command, wants, passed, plain });
}

/**
 * Parses the command line and the environment. For an option that does not belong to the command,
 * a flag is refused, but a variable is ignored, because one environment serves all commands.
 * Failures have exit code 2.
 */
export function parseInvocation(
  words: readonly string[],
  environment: Record<string, string | undefined>,
): Outcome<Invocation> {
  const read = readWords(words);
  if (!read.ok) return read;
  const { command, wants, passed, plain } = read.value;
  const options: Record<string, unknown> = {};
  const all: Partial<Record<OptionName, string>> = {};
  for (const name of OPTION_NAMES) {
    const spec: OptionSpec<unknown> = OPTIONS[name];
    options[name] = spec.fallback;
    const variable = variableOf(name);
    const inherited = spec.commands.includes(command) ? environment[variable] : undefined;
    const given = passed[name] ?? (inherited === "" ? undefined : inherited);
    if (given === undefined || wants !== "run") continue;
    const place = spec.isPath === true && given !== "" ? resolve(given) : given;
    const parsed = spec.parse(place);
    if ("expected" in parsed) {
      const source = passed[name] === undefined ? variable : `--${name}`;
      return usage(`${source} ${parsed.expected}, not "${given}"`, `change it or leave it out (${spec.shown})`);
    }
    options[name] = parsed.value;
    all[name] = place;
  }
  return done({ command, wants, given: all, words: plain, options: options as unknown as Options });
}

/** The arguments that give a child process these options. */
export function wordsOf(given: Partial<Record<OptionName, string>>, command: Command): string[] {
  return OPTION_NAMES.flatMap((name) => {
    const value = given[name];
    const spec: OptionSpec<unknown> = OPTIONS[name];
    return value === undefined || !spec.commands.includes(command) ? [] : [`--${name}=${value}`];
  });
}
