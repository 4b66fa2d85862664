/** What a guest sees, read path by read path: her rooms and the people in them, and nothing of the rest. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Answer } from "../../../src/chat/errors.ts";
import { directId } from "../../../src/chat/ids.ts";
import { createSoloChat, type Person, type SoloChat } from "../../support/solo-chat.ts";
import { drain } from "../../support/feed-reader.ts";

let solo: SoloChat;
let anna: Person;
let ben: Person;
let guest: Person;

const id = (): string => crypto.randomUUID();
function must<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.sentence}`);
  return answer.value;
}
const code = (answer: Answer<unknown>): string => (answer.ok ? "ok" : answer.error.code);

/** Anna and the guest are in #shared; ben is in #public, which everybody else finds. */
beforeEach(async () => {
  solo = createSoloChat();
  [anna, ben, guest] = [await solo.person("anna"), await solo.person("ben"), await solo.person("gina")];
  must(await solo.chat.setRole(anna.session, { person: "gina", role: "guest", clientId: id() }));
  const room = { topic: "", isPrivate: false, clientId: id() };
  must(await solo.chat.createRoom(anna.session, { ...room, name: "shared", people: ["gina"] }));
  must(await solo.chat.createRoom(ben.session, { ...room, name: "public", people: [], clientId: id() }));
});
afterEach(() => solo.close());

test("people: the list, the search, by name, those without a conversation", async () => {
  const names = async (more: object = {}): Promise<string[]> =>
    must(await solo.chat.listUsers(guest.session, { limit: 200, ...more })).map(({ name }) => name);
  expect(await names()).toEqual(["anna"]);
  expect(await names({ search: "ben" })).toEqual([]);
  expect(await names({ strangers: true })).toEqual(["anna"]);
  expect(code(await solo.chat.person(guest.session, { name: "ben" }))).toBe("unknown_recipient");
  expect(code(await solo.chat.person(guest.session, { name: "anna" }))).toBe("ok");
  // As for a name that nobody has.
  const nobody = await solo.chat.person(guest.session, { name: "zoe" });
  const unknown = await solo.chat.person(guest.session, { name: "ben" });
  expect(JSON.stringify(unknown).replaceAll("ben", "zoe")).toBe(JSON.stringify(nobody));
});

test("rooms: the directory, the search, by name, by id, the people, joining", async () => {
  const names = async (more: object = {}): Promise<string[]> =>
    must(await solo.chat.listRooms(guest.session, { limit: 200, ...more })).map(({ name }) => name);
  expect(await names()).toEqual(["shared"]);
  expect(await names({ search: "pub" })).toEqual([]);
  const { id: room } = must(await solo.chat.room(ben.session, { room: "#public" }));
  for (const name of [room, "#public"]) {
    expect(code(await solo.chat.room(guest.session, { room: name }))).toBe("not_found");
    expect(code(await solo.chat.listRoomPeople(guest.session, { room: name, limit: 10 }))).toBe("not_found");
    expect(code(await solo.chat.joinRoom(guest.session, { room: name, clientId: id() }))).toBe("not_found");
  }
  expect(must(await solo.chat.listRoomPeople(guest.session, { room: "#shared", limit: 10 }))).toHaveLength(2);
});

test("what a guest may not do is said as such", async () => {
  const room = { name: "mine", topic: "", isPrivate: false, people: [], clientId: id() };
  const change = { room: "#shared", change: { kind: "invite", people: ["anna"] }, clientId: id() } as const;
  for (const answer of [
    await solo.chat.createRoom(guest.session, room),
    await solo.chat.changeRoom(guest.session, change),
  ])
    expect(answer).toMatchObject({
      error: { code: "not_allowed", sentence: expect.stringMatching(/^You are a guest/) },
    });
});

test("messages: only to people of her rooms, by name and by the id of the conversation", async () => {
  const send = async (to: object): Promise<string> =>
    code(await solo.chat.send(guest.session, { body: "hello @ben", clientId: id(), ...to }));
  expect(await send({ to: "ben" })).toBe("unknown_recipient");
  expect(await send({ conversationId: directId(guest.user.id, ben.user.id) })).toBe("not_found");
  expect(code(await solo.chat.findDirect(guest.session, { name: "ben" }))).toBe("unknown_recipient");
  expect(await send({ to: "anna" })).toBe("ok");
  expect(await send({ to: "#shared" })).toBe("ok");
  // Whoever writes to her, alone or in a group, is known to her.
  const carl = await solo.person("carl");
  expect(await send({ to: "carl" })).toBe("unknown_recipient");
  must(await solo.chat.send(carl.session, { to: "gina, anna", body: "hi both", clientId: id() }));
  expect(await send({ to: "carl" })).toBe("ok");
  must(await solo.chat.send(ben.session, { to: "gina", body: "hi", clientId: id() }));
  expect(await send({ to: "ben" })).toBe("ok");
});

test("streams: who registers, comes and goes is told of her people only", async () => {
  const feed = must(solo.chat.subscribe(guest.session, {}));
  solo.presence.setLocal(ben.user.id, true);
  await solo.person("carl");
  must(await solo.chat.setRole(anna.session, { person: "ben", role: "admin", clientId: id() }));
  solo.presence.setLocal(anna.user.id, true);
  must(await solo.chat.send(anna.session, { to: "#shared", body: "the last", clientId: id() }));
  const text = JSON.stringify(await drain(feed));
  expect(text).not.toContain("ben");
  expect(text).not.toContain("carl");
  expect(text).toContain("anna");
});

test("a link for guests needs a room", async () => {
  const { chat } = solo;
  const asked = { role: "guest", clientId: id() };
  expect(await chat.createInvite(anna.session, { ...asked, rooms: [] })).toMatchObject({
    error: { code: "invalid", field: "rooms" },
  });
  const { token } = must(await chat.createInvite(anna.session, { ...asked, rooms: ["shared"] }));
  const input = { name: "fay", password: "correct horse", clientId: id(), invite: token };
  const { user } = must(await chat.register(input, { address: "127.0.0.1" }));
  expect(user.role).toBe("guest");
});
