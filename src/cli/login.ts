/** `lastword login` and `lastword logout`: the login of the terminal client, and where the cluster is. */
import { isLoopback } from "../base/loopback.ts";
import { ChatClient } from "../client/chat-client.ts";
import { dataFolder } from "../host/data-folder.ts";
import { printAddress } from "../host/address.ts";
import { done, EXIT, failure, type Failure, type Outcome } from "../host/exit.ts";
import { PROGRAM } from "../host/program-name.ts";
import { callFailure } from "./call-failure.ts";
import type { CommandDeps } from "./command-deps.ts";
import { lookAround } from "./local-cluster.ts";
import { loginPath, readLogin, removeLogin, writeLogin } from "./login-file.ts";
import type { Options } from "./options.ts";
import type { Invocation } from "./invocation.ts";
import { localPeers } from "./settings.ts";
import { askLine, askSecret, readAll } from "./terminal-input.ts";

const GAVE_UP = failure(EXIT.failed, "nobody was logged in", `run ${PROGRAM} login to try again`);

/** Where to log in: the given replicas, else those that run here, else those that run here by default. */
function serversOf(options: Options, deps: CommandDeps): readonly string[] {
  if (options.server !== null) return options.server.map(printAddress);
  const running = lookAround(dataFolder(options.data, deps.environment), deps).filter(({ alive }) => alive);
  const found = running.flatMap(({ run }) => (run === null ? [] : [run.grpc]));
  return found.length > 0 ? found : localPeers().map(printAddress);
}

function isOnThisHost(server: string): boolean {
  return isLoopback(server.replace(/:\d+$/, "").replaceAll(/[[\]]/g, ""));
}

function plaintextRefusal(servers: readonly string[], options: Options): Failure | null {
  const away = options["allow-plaintext"] ? undefined : servers.find((server) => !isOnThisHost(server));
  if (away === undefined) return null;
  return failure(
    EXIT.usage,
    `gRPC is not encrypted and ${away} is not on this host's loopback`,
    "give --allow-plaintext on a network that you trust, or a tunnel's end on 127.0.0.1 as --server",
  );
}

/** Asks for what was not given. A script gives the name as a word, and the password on stdin. */
async function whoLogsIn(words: readonly string[], deps: CommandDeps): Promise<Outcome<[string, string]>> {
  const atTerminal = process.stdin.isTTY;
  const [given, ...more] = words;
  if (more.length > 0)
    return failure(EXIT.usage, "login takes one name", "the password is asked for, or read from stdin");
  if (given === undefined && !atTerminal)
    return failure(EXIT.usage, "login lacks the name", `give ${PROGRAM} login NAME`);
  const name = given ?? (await askLine("Name: "));
  if (name === null || name === "") return GAVE_UP;
  const password = atTerminal
    ? await askSecret("Password: ", process.stdin, deps.err)
    : ((await readAll(process.stdin))?.split("\n")[0] ?? null);
  return password === null || password === "" ? GAVE_UP : done([name, password]);
}

/** The given addresses, and those of further replicas that the cluster names. */
async function allServers(client: ChatClient, given: readonly string[], options: Options): Promise<string[]> {
  const status = await client.call("ClusterStatus", {}, { deadlineMs: 3_000 });
  const named = status.ok ? status.value.replicas.map(({ grpc }) => grpc).filter((grpc) => grpc !== "") : [];
  const reachable = named.filter((server) => options["allow-plaintext"] || isOnThisHost(server));
  // Through a tunnel, the loopback addresses of other hosts would lead to programs of this one.
  const isHere = given.some((server) => named.includes(server));
  return [...new Set([...given, ...(isHere ? reachable : [])])];
}

/** Runs `lastword login`. */
export async function runLogin({ options, words }: Invocation, deps: CommandDeps): Promise<Outcome<string>> {
  const servers = serversOf(options, deps);
  const refused = plaintextRefusal(servers, options);
  if (refused !== null) return refused;
  const who = await whoLogsIn(words, deps);
  if (!who.ok) return who;
  const client = new ChatClient({ addresses: servers });
  const login = await client.login(...who.value);
  if (!login.ok) return callFailure(login, null);
  const { token, user } = login.value;
  const path = loginPath(options["login-file"], deps.environment);
  const earlier = readLogin(path);
  const unwritten = writeLogin(path, {
    name: user!.name,
    token,
    servers: await allServers(client, [client.address, ...servers], options),
  });
  // A login that nobody can use again must not stay open.
  if (unwritten !== null) await client.call("Logout", {});
  else if (earlier.ok) await endEarlier(earlier.value);
  return unwritten ?? done(`logged in as ${user!.name}\n`);
}

/** Ends the login that was replaced. If it cannot be ended, it is in the list of logins on the page. */
async function endEarlier({ servers, token }: { servers: readonly string[]; token: string }): Promise<void> {
  const client = new ChatClient({ addresses: servers, token, deadlineMs: 2_000 });
  await client.call("Logout", {});
  client.close();
}

/** Runs `lastword logout`. As long as the cluster has not ended the login, the file stays. */
export async function runLogout({ options }: Invocation, deps: CommandDeps): Promise<Outcome<string>> {
  const path = loginPath(options["login-file"], deps.environment);
  const login = readLogin(path);
  if (!login.ok) return login;
  const { name, token, servers } = login.value;
  const client = new ChatClient({ addresses: servers, token });
  const ended = await client.call("Logout", {});
  if (!ended.ok && ended.code !== "not_logged_in")
    return callFailure(ended, { what: "you are logged out", again: null });
  return removeLogin(path) ?? done(`${name} is logged out\n`);
}
