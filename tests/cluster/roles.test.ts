/**
 * Roles at three replicas: given over gRPC while replicas are killed, and by an operator's command; once, and the same at
 * all three. The chat is never without an owner.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { ChatClient } from "../../src/client/chat-client.ts";
import { registerAll } from "../../harness/chat-people.ts";
import { Cluster, waitFor } from "../../harness/cluster.ts";

const PASSWORD = "a password for roles";
const PEOPLE = ["ada", "ben", "eve"] as const;
type Name = (typeof PEOPLE)[number];

let cluster: Cluster;
let clients: ReadonlyMap<Name, ChatClient>;
const of = (name: Name): ChatClient => clients.get(name)!;

beforeAll(async () => {
  cluster = await Cluster.create({ words: ["--rate-limit=off"] });
  await cluster.startAll();
  clients = await registerAll(cluster, PEOPLE, PASSWORD);
}, 180_000);
afterAll(async () => {
  for (const client of clients.values()) client.close();
  await cluster.stop();
});

/** What everybody is, as one replica says. */
async function rolesAt(id: number): Promise<string[]> {
  const roles: string[] = [];
  // Nobody is on her own list.
  for (const by of ["ada", "ben"] as const) {
    const client = new ChatClient({ addresses: [cluster.grpc(id)], token: of(by).token! });
    const answer = await client.call("ListUsers", { limit: 50, read: 1 });
    client.close();
    if (!answer.ok) throw new Error(answer.sentence);
    roles.push(...answer.value.users.map(({ name, role }) => `${name} ${role}`));
  }
  return [...new Set(roles)].toSorted();
}

async function sameEverywhere(expected: readonly string[]): Promise<void> {
  for (const id of cluster.ids) expect([id, await rolesAt(id)]).toEqual([id, [...expected]]);
}

const give = async (by: Name, person: string, role: string, clientId: string = crypto.randomUUID()) =>
  await of(by).call("SetRole", { person, role, clientId });

test("given while each replica in turn is killed, and asked for twice: once, and the same at all three", async () => {
  await sameEverywhere(["ada owner", "ben member", "eve member"]);
  for (const [n, role] of (["admin", "owner", "admin"] as const).entries()) {
    const id = crypto.randomUUID();
    const asking = give("ada", "ben", role, id);
    await cluster.kill(n);
    expect(await asking).toMatchObject({ ok: true, value: { user: { name: "ben" } } });
    expect(await give("ada", "eve", "admin")).toMatchObject({ ok: true });
    // A repeat of the first one, behind a later one, changes nothing.
    const later = await give("ada", "ben", n === 1 ? "owner" : "member");
    expect(later).toMatchObject({ ok: true });
    expect(await give("ada", "ben", role, id)).toMatchObject({ ok: true });
    await cluster.start(n);
    await cluster.inStep();
    await sameEverywhere(["ada owner", `ben ${n === 1 ? "owner" : "member"}`, "eve admin"]);
  }
}, 180_000);

test("what a role does not allow is refused at each replica, and the last owner stays", async () => {
  await give("ada", "eve", "admin");
  await give("ada", "ben", "member");
  for (const id of cluster.ids) {
    const ask = async (by: Name, person: string, role: string) => {
      const client = new ChatClient({ addresses: [cluster.grpc(id)], token: of(by).token! });
      const answer = await client.call("SetRole", { person, role, clientId: crypto.randomUUID() });
      client.close();
      return answer.ok ? "ok" : answer.code;
    };
    expect([id, await ask("ben", "ben", "owner")]).toEqual([id, "not_allowed"]);
    expect([id, await ask("eve", "ada", "member")]).toEqual([id, "not_allowed"]);
    expect([id, await ask("eve", "ben", "owner")]).toEqual([id, "not_allowed"]);
    expect([id, await ask("ada", "ada", "admin")]).toEqual([id, "last_owner"]);
  }
  const gone = { password: PASSWORD, deleteMessages: false, clientId: crypto.randomUUID() };
  expect(await of("ada").call("DeleteAccount", gone)).toMatchObject({ ok: false, code: "last_owner" });
  await sameEverywhere(["ada owner", "ben member", "eve admin"]);
}, 180_000);

test("an operator lists people and makes an owner by command, also with one replica left", async () => {
  const listed = await cluster.command(["user", "list"]);
  expect([listed.exit, listed.stdout]).toEqual([0, "owner   ada\nmember  ben\nadmin   eve\n"]);
  await cluster.kill(0);
  await cluster.kill(1);
  const given = await cluster.command(["user", "role", "BEN", "owner"]);
  expect([given.exit, given.stdout, given.stderr]).toEqual([0, "ben is an owner now\n", ""]);
  const json = await cluster.command(["user", "list", "--json"]);
  expect(JSON.parse(json.stdout)).toMatchObject({ people: [{ role: "owner" }, { name: "ben", role: "owner" }, {}] });
  for (const id of [0, 1]) await cluster.start(id);
  await cluster.inStep();
  await sameEverywhere(["ada owner", "ben owner", "eve admin"]);
  expect((await cluster.command(["user", "role", "ada", "member"])).exit).toBe(0);
  const last = await cluster.command(["user", "role", "ben", "member"]);
  expect([last.exit, last.stderr]).toEqual([
    1,
    expect.stringContaining("nothing was changed: A chat needs an owner. Make somebody else an owner first; see "),
  ]);
  const nobody = await cluster.command(["user", "role", "zoe", "admin"]);
  expect([nobody.exit, nobody.stderr]).toEqual([1, expect.stringContaining("No one here is called “zoe”")]);
  await sameEverywhere(["ada member", "ben owner", "eve admin"]);
}, 180_000);

test("an operator invites, deactivates and resets by command; other replicas know it at once", async () => {
  const made = await cluster.command(["invite", "--uses", "1", "--expires", "1h"]);
  expect([made.exit, made.stderr]).toEqual([0, ""]);
  const invite = made.stdout.trim().split("/join/")[1]!;
  const at = (id: number, token?: string) =>
    new ChatClient({ addresses: [cluster.grpc(id)], ...(token === undefined ? {} : { token }) });
  const [second, third] = [at(1), at(2)];
  const fay = { name: "fay", password: PASSWORD, clientId: crypto.randomUUID(), invite };
  const came = await third.call("Register", fay);
  if (!came.ok) throw new Error(came.sentence);
  expect(await second.call("Register", { ...fay, name: "gil", clientId: crypto.randomUUID() })).toMatchObject({
    code: "link_used",
  });

  const reader = at(2, came.value.token);
  const heard = { ready: false, end: "" };
  reader.subscribe({ onEvent: () => void (heard.ready = true), onEnd: ({ code }) => void (heard.end = code) });
  await waitFor("her stream", () => heard.ready);
  expect(await cluster.command(["user", "deactivate", "Fay"])).toMatchObject({
    exit: 0,
    stdout: "fay is deactivated\n",
  });
  // The promise of SetActive.
  await waitFor("the end of her stream", () => heard.end === "not_logged_in", 2_000);
  expect(await reader.call("ListUsers", {})).toMatchObject({ code: "not_logged_in" });
  expect(await second.call("Login", fay)).toMatchObject({ code: "deactivated" });
  expect((await cluster.command(["user", "list"])).stdout).toContain("member  fay (deactivated)\n");

  expect((await cluster.command(["user", "reactivate", "fay"])).exit).toBe(0);
  const reset = (await cluster.command(["user", "reset", "fay"])).stdout.trim().split("/reset/")[1]!;
  const asked = { token: reset, password: "another password", clientId: crypto.randomUUID() };
  const set = await second.call("ResetPassword", asked);
  expect(set).toMatchObject({ ok: true, value: { user: { name: "fay" } } });
  // A repeat at another replica logs in once more.
  expect(await third.call("ResetPassword", asked)).toMatchObject({ ok: true });
  expect(await third.call("Login", fay)).toMatchObject({ code: "wrong_password" });
  const audit = await of("ben").call("ListAudit", { limit: 6 });
  if (!audit.ok) throw new Error(audit.sentence);
  expect(audit.value.entries.map(({ action, actor }) => `${actor?.name ?? "operator"} ${action}`)).toEqual([
    "fay resetPassword",
    "operator makeReset",
    "operator reactivate",
    "operator deactivate",
    "fay register",
    "operator makeInvite",
  ]);
  for (const client of [second, third, reader]) client.close();
}, 180_000);

test("without the cluster's key, nothing is told and nothing is changed", async () => {
  const strangers = await Cluster.create();
  await strangers.start(0);
  const key = await strangers.command(["user", "list"]);
  expect(key).toMatchObject({ exit: 0, stdout: "nobody has an account yet\n" });
  const words = ["user", "role", "eve", "owner"];
  const refused = await cluster.command([...words, `--cluster-key=${strangers.data}/cluster.key`]);
  expect([refused.exit, refused.stdout]).toEqual([1, ""]);
  await strangers.stop();
  await sameEverywhere(["ada member", "ben owner", "eve admin", "fay member"]);
}, 180_000);
