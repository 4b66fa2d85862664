/** Group conversations as people ask for them: by several names, and as a room with a name later. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Answer } from "../../../src/chat/errors.ts";
import type { FeedEvent } from "../../../src/chat/chat-service.ts";
import { drain } from "../../support/feed-reader.ts";
import { createSoloChat, type Person, type SoloChat } from "../../support/solo-chat.ts";

const id = (): string => crypto.randomUUID();

function must<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.sentence}`);
  return answer.value;
}

let solo: SoloChat;
let anna: Person;
let ben: Person;
let eve: Person;
let dan: Person;
beforeEach(async () => {
  solo = createSoloChat();
  [anna, ben, eve, dan] = [
    await solo.person("anna"),
    await solo.person("ben"),
    await solo.person("eve"),
    await solo.person("dan"),
  ];
});
afterEach(() => solo.close());

const asks = async (person: Person, to: string, body = "hello") =>
  await solo.chat.send(person.session, { to, body, clientId: id() });
const says = async (person: Person, to: string, body = "hello") => must(await asks(person, to, body)).conversationId;
const makes = async (person: Person, group: string, name: string, more: { historyFromJoining?: boolean } = {}) =>
  await solo.chat.createRoom(person.session, {
    name,
    topic: "",
    isPrivate: true,
    people: [],
    group,
    clientId: id(),
    ...more,
  });
const find = async (person: Person, conversationId: string) =>
  must(await solo.chat.conversation(person.session, { conversationId }));

test("the same people in any order, whoever writes, have one conversation; a name twice, or one's own, adds nobody", async () => {
  const group = await says(anna, "ben, eve");
  expect(await says(ben, "Eve , @anna,")).toBe(group);
  expect(await says(eve, "ben,anna,ben,eve")).toBe(group);
  expect(await says(anna, "ben, eve, dan")).not.toBe(group);
  const direct = await says(anna, "ben");
  expect(await says(anna, "anna, ben, ben")).toBe(direct);
  expect(must(await solo.chat.findDirect(eve.session, { name: "anna, ben" }))?.id).toBe(group);
  expect(must(await solo.chat.findDirect(dan.session, { name: "anna, eve" }))).toBe(null);
});

test("its people see each other by name, with what was said, and nobody is told who has read it", async () => {
  const feed = must(solo.chat.subscribe(anna.session, {}));
  const group = await says(anna, "ben, eve");
  const view = await find(ben, group);
  expect(view).toMatchObject({ with: null, room: null, unread: 1, last: { body: "hello", authorName: "anna" } });
  expect(view.group.map(({ name }) => name)).toEqual(["anna", "eve"]);
  must(await solo.chat.markAllRead(ben.session, { conversationId: group, upTo: view.last!.id }));
  expect((await drain(feed)).map(({ event }) => event.kind)).toEqual(["message"]);
  const [message] = must(await solo.chat.messages(anna.session, { conversationId: group, limit: 5 }));
  expect(message).toMatchObject({ body: "hello", readByOther: false });
  expect((await solo.chat.conversation(dan.session, { conversationId: group })).ok).toBe(false);
});

test("twelve people at most, who all have accounts; what is wrong is said at the field", async () => {
  const names = Array.from({ length: 12 }, (_, n) => `person${n}`);
  for (const name of names) await solo.person(name);
  const answers = [
    await asks(anna, names.slice(0, 11).join(", ")),
    await asks(anna, names.join(", ")),
    await asks(anna, "ben, nobody, eve"),
    await asks(anna, ","),
  ];
  expect(answers.map((answer) => (answer.ok ? "done" : `${answer.error.code} at ${answer.error.field}`))).toEqual([
    "done",
    "too_long at to",
    "unknown_recipient at to",
    "unknown_recipient at to",
  ]);
  const [, , unknown] = answers;
  expect(unknown!.ok || unknown!.error.sentence).toContain("nobody");
});

test("it becomes a private room for all of them; the same people may then begin another group", async () => {
  const group = await says(anna, "ben, eve");
  const feed = must(solo.chat.subscribe(eve.session, {}));
  const room = must(await makes(ben, group, "Trio"));
  expect(room).toMatchObject({ id: group, name: "Trio", isPrivate: true, role: "owner", people: 3 });
  expect(room.fromGroup).toMatchObject({ name: "ben" });
  const told: FeedEvent = { kind: "conversation", conversationId: group };
  expect((await drain(feed)).map(({ event }) => event)).toEqual([told]);
  expect(await find(eve, group)).toMatchObject({ room: { name: "Trio" }, group: [], last: { body: "hello" } });
  expect(await says(eve, "#trio", "in the room")).toBe(group);
  const next = await says(eve, "anna, ben", "only for us");
  expect(next).not.toBe(group);
  expect(await says(anna, "eve, ben")).toBe(next);
  const invite = { kind: "invite", people: ["dan"] } as const;
  must(await solo.chat.changeRoom(ben.session, { room: group, change: invite, clientId: id() }));
  const seen = must(await solo.chat.messages(dan.session, { conversationId: group, limit: 5 }));
  expect(seen.map(({ body }) => body)).toEqual(["hello", "in the room"]);
});

test("a room of a group may show newcomers nothing from before; its first people go on seeing all", async () => {
  const group = await says(anna, "ben, eve");
  must(await makes(ben, group, "trio", { historyFromJoining: true }));
  const invite = { kind: "invite", people: ["dan"] } as const;
  must(await solo.chat.changeRoom(ben.session, { room: group, change: invite, clientId: id() }));
  const seen = async (person: Person) =>
    must(await solo.chat.messages(person.session, { conversationId: group, limit: 5 })).length;
  expect([await seen(dan), await seen(eve)]).toEqual([0, 1]);
});

test("only a group becomes a room, once, and only for its people", async () => {
  const [group, direct] = [await says(anna, "ben, eve"), await says(anna, "ben")];
  const code = (answer: Answer<unknown>) => (answer.ok ? "done" : `${answer.error.code}: ${answer.error.sentence}`);
  expect(code(await makes(dan, group, "mine"))).toStartWith("not_found");
  expect(code(await makes(anna, direct, "two"))).toContain("Only a group");
  must(await makes(anna, group, "trio"));
  expect(code(await makes(ben, group, "again"))).toContain("is a room already");
});

test("a repeat of a message goes where the first one went, although the group is a room by then", async () => {
  const sent = { to: "ben, eve", body: "hello", clientId: id() };
  const first = must(await solo.chat.send(anna.session, sent));
  must(await makes(ben, first.conversationId, "trio"));
  expect(must(await solo.chat.send(anna.session, sent))).toMatchObject({ id: first.id });
});
