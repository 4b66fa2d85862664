/**
 * One replica decides while another one decides otherwise: passwords change while somebody logs in, also at a frozen
 * replica; and reads follow at once after a write elsewhere.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { ChatClient } from "../../src/client/chat-client.ts";
import { ReadMode } from "../../proto/gen/lastword/v1/ReadMode.ts";
import { Cluster, waitFor } from "../../harness/cluster.ts";
import { SOAK } from "../../harness/load-cluster.ts";
import { WebPerson } from "../../harness/web-person.ts";

const OLD = "the old password";
const NEW = "the new password";
const CHANGES = SOAK ? 20 : 2;
const FIRST_MESSAGES = SOAK ? 100 : 6;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.create({ words: ["--rate-limit=off"] });
  await cluster.startAll();
}, 180_000);
afterAll(async () => await cluster.stop());

/** Password hashes cost CPU time, and this file needs many of them at once. */
const PATIENCE = { deadlineMs: 30_000, attemptMs: 15_000 };

const client = (id: number, token?: string): ChatClient =>
  new ChatClient({ addresses: [cluster.grpc(id)], ...PATIENCE, ...(token === undefined ? {} : { token }) });

/** A new person, logged in at replica `id`. */
async function registered(name: string, id = 0): Promise<ChatClient> {
  const person = client(id);
  const made = await person.register(name, OLD);
  if (!made.ok) throw new Error(`${name}: ${made.sentence}`);
  return person;
}

async function changePassword(person: ChatClient): Promise<void> {
  const clientId = Bun.randomUUIDv7();
  const changed = await person.call("ChangePassword", { password: OLD, newPassword: NEW, clientId });
  expect(changed).toMatchObject({ ok: true });
}

/** Logs in at replica `id`: the token, or the code of the refusal. */
async function login(name: string, id: number, password: string): Promise<{ token: string } | { code: string }> {
  const person = client(id);
  const entered = await person.login(name, password);
  person.close();
  return entered.ok ? { token: entered.value.token } : { code: entered.code };
}

/** The replicas that still accept a token. */
async function opensAt(token: string): Promise<number[]> {
  const open: number[] = [];
  for (const id of cluster.ids) {
    const thief = client(id, token);
    if ((await thief.call("ListSessions", {})).ok) open.push(id);
    thief.close();
  }
  return open;
}

test("logins with the old password, under way while it is changed at another replica: none lives", async () => {
  for (let round = 0; round < CHANGES; round++) {
    const name = `loop${round}`;
    const owner = await registered(name);
    const tokens: string[] = [];
    let refused = 0;
    let done = false;
    const knock = async (): Promise<void> => {
      while (!done || refused === 0) {
        const answer = await login(name, 1, OLD);
        if ("token" in answer) tokens.push(answer.token);
        else refused += 1;
      }
    };
    const knocking = [knock(), knock(), knock()];
    await waitFor("a login that is right", () => tokens.length > 0);
    await changePassword(owner);
    const changedWith = tokens.length;
    done = true;
    await Promise.all(knocking);
    expect(changedWith).toBeGreaterThan(0);
    expect(await Promise.all(tokens.map(opensAt))).toEqual(tokens.map(() => []));
    expect(await opensAt(owner.token!)).toEqual([...cluster.ids]);
    owner.close();
  }
}, 180_000);

test("a replica that was frozen while the password changed grants nothing by the old one", async () => {
  const owner = await registered("frozen", 0);
  await waitFor("the other replica to know her", async () => "token" in (await login("frozen", 1, OLD)));
  await cluster.pause(1);
  await changePassword(owner);
  // These logins begin after the acknowledgement, at a replica that has not heard of the change.
  const late = Array.from({ length: 4 }, async () => await login("frozen", 1, OLD));
  await cluster.resume(1);
  for (const answer of await Promise.all(late)) expect("token" in answer).toBe(false);
  await cluster.inStep();
  expect(await login("frozen", 1, OLD)).toEqual({ code: "wrong_password" });
  expect("token" in (await login("frozen", 1, NEW))).toBe(true);
  owner.close();
}, 180_000);

test("the first message of two people is there by name, for who asks for the latest or brings the cursor", async () => {
  const ada = await registered("ada");
  const friends = Array.from({ length: FIRST_MESSAGES }, (_, n) => `friend${n}`);
  await Promise.all(friends.map(async (name) => (await registered(name)).close()));
  const elsewhere = client(1, ada.token!);
  await waitFor("ada's login there", async () => (await elsewhere.call("ListSessions", {})).ok);
  for (const [n, name] of friends.entries()) {
    const sent = await ada.send({ to: name, body: `hello ${name}` });
    if (!sent.ok) throw new Error(sent.sentence);
    const read = await elsewhere.call(
      "GetMessages",
      n % 2 === 0 ? { with: name, read: ReadMode.READ_MODE_LATEST } : { with: name },
      n % 2 === 0 ? {} : { cursor: sent.value.cursor },
    );
    expect(read.ok && read.value.messages.map(({ body }) => body)).toEqual([`hello ${name}`]);
  }
  elsewhere.close();
  ada.close();
}, 180_000);

test("registration closed from the start: the first account by the owner's link, and no other", async () => {
  await using closed = await Cluster.create({ replicas: 1, words: ["--registration=closed"] });
  await closed.startAll();
  const page = async (path: string) => await fetch(closed.web(0) + path, { headers: { accept: "text/html" } });
  // A replica that was started without a terminal prints the command, and not the link.
  await waitFor("the line", () => /nobody has an account yet; .* invite --owner --data /.test(closed.output(0)));
  expect(closed.output(0)).not.toContain("/join/");
  const [ada, ben] = [new WebPerson("ada"), new WebPerson("ben")];
  const form = { name: "ben", password: OLD, id: crypto.randomUUID() };
  expect((await ben.ask(closed.web(0), "/register", { form })).status).toBe(403);
  const command = ["invite", "--owner", `--data=${closed.data}`];
  const link = (await closed.command(command)).stdout.trim();
  expect((await ada.ask(closed.web(0), new URL(link).pathname, { form: { ...form, name: "ada" } })).status).toBe(200);
  expect((await ben.ask(closed.web(0), new URL(link).pathname, { form })).status).toBe(403);
  expect(await closed.command(command)).toMatchObject({ exit: 1, stdout: "" });
  expect((await closed.command(["user", "list", `--data=${closed.data}`])).stdout).toBe("owner   ada\n");
  const program = new ChatClient({ addresses: [closed.grpc(0)] });
  expect(await program.register("eve", OLD)).toMatchObject({ code: "registration_closed", outcome: "definite" });
  program.close();
  expect((await page("/register")).status).toBe(403);
  expect(await (await page("/login")).text()).not.toContain("Create an account");
}, 180_000);
