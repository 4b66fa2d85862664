/**
 * Rooms over gRPC at three replicas: what people do in them is done once, whichever replica is killed while they do
 * it; everybody in a room hears everything, and everybody else nothing.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { ChatClient } from "../../src/client/chat-client.ts";
import { registerAll } from "../../harness/chat-people.ts";
import { Cluster, waitFor } from "../../harness/cluster.ts";

const PASSWORD = "a password for rooms";
const PEOPLE = ["ada", "ben", "eve", "outsider"] as const;
const ROUNDS = 3;
const MESSAGES = 10;

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

/** Makes a room; its id. */
async function room(by: Name, name: string, more: { isPrivate?: boolean; people?: string[] } = {}): Promise<string> {
  const request = { name, topic: "", isPrivate: false, people: [], ...more, clientId: crypto.randomUUID() };
  const made = await of(by).call("CreateRoom", request);
  if (!made.ok) throw new Error(made.sentence);
  return made.value.room!.id;
}

/** Names of the people of a room with their roles, as one replica says. */
async function peopleAt(id: number, by: Name, room: string): Promise<string[]> {
  const client = new ChatClient({ addresses: [cluster.grpc(id)], token: of(by).token! });
  const answer = await client.call("ListRoomPeople", { room, read: 1 });
  client.close();
  return answer.ok ? answer.value.people.map(({ user, role }) => `${user!.name} ${role}`) : [answer.code];
}

async function bodiesAt(id: number, by: Name, conversationId: string): Promise<string[]> {
  const client = new ChatClient({ addresses: [cluster.grpc(id)], token: of(by).token! });
  const answer = await client.call("GetMessages", { conversationId, limit: 200, read: 1 });
  client.close();
  return answer.ok ? answer.value.messages.map(({ body }) => body) : [answer.code];
}

/** Ids of the messages that somebody's stream brings, and the rooms that it names. */
function follow(name: Name) {
  const seen: string[] = [];
  const rooms = new Set<string>();
  let resets = 0;
  of(name).subscribe({
    onEvent: ({ message, conversation, reset }) => {
      if (message) seen.push(message.body);
      if (conversation) rooms.add(conversation.conversationId);
      if (reset !== undefined) resets += 1;
    },
    onEnd: () => undefined,
  });
  return { seen, rooms, resets: () => resets };
}

test("made, joined, written to and left, while replicas are killed: once, and the same at all three", async () => {
  const ops = await room("ada", "ops", { people: ["ben"] });
  const [bens, outsiders] = [follow("ben"), follow("outsider")];
  const secret = await room("ada", "secret", { isPrivate: true });
  await of("ada").send({ to: "#secret", body: "not for them" });
  const expected: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const victim = round % cluster.ids.length;
    const sending = (async (): Promise<void> => {
      for (let n = 0; n < MESSAGES; n++) {
        const body = `round ${round}, ${n}`;
        const by = n % 2 === 0 ? "ada" : "ben";
        const sent = await of(by).call("SendMessage", { to: "#ops", body, clientId: crypto.randomUUID() });
        if (sent.ok) expected.push(body);
        else throw new Error(`${sent.code}: ${sent.sentence}`);
      }
    })();
    await waitFor("some of them", () => expected.length >= round * MESSAGES + 3);
    await cluster.kill(victim);
    // Told again and again, by one id each, until somebody says that it is done.
    const change = { clientId: crypto.randomUUID(), room: ops, topic: `round ${round}` };
    expect(await of("ben").call("ChangeRoom", change)).toMatchObject({ ok: true });
    expect(await of("ben").call("ChangeRoom", change)).toMatchObject({ ok: true });
    expect(await of("eve").call("JoinRoom", { room: "#ops", clientId: crypto.randomUUID() })).toMatchObject({
      ok: true,
    });
    expect(await of("eve").call("LeaveRoom", { room: ops, clientId: crypto.randomUUID() })).toMatchObject({ ok: true });
    expect(await room("eve", `by-eve-${round}`)).not.toBe("");
    await sending;
    await cluster.start(victim);
    await cluster.inStep();
  }
  for (const id of cluster.ids) {
    expect([id, await peopleAt(id, "ada", ops)]).toEqual([id, ["ada owner", "ben member"]]);
    expect([id, await bodiesAt(id, "ben", ops)]).toEqual([id, expected]);
    expect([id, await bodiesAt(id, "eve", ops)]).toEqual([id, ["not_found"]]);
    expect([id, await bodiesAt(id, "ben", secret)]).toEqual([id, ["not_found"]]);
  }
  await waitFor("ben's stream to have all", () => bens.seen.length >= expected.length, 60_000);
  expect([bens.seen, bens.resets()]).toEqual([expected, 0]);
  expect(bens.rooms).toEqual(new Set([ops]));
  expect(outsiders.seen).toEqual([]);
  const listed = await of("outsider").call("ListRooms", { limit: 50, read: 1 });
  expect(listed.ok && listed.value.rooms.map(({ name }) => name)).toEqual([
    "by-eve-0",
    "by-eve-1",
    "by-eve-2",
    "general",
    "ops",
  ]);
}, 180_000);

test("whoever is sent away reads nothing more, at whichever replica; by name or by id, before and after a restart", async () => {
  const club = await room("ada", "club", { isPrivate: true, people: ["ben", "eve"] });
  await of("ada").send({ to: "#club", body: "welcome" });
  const ask = async (by: Name, change: object) =>
    await of(by).call("ChangeRoom", { room: club, clientId: crypto.randomUUID(), ...change });
  expect(await ask("ben", { remove: { names: ["eve"] } })).toMatchObject({ ok: false, code: "not_allowed" });
  expect(await ask("ada", { remove: { names: ["ben"] } })).toMatchObject({ ok: true });
  expect(await ask("ada", { ban: "eve" })).toMatchObject({ ok: true });
  await cluster.kill(0);
  await cluster.start(0);
  await cluster.inStep();
  for (const id of cluster.ids) {
    for (const name of ["ben", "eve", "outsider"] as const)
      expect([id, name, await bodiesAt(id, name, club), await peopleAt(id, name, "#club")]).toEqual([
        id,
        name,
        ["not_found"],
        ["not_found"],
      ]);
    expect(await bodiesAt(id, "ada", club)).toEqual(["welcome"]);
  }
  expect(await ask("ada", { invite: { names: ["eve"] } })).toMatchObject({ ok: false, code: "not_allowed" });
  expect(await ask("ada", { invite: { names: ["ben"] } })).toMatchObject({ ok: true });
  await waitFor("ben to read again", async () => (await bodiesAt(2, "ben", club)).includes("welcome"));
}, 180_000);
