/**
 * The chat from a terminal, by the built binary: scripts that send and read, with exit codes by outcome, and a person at
 * a terminal. Replicas are killed that the client is talking to.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ChatClient } from "../../src/client/chat-client.ts";
import { registerAll } from "../../harness/chat-people.ts";
import { BINARY, Cluster, waitFor } from "../../harness/cluster.ts";

const PASSWORD = "a password for terminals";
const PEOPLE = ["ada", "ben"] as const;

interface Message {
  readonly body: string;
}

let cluster: Cluster;
let clients: ReadonlyMap<(typeof PEOPLE)[number], ChatClient>;
const ben = (): ChatClient => clients.get("ben")!;
const loginFile = (): string => join(cluster.home, ".config/lastword/login.json");
const run = (words: readonly string[], stdin?: string) => cluster.command(words, {}, stdin);

beforeAll(async () => {
  cluster = await Cluster.create();
  await cluster.startAll();
  clients = await registerAll(cluster, PEOPLE, PASSWORD);
  await ben().call("CreateRoom", { name: "ops", topic: "on call", clientId: crypto.randomUUID() });
}, 180_000);
afterAll(async () => {
  for (const client of clients.values()) client.close();
  await cluster.stop();
});

/** The bodies of a conversation, oldest first, as ben's client reads them. */
async function bodies(where: string): Promise<string[]> {
  const page = await ben().call("GetMessages", { with: where, limit: 200, read: 1 });
  if (!page.ok) throw new Error(page.sentence);
  return page.value.messages.map(({ body }) => body);
}

async function login(): Promise<void> {
  const done = await run(["login", "ada", "--server", cluster.grpc(0)], `${PASSWORD}\n`);
  expect([done.exit, done.stdout, done.stderr]).toEqual([0, "logged in as ada\n", ""]);
}

/** The addresses in the file of the login: the first one is used first. */
function servers(): string[] {
  return (JSON.parse(readFileSync(loginFile(), "utf8")) as { servers: string[] }).servers;
}

/** The id of the replica at an address. */
function replicaAt(address: string): number {
  return cluster.ids.find((id) => cluster.grpc(id) === address)!;
}

test("a login: by name and password, kept in a file for its owner alone, ended by logout", async () => {
  const before = await run(["send", "--to", "ben", "hello"]);
  expect([before.exit, before.stderr]).toEqual([1, expect.stringContaining("you are not logged in; run ")]);
  const wrong = await run(["login", "ada", "--data", cluster.data], "not the password\n");
  expect([wrong.exit, wrong.stdout]).toEqual([1, ""]);
  expect((await run(["login"], "x\n")).exit).toBe(2);
  const away = await run(["login", "ada", "--server", "192.0.2.1:50051"], PASSWORD);
  expect([away.exit, away.stderr]).toEqual([2, expect.stringContaining("gRPC is not encrypted")]);
  await login();
  expect(statSync(loginFile()).mode & 0o777).toBe(0o600);
  const { token } = JSON.parse(readFileSync(loginFile(), "utf8")) as { token: string };
  const known = servers();
  // One address was given; the others came from the cluster.
  expect(known.toSorted()).toEqual(cluster.ids.map((id) => cluster.grpc(id)).toSorted());
  const out = await run(["logout"]);
  expect([out.exit, out.stdout]).toEqual([0, "ada is logged out\n"]);
  // The login has ended, not only the file.
  writeFileSync(loginFile(), JSON.stringify({ version: 1, name: "ada", token, servers: known }), { mode: 0o644 });
  expect((await run(["rooms"])).exit).toBe(3);
  chmodSync(loginFile(), 0o600);
  const ended = await run(["rooms"]);
  expect([ended.exit, ended.stderr]).toEqual([1, expect.stringContaining("login")]);
  for (const told of [out, ended]) expect(`${told.stdout}${told.stderr}`).not.toContain(token);
}, 180_000);

test("scripts join, send, read, list and leave; a repeat with the same client id sends nothing more", async () => {
  await login();
  expect((await run(["rooms"])).stdout).toContain("  #ops  1 person, on call\n");
  expect((await run(["join", "ops"])).stdout).toBe("you are in #ops\n");
  const id = crypto.randomUUID();
  const words = ["send", "--to", "#ops", "--client-id", id, "disk", "is full"];
  const [first, again] = [await run(words), await run(words)];
  expect([first.exit, again.exit]).toEqual([0, 0]);
  expect(again.stdout).toBe(first.stdout);
  expect(first.stdout).toEndWith(`-${id}\n`);
  const other = await run([...words.slice(0, -1), "other words"]);
  expect([other.exit, other.stdout]).toEqual([1, ""]);
  expect((await run(["send", "--to", "#ops"], "two\nlines\n")).exit).toBe(0);
  const json = await run(["send", "--to", "@ben", "--json", "--", "--to you"]);
  expect(JSON.parse(json.stdout)).toMatchObject({ authorName: "ada", body: "--to you" });
  expect(await bodies("#ops")).toEqual(["disk is full", "two\nlines"]);
  expect((await run(["read", "#ops"])).stdout).toMatch(/^\d{4}-.* ada: disk is full\n.* ada: two\n {4}lines\n$/);
  const lines = (await run(["read", "ben", "--json", "--limit", "1"])).stdout.trim().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { body: string }).body)).toEqual(["--to you"]);
  expect((await run(["people"])).stdout).toContain(" ben\n");
  expect((await run(["people", "ops"])).stdout).toContain(" ada\n");
  expect((await run(["profile", "--name", "Ada Lovelace", "--emoji", "🌴", "--until", "1h"])).stdout).toMatch(
    /^name +ada\ndisplay name +Ada Lovelace\nstatus +🌴 until \d{4}-.*\ntime zone +none\n$/,
  );
  expect((await run(["profile", "--status", "", "--time-zone", "asia/tokyo"])).exit).toBe(0);
  const own = JSON.parse((await run(["profile", "--json"])).stdout) as object;
  expect(own).toMatchObject({ name: "ada", displayName: "Ada Lovelace", timeZone: "Asia/Tokyo" });
  expect(own).not.toHaveProperty("status");
  expect((await run(["people", "ops"])).stdout).toContain(" ada  Ada Lovelace");
  const taken = await run(["profile", "--name", "ben"]);
  expect([taken.exit, taken.stderr]).toEqual([1, expect.stringContaining("Somebody else logs in with this name")]);
  expect((await run(["profile", "--until", "1h"])).exit).toBe(2);
  const nobody = await run(["send", "--to", "zoe", "--json", "hello"]);
  expect([nobody.exit, nobody.stderr]).toEqual([1, expect.stringContaining("zoe")]);
  expect(JSON.parse(nobody.stdout)).toMatchObject({ error: { code: "unknown_recipient", outcome: "definite" } });
  expect((await run(["send", "hello"])).exit).toBe(2);
  expect((await run(["leave", "ops"])).stdout).toBe("you left #ops\n");
  expect((await run(["send", "--to", "#ops", "hello"])).exit).toBe(1);
}, 180_000);

test("read --follow goes on when its replica is killed, three times: nothing lost, nothing twice", async () => {
  await login();
  let [out, err] = ["", ""];
  const process = Bun.spawn([BINARY, "read", "#general", "--follow", "--json"], {
    env: cluster.environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const reading = (async () => {
    for await (const chunk of process.stdout) out += Buffer.from(chunk).toString();
  })();
  const hearing = (async () => {
    for await (const chunk of process.stderr) err += Buffer.from(chunk).toString();
  })();
  const shown = (): string[] =>
    out
      .split("\n")
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as Message).body);
  const sent: string[] = [];
  const say = async (): Promise<void> => {
    const body = `word ${sent.length}`;
    expect(await ben().send({ to: "#general", body }, { deadlineMs: 30_000 })).toMatchObject({ ok: true });
    sent.push(body);
  };
  /** The replica that the client talks to, as it says. */
  const at = (): string | undefined => /(?:connected to|continued at) (\S+)/.exec(err.split("\n").at(-2) ?? "")?.[1];
  for (let kills = 0; kills < 3; kills++) {
    for (let n = 0; n < 5; n++) await say();
    await waitFor("the first words to be shown", () => shown().length === sent.length, 60_000);
    const victim = replicaAt(await waitFor("it to say where it is", at));
    const [writing] = [
      (async () => {
        for (let n = 0; n < 20; n++) await say();
      })(),
    ];
    await cluster.kill(victim);
    await writing;
    await waitFor("all words to be shown", () => shown().length >= sent.length, 60_000);
    await waitFor("the move to be told", () => at() !== cluster.grpc(victim));
    await cluster.start(victim);
    await cluster.inStep();
  }
  expect(shown()).toEqual(sent);
  process.kill();
  await Promise.all([reading, hearing, process.exited]);
}, 180_000);

test("with no replica left, it is said that the outcome is not known; the repeat sends it once", async () => {
  await login();
  await cluster.killTogether(cluster.ids);
  const lost = await run(["send", "--to", "ben", "--json", "to whom it may concern"]);
  expect([lost.exit, lost.stderr]).toEqual([
    8,
    expect.stringContaining("it is not known whether the message was sent"),
  ]);
  const { error } = JSON.parse(lost.stdout) as { error: { outcome: string; clientId: string } };
  expect(error.outcome).toBe("unknown");
  expect(lost.stderr).toContain(`--client-id ${error.clientId}\n`);
  const reading = await run(["rooms"]);
  expect([reading.exit, reading.stdout]).toEqual([1, ""]);
  const out = await run(["logout"]);
  expect([out.exit, out.stderr]).toEqual([8, expect.stringContaining("it is not known whether you are logged out")]);
  await cluster.startAll();
  for (let n = 0; n < 2; n++) {
    const again = await run(["send", "--to", "ben", "--client-id", error.clientId, "to whom it may concern"]);
    expect([again.exit, again.stderr]).toEqual([0, ""]);
  }
  expect((await bodies("ada")).filter((body) => body === "to whom it may concern")).toHaveLength(1);
}, 180_000);

/** The binary in a terminal of its own, as a person sees it. */
class Screen {
  text = "";
  readonly process: Bun.Subprocess;

  constructor(words: readonly string[]) {
    const decoder = new TextDecoder();
    this.process = Bun.spawn([BINARY, ...words], {
      env: { ...cluster.environment, TERM: "xterm" },
      terminal: {
        cols: 80,
        rows: 24,
        data: (_terminal, bytes) => void (this.text += decoder.decode(bytes, { stream: true })),
      },
    });
  }

  type(keys: string): void {
    this.process.terminal!.write(keys);
  }

  async until(what: string): Promise<void> {
    await waitFor(`${JSON.stringify(what)} on the screen`, () => this.text.includes(what), 60_000).catch((error) => {
      throw new Error(`${String(error)}; there was ${JSON.stringify(this.text)}`);
    });
  }
}

test("at a terminal: a password that is not shown, a chat that goes on over a kill with the line that is being typed", async () => {
  const asked = new Screen(["login", "--data", cluster.data]);
  await asked.until("Name: ");
  asked.type("ada\r");
  await asked.until("Password: ");
  asked.type(`${PASSWORD}\r`);
  await asked.until("logged in as ada");
  expect([await asked.process.exited, asked.text.includes(PASSWORD)]).toEqual([0, false]);

  const chat = new Screen(["client", "#general"]);
  await chat.until("#general> ");
  const kept = await ben().send({ to: "#general", body: "keep this" });
  if (!kept.ok) throw new Error(kept.sentence);
  await ben().call("PinMessage", { messageId: kept.value.message!.id, clientId: crypto.randomUUID() });
  // Whoever shows this has the pin as well, because it is before it in the log.
  await ben().send({ to: "#general", body: "it is pinned" });
  await chat.until("ben: it is pinned");
  chat.type("/pins\r");
  await chat.until("[#general] ben: keep this");
  chat.type("/saved\r");
  await chat.until("Nothing was found.");
  chat.type("hello from a terminal\r");
  await chat.until("ada: hello from a terminal");
  chat.type("/nonsense\r");
  await chat.until("There is no command /nonsense");
  chat.type("half a li");
  await cluster.kill(replicaAt(servers()[0]!));
  await ben().send({ to: "#general", body: "are you there" });
  await chat.until("ben: are you there");
  await ben().send({ to: "ada", body: "and here" });
  await chat.until("[ben] ben: and here");
  chat.type("ne\r");
  await chat.until("ada: half a line");
  chat.type("//etc\r");
  await chat.until("ada: /etc");
  chat.type("/quit\r");
  expect(await chat.process.exited).toBe(0);
  const last = (await bodies("#general")).slice(-4);
  expect(last).toEqual(["hello from a terminal", "are you there", "half a line", "/etc"]);
}, 180_000);
