/**
 * The chat from a terminal: `lastword send`, `read`, `rooms` and so on, by the public API alone. Each command prints its
 * answer, or one line on stderr, and its exit code says whether what it was to do has happened (docs/client.md).
 */
import { ChatClient, type CallResult } from "../client/chat-client.ts";
import { done, EXIT, failure, failureLine, type ExitCode, type Outcome } from "../host/exit.ts";
import { PROGRAM } from "../host/program-name.ts";
import { callFailure } from "./call-failure.ts";
import type { CommandDeps } from "./command-deps.ts";
import type { PersonCommand } from "./commands.ts";
import { Follower, readPage, type Lost } from "./follow.ts";
import { loginPath, readLogin } from "./login-file.ts";
import { runLogin, runLogout } from "./login.ts";
import { hitText, messageText, personText, profileText, roomText, type Message, type Person } from "./message-text.ts";
import type { Invocation } from "./invocation.ts";
import { placeOf, roomOf } from "./place.ts";
import { Talk } from "./talk.ts";
import { readAll } from "./terminal-input.ts";

const PAGE = 200;
/** Rooms or people that are listed at most. */
const LISTED_MAX = 20_000;
/** Bytes that may wait for a slow reader of stdout. */
const WAITING_BYTES_MAX = 4 * 1024 * 1024;
const TEXT_TOO_LONG = failure(EXIT.failed, "the text is longer than 64 KiB", "send it in parts");

/** A command that a logged-in person gave. */
interface Asked {
  readonly client: ChatClient;
  /** The name of the user. */
  readonly self: string;
  readonly invocation: Invocation;
  readonly deps: CommandDeps;
}

/** What a command prints, or its failure. A failed call keeps its result, for --json. */
type Answer = Outcome<string> & { readonly call?: Lost & { readonly clientId?: string } };

/** Whether the command prints as it goes, instead of an answer at its end. */
export function isLive({ command, options }: Invocation): boolean {
  return command === "client" || (command === "read" && options.follow);
}

/** Runs one of the commands. */
export async function runChatCommand(invocation: Invocation, deps: CommandDeps): Promise<ExitCode> {
  const answer = await answerTo(invocation, deps);
  if (answer.ok) {
    deps.out(answer.value);
    return EXIT.done;
  }
  if (invocation.options.json && answer.call !== undefined) {
    const { code, outcome, sentence, clientId } = answer.call;
    deps.out(`${JSON.stringify({ error: { code, outcome, sentence, clientId } })}\n`);
  }
  deps.err(failureLine(answer));
  return answer.exit;
}

async function answerTo(invocation: Invocation, deps: CommandDeps): Promise<Answer> {
  const { command, options } = invocation;
  if (command === "login") return runLogin(invocation, deps);
  if (command === "logout") return runLogout(invocation, deps);
  const login = readLogin(loginPath(options["login-file"], deps.environment));
  if (!login.ok) return login;
  const { name, token, servers } = login.value;
  const client = new ChatClient({ addresses: servers, token });
  const run = RUN[command as keyof typeof RUN];
  try {
    return await run({ client, self: name, invocation, deps });
  } finally {
    client.close();
  }
}

/** The failure of a call that only reads. */
function unread(lost: Lost): Answer {
  return { ...callFailure(lost, null), call: lost };
}

/** The answer to a change that was made or not. */
function changed<T>(
  result: CallResult<T>,
  clientId: string,
  say: { readonly what: string; readonly kept: (value: T) => string },
): Answer {
  if (result.ok) return done(say.kept(result.value));
  const failed = callFailure(result, { what: say.what, again: `--client-id ${clientId}` });
  return { ...failed, call: { ...result, clientId } };
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** The only word of a command. */
function oneWord({ command, words }: Invocation, what: string): Outcome<string> {
  const [word, ...more] = words;
  if (word !== undefined && word !== "" && more.length === 0) return done(word);
  return failure(EXIT.usage, `${command} takes ${what}`, `give ${PROGRAM} ${command} ${what.replace(/^.* /, "")}`);
}

async function send({ client, invocation: { options, words } }: Asked): Promise<Answer> {
  if (options.to === null) return failure(EXIT.usage, "send lacks --to", `give ${PROGRAM} send --to NAME, or '#ROOM'`);
  if (words.length === 0 && process.stdin.isTTY) process.stderr.write("Write the message, then press Ctrl-D.\n");
  const body = words.length > 0 ? words.join(" ") : await readAll(process.stdin);
  if (body === null) return TEXT_TOO_LONG;
  const clientId = options["client-id"] ?? crypto.randomUUID();
  const sent = await client.send({ to: placeOf(options.to), body, clientId });
  return changed(sent, clientId, {
    what: "the message was sent",
    kept: ({ message }) => (options.json ? line(message) : `${message!.id}\n`),
  });
}

async function read(asked: Asked): Promise<Answer> {
  const { client, invocation } = asked;
  const { options } = invocation;
  const word = oneWord(invocation, "one person or room: WHERE");
  if (!word.ok) return word;
  const where = placeOf(word.value);
  if (options.follow) {
    if (options.before === null) return follow(asked, where);
    return failure(EXIT.usage, "--before and --follow exclude each other", "leave out one of them");
  }
  const page = await readPage(client, { with: where, before: options.before ?? "", limit: options.limit });
  if (!page.ok) return unread(page);
  return done(page.value.messages.map(options.json ? line : (message) => messageText(message)).join(""));
}

/** The words behind the command are the query. */
async function search({ client, invocation: { options, words } }: Asked): Promise<Answer> {
  const query = words.join(" ");
  if (query.trim() === "")
    return failure(EXIT.usage, "search lacks a query", `give ${PROGRAM} search WORDS, or from:NAME`);
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const page = await client.call("Search", { query, limit: options.limit, timeZone });
  if (!page.ok) return unread(page);
  return done(page.value.hits.map(options.json ? line : hitText).join(""));
}

/** Shows messages until the login ends, or nobody reads them any more. */
function follow({ client, invocation, deps }: Asked, where: string): Promise<Answer> {
  const { json, limit } = invocation.options;
  return new Promise((resolve) => {
    process.stdout.on("error", () => resolve(done("")));
    const show = (message: Message): void => {
      deps.out(json ? line(message) : messageText(message));
      if (process.stdout.writableLength <= WAITING_BYTES_MAX) return;
      resolve(failure(EXIT.failed, "the reader of these messages is too slow", "read faster, or write them to a file"));
    };
    const follower = new Follower({ client, where, show, say: (sentence) => deps.err(`lastword: ${sentence}\n`) });
    void follower.run(limit).then((ended) => resolve(callFailure({ ...ended, outcome: "definite" }, null)));
  });
}

async function rooms({ client, invocation: { options } }: Asked): Promise<Answer> {
  const lines: string[] = [];
  for (let after = ""; lines.length < LISTED_MAX;) {
    const page = await client.call("ListRooms", { after, limit: PAGE });
    if (!page.ok) return unread(page);
    lines.push(...page.value.rooms.map(options.json ? line : roomText));
    if (page.value.rooms.length < PAGE) break;
    after = page.value.rooms.at(-1)!.name;
  }
  return done(lines.join(""));
}

async function people(asked: Asked): Promise<Answer> {
  const { client, invocation } = asked;
  const [room, ...more] = invocation.words;
  if (more.length > 0) return failure(EXIT.usage, "people takes at most one room", `give ${PROGRAM} people '#ROOM'`);
  const listed = room === undefined ? pageOfAll(client) : pageOfRoom(client, roomOf(room));
  const lines: string[] = [];
  for (let after: string | null = ""; after !== null && lines.length < LISTED_MAX;) {
    const page: CallResult<People> = await listed(after);
    if (!page.ok) return unread(page);
    for (const { user, role } of page.value) {
      lines.push(invocation.options.json ? line({ ...user, role }) : personText(user, role));
    }
    after = page.value.length < PAGE ? null : page.value.at(-1)!.user.name;
  }
  return done(lines.join(""));
}

type People = readonly { readonly user: Person; readonly role: string }[];
type PageOfPeople = (after: string) => Promise<CallResult<People>>;

function pageOfAll(client: ChatClient): PageOfPeople {
  return async (after) => {
    const page = await client.call("ListUsers", { after, limit: PAGE });
    return page.ok ? { ...page, value: page.value.users.map((user) => ({ user, role: user.role })) } : page;
  };
}

function pageOfRoom(client: ChatClient, room: string): PageOfPeople {
  return async (after) => {
    const page = await client.call("ListRoomPeople", { room, after, limit: PAGE });
    if (!page.ok) return page;
    return { ...page, value: page.value.people.map(({ user, role }) => ({ user: user!, role })) };
  };
}

async function join({ client, invocation }: Asked): Promise<Answer> {
  const word = oneWord(invocation, "one room: '#ROOM'");
  if (!word.ok) return word;
  const clientId = invocation.options["client-id"] ?? crypto.randomUUID();
  const joined = await client.call("JoinRoom", { room: roomOf(word.value), clientId });
  return changed(joined, clientId, {
    what: "you are in the room",
    kept: ({ room }) => (invocation.options.json ? line(room) : `you are in #${room!.name}\n`),
  });
}

async function leave({ client, invocation }: Asked): Promise<Answer> {
  const word = oneWord(invocation, "one room: '#ROOM'");
  if (!word.ok) return word;
  const room = roomOf(word.value);
  const clientId = invocation.options["client-id"] ?? crypto.randomUUID();
  const left = await client.call("LeaveRoom", { room, clientId });
  return changed(left, clientId, {
    what: "you left the room",
    kept: () => (invocation.options.json ? line({}) : `you left ${room}\n`),
  });
}

/** Without options it only shows what others see. */
async function profile({ client, invocation: { options } }: Asked): Promise<Answer> {
  const { name, status, emoji, until } = options;
  const shown = (user: Person | null): string => (options.json ? line(user) : profileText(user!));
  const zone =
    options["time-zone"] === "local" ? Intl.DateTimeFormat().resolvedOptions().timeZone : options["time-zone"];
  if (until !== null && status === null && emoji === null)
    return failure(EXIT.usage, "--until ends a status, and none is given", "add --status TEXT or --emoji EMOJI");
  if (name === null && status === null && emoji === null && zone === null) {
    const self = await client.call("GetPerson", {});
    return self.ok ? done(shown(self.value.user)) : unread(self);
  }
  const seconds = until !== null && "seconds" in until ? until.seconds : 0;
  const untilMicros = until !== null && "ms" in until ? until.ms * 1000 : 0;
  const clientId = options["client-id"] ?? crypto.randomUUID();
  const set = await client.call("SetProfile", {
    ...(name === null ? {} : { displayName: name }),
    ...(status === null && emoji === null
      ? {}
      : { status: { emoji: emoji ?? "", text: status ?? "", seconds, untilMicros } }),
    ...(zone === null ? {} : { timeZone: zone }),
    clientId,
  });
  return changed(set, clientId, { what: "your profile was changed", kept: ({ user }) => shown(user) });
}

async function talk({ client, self, invocation, deps }: Asked): Promise<Answer> {
  const { words } = invocation;
  if (words.length > 1)
    return failure(EXIT.usage, "client takes at most one person or room", `see ${PROGRAM} help client`);
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    return failure(EXIT.usage, "client needs a terminal", `use ${PROGRAM} send and ${PROGRAM} read in scripts`);
  }
  const ended = await new Talk({ client, self, write: deps.out }).run(words[0] ?? null);
  return ended === null ? done("") : callFailure({ ...ended, outcome: "definite" }, null);
}

const RUN: Readonly<Record<Exclude<PersonCommand, "login" | "logout">, (asked: Asked) => Promise<Answer>>> = {
  client: talk,
  send,
  read,
  search,
  rooms,
  people,
  join,
  leave,
  profile,
};
