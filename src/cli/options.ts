/**
 * The table of all options: type, default, bounds and description. The parser, --help, the
 * LASTWORD_* variables and docs/options.md are generated from it, so they cannot disagree. A
 * flag takes precedence over the environment, and the environment over the default.
 */
import { INVITE_ROLES, INVITE_SECONDS, INVITE_SECONDS_MAX, INVITE_USES, INVITE_USES_MAX } from "../base/link-terms.ts";
import { CONSISTENCIES, PUSHES, RECOVERIES, REGISTRATIONS } from "../base/modes.ts";
import { STATUS_SECONDS_MAX } from "../base/profile-terms.ts";
import { resolve } from "node:path";
import { done, EXIT, failure, type Failure, type Outcome } from "../host/exit.ts";
import { VERSION } from "../base/version.ts";
import { PROGRAM } from "../host/program-name.ts";
import { COMMANDS, OF_PERSON, ON_HOST, WORDS, type Command } from "./commands.ts";
import { nearest } from "./nearest.ts";
import {
  address,
  addressOrOff,
  anyText,
  choice,
  choices,
  ending,
  flag,
  integer,
  names,
  peers,
  replicaIds,
  seconds,
  servers,
  text,
  uuid,
  type Parser,
} from "./option-values.ts";

interface OptionSpec<T> {
  readonly parse: Parser<T>;
  /** The value if the option is not given. */
  readonly fallback: NoInfer<T>;
  /** The default as the help shows it. */
  readonly shown: string;
  /** The placeholder for the value in the help; null for a switch. */
  readonly placeholder: string | null;
  readonly text: string;
  readonly commands: readonly Command[];
  /** The value is a path. It is made absolute at once, because a child process may run in another folder. */
  readonly isPath?: boolean;
}

function option<T>(spec: OptionSpec<T>): OptionSpec<T> {
  return spec;
}

/** A parser whose option may be absent. */
function optional<T>(parse: Parser<T>): Parser<T | null> {
  return parse;
}

const LOG_LEVEL = choice(["debug", "info", "warn", "error", "off"]);
const ON_OFF = choice(["on", "off"]);

const RUNS: readonly Command[] = ["replica", "up", "chaos"];
const SERVES: readonly Command[] = ["replica", "up"];
const WRITES: readonly Command[] = ["send", "join", "leave", "profile"];

/** The table, in the order of --help. */
export const OPTIONS = {
  data: option({
    parse: optional(text),
    fallback: null,
    shown: "$XDG_DATA_HOME/lastword or ~/.local/share/lastword",
    placeholder: "FOLDER",
    text: "Folder that holds the cluster's key and the data of its local replicas. With login: the folder in which replicas run that the client is to use.",
    commands: [...ON_HOST, "login"],
    isPath: true,
  }),
  "replica-id": option({
    parse: optional(integer({ min: 0, max: 6 })),
    fallback: null,
    shown: "first free",
    placeholder: "N",
    text: "Which of the configured replicas this is (0, 1 or 2 without --peers).",
    commands: ["replica"],
  }),
  grpc: option({
    parse: optional(address),
    fallback: null,
    shown: "127.0.0.1:50051 + id",
    placeholder: "HOST:PORT",
    text: "Where this replica serves gRPC. With up: the address of the first replica; the others take the next ports.",
    commands: RUNS,
  }),
  web: option({
    parse: optional(address),
    fallback: null,
    shown: "localhost:8081 + id",
    placeholder: "HOST:PORT",
    text: "Where this replica serves its page. With up: the address of the first replica; the others take the next ports. Port 0 means any free port; a port without HOST means 127.0.0.1.",
    commands: RUNS,
  }),
  front: option({
    parse: addressOrOff,
    fallback: { host: "localhost", port: 8080 },
    shown: "localhost:8080",
    placeholder: "HOST:PORT|off",
    text: "The address that all local replicas share: it answers as long as one of them is alive.",
    commands: [...RUNS, "demo"],
  }),
  peers: option({
    parse: optional(peers),
    fallback: null,
    shown: "three on this host",
    placeholder: "ID=HOST:PORT,...",
    text: "gRPC addresses of all configured replicas, including this one: 1 to 7, with the same ids on every host.",
    commands: RUNS,
  }),
  "cluster-key": option({
    parse: optional(text),
    fallback: null,
    shown: "cluster.key in the data folder",
    placeholder: "FILE",
    text: "File with the key that the replicas of one cluster share.",
    commands: ON_HOST,
    isPath: true,
  }),
  bootstrap: option({
    parse: flag,
    fallback: false,
    shown: "off",
    placeholder: null,
    text: "Create a new cluster, with this replica as its first. Give it once, on one host, with --peers.",
    commands: ["replica"],
  }),
  consistency: option({
    parse: optional(choice(CONSISTENCIES)),
    fallback: null,
    shown: "available for a new cluster",
    placeholder: CONSISTENCIES.join("|"),
    text: "available: any replica that survives continues. strict: a minority stops. Fixed when the cluster is created.",
    commands: RUNS,
  }),
  recovery: option({
    parse: optional(choice(RECOVERIES)),
    fallback: null,
    shown: "any for a new cluster",
    placeholder: RECOVERIES.join("|"),
    text: "After all replicas were down: which ones may continue if some stay away for 15 s. Fixed when the cluster is created.",
    commands: SERVES,
  }),
  registration: option({
    parse: optional(choice(REGISTRATIONS)),
    fallback: null,
    shown: "open if only this host reaches the replica, otherwise invite",
    placeholder: REGISTRATIONS.join("|"),
    text: "Who may create an account at this replica: anybody, whoever has an invitation link, or nobody. Unless anybody may, the first account needs the link of invite --owner.",
    commands: SERVES,
  }),
  "rate-limit": option({
    parse: ON_OFF,
    fallback: "on",
    shown: "on",
    placeholder: "on|off",
    text: "Limits on wrong passwords and on registrations, by name, address and browser.",
    commands: RUNS,
  }),
  "streams-per-user": option({
    parse: integer({ min: 1, max: 10_000 }),
    fallback: 50,
    shown: "50",
    placeholder: "N",
    text: "Event streams that one user may have open at one replica; bots and accounts that many screens share need more.",
    commands: SERVES,
  }),
  push: option({
    parse: choice(PUSHES),
    fallback: "public",
    shown: "public",
    placeholder: "WHERE",
    text: "Push services to which notifications may go: `public` (at addresses of the internet), `any` (also inside this network), or `off`.",
    commands: SERVES,
  }),
  "allow-plaintext": option({
    parse: flag,
    fallback: false,
    shown: "off",
    placeholder: null,
    text: "Allow gRPC, and http without TLS, on addresses that other hosts can reach.",
    commands: [...SERVES, "login"],
  }),
  "tls-cert": option({
    parse: optional(text),
    fallback: null,
    shown: "none",
    placeholder: "FILE",
    text: "Certificate chain (PEM) for the page; with --tls-key.",
    commands: SERVES,
    isPath: true,
  }),
  "tls-key": option({
    parse: optional(text),
    fallback: null,
    shown: "none",
    placeholder: "FILE",
    text: "Private key (PEM) for the page; with --tls-cert.",
    commands: SERVES,
    isPath: true,
  }),
  "behind-proxy": option({
    parse: flag,
    fallback: false,
    shown: "off",
    placeholder: null,
    text: "A proxy in front of the page ends TLS and sets X-Forwarded-For.",
    commands: SERVES,
  }),
  "log-level": option({
    parse: LOG_LEVEL,
    fallback: "info",
    shown: "info",
    placeholder: "debug|info|warn|error|off",
    text: "Which events are written to stderr: one JSON line for each event, or one sentence if stderr is a terminal.",
    commands: RUNS,
  }),
  "no-restart": option({
    parse: flag,
    fallback: false,
    shown: "off",
    placeholder: null,
    text: "Do not restart replicas that die.",
    commands: ["up"],
  }),
  json: option({
    parse: flag,
    fallback: false,
    shown: "off",
    placeholder: null,
    text: "Answer in JSON, for programs.",
    commands: ["status", "user", "invite", "send", "read", "search", "rooms", "people", "join", "leave", "profile"],
  }),
  server: option({
    parse: optional(servers),
    fallback: null,
    shown: "the local replicas",
    placeholder: "HOST:PORT,...",
    text: "gRPC addresses of one or more replicas, the preferred one first. The client learns the others from them.",
    commands: ["login"],
  }),
  "login-file": option({
    parse: optional(text),
    fallback: null,
    shown: "$XDG_CONFIG_HOME/lastword/login.json or ~/.config/lastword/login.json",
    placeholder: "FILE",
    text: "File that holds the login of the terminal client. Whoever can read it can write in your name.",
    commands: OF_PERSON,
    isPath: true,
  }),
  to: option({
    parse: optional(text),
    fallback: null,
    shown: "none",
    placeholder: "NAME|#ROOM",
    text: "Whom or which room the message is for.",
    commands: ["send"],
  }),
  "client-id": option({
    parse: optional(uuid),
    fallback: null,
    shown: "a new one",
    placeholder: "UUID",
    text: "Identifies the request. To repeat one whose outcome is not known, give its id: it takes effect once.",
    commands: WRITES,
  }),
  limit: option({
    parse: integer({ min: 1, max: 200 }),
    fallback: 50,
    shown: "50",
    placeholder: "N",
    text: "How many messages to show.",
    commands: ["read", "search"],
  }),
  before: option({
    parse: optional(text),
    fallback: null,
    shown: "the newest",
    placeholder: "ID",
    text: "Show the messages before the one with this id.",
    commands: ["read"],
  }),
  follow: option({
    parse: flag,
    fallback: false,
    shown: "off",
    placeholder: null,
    text: "Go on with each new message, also when a replica dies, until Ctrl-C.",
    commands: ["read"],
  }),
  hash: option({
    parse: flag,
    fallback: false,
    shown: "off",
    placeholder: null,
    text: "Compare the replicas by a hash of all their rows.",
    commands: ["status"],
  }),
  without: option({
    parse: replicaIds,
    fallback: [],
    shown: "none",
    placeholder: "N,...",
    text: "Replicas to leave behind although they lack the format: each one ends with exit code 5 until it is upgraded.",
    commands: ["enable"],
  }),
  role: option({
    parse: choice(INVITE_ROLES),
    fallback: "member",
    shown: "member",
    placeholder: INVITE_ROLES.join("|"),
    text: "What those who come by the link are.",
    commands: ["invite"],
  }),
  owner: option({
    parse: flag,
    fallback: false,
    shown: "off",
    placeholder: null,
    text: "The link with which the first account is made, whose user owns the chat; the other options of a link do not apply. Useless once somebody has an account.",
    commands: ["invite"],
  }),
  room: option({
    parse: names,
    fallback: [],
    shown: "none",
    placeholder: "NAME,...",
    text: "Public rooms that those who come by the link are in from the start; members are in #general besides.",
    commands: ["invite"],
  }),
  uses: option({
    parse: integer({ min: 1, max: INVITE_USES_MAX }),
    fallback: INVITE_USES,
    shown: String(INVITE_USES),
    placeholder: "N",
    text: "How many accounts the link makes.",
    commands: ["invite"],
  }),
  expires: option({
    parse: seconds(INVITE_SECONDS_MAX),
    fallback: INVITE_SECONDS,
    shown: "7d",
    placeholder: "TIME",
    text: "For how long the link is valid: a number with m, h or d, such as 12h; at most 365d.",
    commands: ["invite"],
  }),
  name: option({
    parse: optional(anyText),
    fallback: null,
    shown: "as it is",
    placeholder: "NAME",
    text: "What others see beside your messages, at most 64 characters; empty: the name with which you log in.",
    commands: ["profile"],
  }),
  status: option({
    parse: optional(anyText),
    fallback: null,
    shown: "as it is",
    placeholder: "TEXT",
    text: "What you are at, at most 100 characters; empty: nothing. It replaces the status before, with its emoji and its end.",
    commands: ["profile"],
  }),
  emoji: option({
    parse: optional(text),
    fallback: null,
    shown: "none",
    placeholder: "EMOJI",
    text: "One emoji before the status; it may also stand alone.",
    commands: ["profile"],
  }),
  until: option({
    parse: optional(ending(STATUS_SECONDS_MAX)),
    fallback: null,
    shown: "until you change it",
    placeholder: "TIME|today|DATE",
    text: "When the status ends: a number with m, h or d, such as 30m; today, at its end; or the last day, such as 2026-12-24.",
    commands: ["profile"],
  }),
  "time-zone": option({
    parse: optional(anyText),
    fallback: null,
    shown: "as it is",
    placeholder: "ZONE|local",
    text: "Where others see what time it is with you, such as Europe/Berlin; local: the one of this terminal; empty: tell nobody.",
    commands: ["profile"],
  }),
  seconds: option({
    parse: integer({ min: 1, max: 86_400 }),
    fallback: 60,
    shown: "60",
    placeholder: "N",
    text: "How long to kill and restart replicas.",
    commands: ["chaos"],
  }),
  seed: option({
    parse: integer({ min: 0, max: 2 ** 32 - 1 }),
    fallback: 1,
    shown: "1",
    placeholder: "S",
    text: "Number that the schedule of faults is derived from; timing is not replayed.",
    commands: ["chaos"],
  }),
  faults: option({
    parse: choices(["kills", "pauses", "network"]),
    fallback: ["kills", "pauses", "network"],
    shown: "all",
    placeholder: "kills,pauses,network|all",
    text: "What chaos does: kills (and stops, restarts), pauses, network (cuts, slow and lossy links; only on a cluster that chaos starts itself, as root on Linux).",
    commands: ["chaos"],
  }),
  report: option({
    parse: text,
    fallback: ".",
    shown: "the current folder",
    placeholder: "FOLDER",
    text: "Where chaos writes chaos-seed-S.json and chaos-seed-S.html.",
    commands: ["chaos"],
  }),
} as const;

export type OptionName = keyof typeof OPTIONS;
type ValueOf<S> = S extends OptionSpec<infer T> ? T : never;
/** A value for every option, given or not. */
export type Options = { readonly [K in OptionName]: ValueOf<(typeof OPTIONS)[K]> };

/** The names of all options, in the order of the table. */
export const OPTION_NAMES = Object.keys(OPTIONS) as OptionName[];

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
