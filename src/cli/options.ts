/**
 * The table of all options: type, default, bounds and description. The parser, --help, the
 * LASTWORD_* variables and docs/options.md are generated from it, so they cannot disagree.
 */
import { INVITE_ROLES, INVITE_SECONDS, INVITE_SECONDS_MAX, INVITE_USES, INVITE_USES_MAX } from "../base/link-terms.ts";
import { CONSISTENCIES, PUSHES, RECOVERIES, REGISTRATIONS } from "../base/modes.ts";
import { STATUS_SECONDS_MAX } from "../base/profile-terms.ts";
import { OF_PERSON, ON_HOST, type Command } from "./commands.ts";
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
  sizeOrOff,
  text,
  uuid,
  type Parser,
} from "./option-values.ts";

/** One option. */
export interface OptionSpec<T> {
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
  "files-per-person": option({
    parse: sizeOrOff,
    fallback: 20 * 2 ** 30,
    shown: "20GiB",
    placeholder: "SIZE|off",
    text: "How much the files in the messages of one person may take; give it to every replica alike.",
    commands: SERVES,
  }),
  "files-in-all": option({
    parse: sizeOrOff,
    fallback: null,
    shown: "off",
    placeholder: "SIZE|off",
    text: "How much the files in all messages may take; give it to every replica alike.",
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
