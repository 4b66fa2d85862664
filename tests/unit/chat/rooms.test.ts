/** Rooms as people ask for them: names, rights, who hears what, what a stream that resumes is told. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Answer } from "../../../src/chat/errors.ts";
import type { RoomView } from "../../../src/chat/chat-service.ts";
import type { RoomChange } from "../../../src/chat/room-change.ts";
import type { Feed, FeedEvent } from "../../../src/chat/chat-service.ts";
import { encodeOp } from "../../../src/chat/kinds/op.ts";
import { RECOVERED } from "../../support/chat-log.ts";
import { drain } from "../../support/feed-reader.ts";
import { createSoloChat, type Person, type SoloChat } from "../../support/solo-chat.ts";

const id = (): string => crypto.randomUUID();

function must<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.sentence}`);
  return answer.value;
}

/** Code and field of a refusal. */
function refusal(answer: Answer<unknown>): string {
  if (answer.ok) return "done";
  return answer.error.field === undefined ? answer.error.code : `${answer.error.code} at ${answer.error.field}`;
}

let solo: SoloChat;
let anna: Person;
let ben: Person;
let eve: Person;
beforeEach(async () => {
  solo = createSoloChat();
  [anna, ben, eve] = [await solo.person("anna"), await solo.person("ben"), await solo.person("eve")];
});
afterEach(() => solo.close());

interface Making {
  readonly topic?: string;
  readonly isPrivate?: boolean;
  readonly people?: readonly string[];
}

async function asks(person: Person, name: string, more: Making = {}): Promise<Answer<RoomView>> {
  const input = { name, topic: "", isPrivate: false, people: [], ...more, clientId: id() };
  return await solo.chat.createRoom(person.session, input);
}

async function makes(person: Person, name: string, more: Making = {}): Promise<RoomView> {
  return must(await asks(person, name, more));
}

async function changes(person: Person, room: string, change: RoomChange): Promise<Answer<RoomView>> {
  return await solo.chat.changeRoom(person.session, { room, change, clientId: id() });
}

async function joins(person: Person, room: string): Promise<Answer<RoomView>> {
  return await solo.chat.joinRoom(person.session, { room, clientId: id() });
}

async function says(person: Person, to: string, body: string) {
  return await solo.chat.send(person.session, { to, body, clientId: id() });
}

function opens(person: Person, cursor?: string): Feed {
  return must(solo.chat.subscribe(person.session, cursor === undefined ? {} : { cursor }));
}

/** What a stream tells, but for presence. */
async function hears(feed: Feed): Promise<FeedEvent[]> {
  return (await drain(feed)).map(({ event }) => event).filter(({ kind }) => kind !== "presence");
}

async function lists(person: Person): Promise<string[]> {
  const list = must(await solo.chat.listConversations(person.session, { limit: 50 }));
  return list.map((one) => (one.room === null ? one.with!.name : `#${one.room.name} ${one.unread}`));
}

describe("names", () => {
  test("are as careful as those of people, and say what is wrong at the field", async () => {
    for (const name of ["", "  ", "#", "a b", "-x", "...", "ops\u200b", "o\u0440s", "x".repeat(65), "a/b", "<b>"])
      expect([name, await asks(anna, name).then(refusal)]).toEqual([
        name,
        name.length > 64 ? "too_long at name" : "invalid at name",
      ]);
    expect((await makes(anna, "x".repeat(64))).name).toHaveLength(64);
    expect((await makes(anna, " #Ops ")).name).toBe("Ops");
    // The same by case, and one that looks like it: in Cyrillic letters, and with a digit.
    for (const name of ["ops", "0ps", "\u043e\u0440\u0455"])
      expect(await asks(ben, name).then(refusal)).toBe("name_taken at name");
    expect((await makes(anna, "日本語")).name).toBe("日本語");
  });

  test("a topic is one line of 250 characters", async () => {
    expect((await makes(anna, "ops", { topic: "  a\n b " })).topic).toBe("a b");
    expect(await changes(anna, "#ops", { kind: "topic", topic: "x".repeat(251) }).then(refusal)).toBe(
      "too_long at topic",
    );
    expect(must(await changes(anna, "#ops", { kind: "topic", topic: "" })).topic).toBe("");
  });

  test("a room is found by its id and by # and its name, also as people write it in a sentence", async () => {
    const room = await makes(anna, "Ops");
    for (const text of [room.id, "#ops", " #OPS ", "#ops,"])
      expect(must(await solo.chat.room(anna.session, { room: text })).id).toBe(room.id);
    for (const text of ["ops", "#op", "", "#"])
      expect(await solo.chat.room(anna.session, { room: text }).then(refusal)).toBe("not_found");
  });
});

describe("writing", () => {
  test("to a room by its name: everybody in it hears, nobody else does, and nobody is told who has read it", async () => {
    const room = await makes(anna, "ops", { people: ["ben"] });
    const [annas, bens, eves] = [opens(anna), opens(ben), opens(eve)];
    const sent = must(await says(anna, "#ops", "hi"));
    expect(sent.conversationId).toBe(room.id);
    must(await solo.chat.markRead(ben.session, { ids: [sent.id] }));
    expect((await hears(annas)).map(({ kind }) => kind)).toEqual(["message"]);
    expect((await hears(bens)).map(({ kind }) => kind)).toEqual(["message", "read"]);
    expect(await hears(eves)).toEqual([]);
    const [message] = must(await solo.chat.messages(anna.session, { conversationId: room.id, limit: 5 }));
    expect(message).toMatchObject({ body: "hi", readByOther: false });
  });

  test("to a room that one is not in, or that there is not: why, at the field", async () => {
    await makes(anna, "ops");
    await makes(anna, "secret", { isPrivate: true });
    expect(await says(ben, "#ops", "hi").then(refusal)).toBe("not_found at to");
    expect(await says(ben, "#secret", "hi").then(refusal)).toBe("unknown_recipient at to");
    expect(await says(ben, "#nothing", "hi").then(refusal)).toBe("unknown_recipient at to");
    must(await changes(anna, "#ops", { kind: "archived", archived: true }));
    expect(await says(anna, "#ops", "hi").then(refusal)).toBe("archived");
  });

  test("a repeat of what was sent is answered as before, also to whoever was sent away meanwhile", async () => {
    for (const isPrivate of [true, false]) {
      const name = isPrivate ? "secret" : "open";
      const room = await makes(anna, name, { isPrivate, people: ["ben"] });
      const clientId = id();
      const named = { to: `#${name}`, body: "hi", clientId };
      const sent = must(await solo.chat.send(ben.session, named));
      must(await changes(anna, room.id, { kind: "ban", person: "ben" }));
      for (const input of [named, { conversationId: room.id, body: "hi", clientId }])
        expect(must(await solo.chat.send(ben.session, input))).toEqual(sent);
      const other = { ...named, body: "something else" };
      expect(await solo.chat.send(ben.session, other).then(refusal)).toBe("id_reused_with_other_content");
      expect(await solo.chat.send(eve.session, named).then(refusal)).not.toBe("done");
      expect(await solo.chat.send(ben.session, { ...named, clientId: id() }).then(refusal)).not.toBe("done");
      expect(must(await solo.chat.messages(anna.session, { conversationId: room.id, limit: 9 }))).toHaveLength(1);
    }
  });

  test("typing is told to those in the room", async () => {
    const room = await makes(anna, "ops", { people: ["ben"] });
    const [bens, eves] = [opens(ben), opens(eve)];
    solo.chat.typing(eve.session, room.id);
    solo.chat.typing(anna.session, room.id);
    expect(await hears(bens)).toEqual([{ kind: "typing", conversationId: room.id, userId: anna.session.userId }]);
    expect(await hears(eves)).toEqual([]);
  });

  test("unread is counted for those who were there, and not in an archived room", async () => {
    await makes(anna, "ops", { people: ["ben"] });
    must(await says(anna, "#ops", "one"));
    must(await joins(eve, "#ops"));
    must(await says(anna, "#ops", "two"));
    expect(await lists(ben)).toEqual(["#ops 2"]);
    expect(await lists(eve)).toEqual(["#ops 1"]);
    expect([solo.chat.waitingTotal(ben.session).unread, solo.chat.waitingTotal(eve.session).unread]).toEqual([2, 1]);
    must(await changes(anna, "#ops", { kind: "archived", archived: true }));
    expect([await lists(ben), solo.chat.waitingTotal(ben.session).unread]).toEqual([[], 0]);
  });
});

describe("the directory", () => {
  test("shows public rooms and one's own, by name, page by page, and finds a part of a name", async () => {
    for (const name of ["beta", "alpha", "gamma"]) await makes(anna, name, { topic: `about ${name}` });
    await makes(anna, "delta", { isPrivate: true, people: ["ben"] });
    const names = async (person: Person, more: object = {}): Promise<string[]> =>
      must(await solo.chat.listRooms(person.session, { limit: 50, ...more })).map((room) => room.name);
    expect(await names(ben)).toEqual(["alpha", "beta", "delta", "gamma"]);
    expect(await names(eve)).toEqual(["alpha", "beta", "gamma"]);
    expect(await names(eve, { after: "alpha", limit: 1 })).toEqual(["beta"]);
    expect(await names(eve, { search: "#AM" })).toEqual(["gamma"]);
    must(await changes(anna, "#beta", { kind: "archived", archived: true }));
    expect([await names(eve), await names(eve, { archived: true })]).toEqual([["alpha", "gamma"], ["beta"]]);
    expect(must(await solo.chat.listRooms(ben.session, { limit: 1, search: "delta" }))).toMatchObject([
      { people: 2, role: "member", isPrivate: true },
    ]);
  });

  test("people of a room, with what they are in it; of a private one for those in it alone", async () => {
    const room = await makes(anna, "secret", { isPrivate: true, people: ["eve"] });
    const people = async (person: Person, more: object = {}) =>
      await solo.chat.listRoomPeople(person.session, { room: room.id, limit: 10, ...more });
    expect(must(await people(eve)).map(({ user, role }) => `${user.name} ${role}`)).toEqual([
      "anna owner",
      "eve member",
    ]);
    expect(must(await people(eve, { after: "anna" })).map(({ user }) => user.name)).toEqual(["eve"]);
    expect(await people(ben).then(refusal)).toBe("not_found");
  });
});

describe("people of a room", () => {
  test("are named by names; nobody is left out in silence", async () => {
    await makes(anna, "ops");
    expect(await changes(anna, "#ops", { kind: "invite", people: ["ben", "nobody"] }).then(refusal)).toBe(
      "unknown_recipient at to",
    );
    expect(await changes(anna, "#ops", { kind: "invite", people: [] }).then(refusal)).toBe("invalid at to");
    expect(must(await changes(anna, "#ops", { kind: "invite", people: ["BEN", "@ben", "eve"] })).people).toBe(3);
    expect(await changes(anna, "#ops", { kind: "role", person: "ben", role: "king" }).then(refusal)).toBe("invalid");
    must(await changes(anna, "#ops", { kind: "role", person: "ben", role: "admin" }));
    must(await changes(ben, "#ops", { kind: "ban", person: "eve" }));
    expect(await joins(eve, "#ops").then(refusal)).toBe("not_found");
    must(await changes(ben, "#ops", { kind: "unban", person: "eve" }));
    expect(must(await joins(eve, "#ops")).role).toBe("member");
  });

  test("hear that a room came to their list, left it, or is called otherwise; also when they resume", async () => {
    const before = solo.chat.cursor();
    const bens = opens(ben);
    const room = await makes(anna, "ops", { people: ["ben"] });
    const told = { kind: "conversation", conversationId: room.id } as const;
    const invited = solo.chat.cursor();
    must(await changes(anna, "#ops", { kind: "name", name: "night" }));
    const renamed = solo.chat.cursor();
    must(await solo.chat.leaveRoom(ben.session, { room: room.id, clientId: id() }));
    expect(await hears(bens)).toEqual([told, told, told]);
    expect(await hears(opens(ben, renamed))).toEqual([told]);
    must(await changes(anna, "#night", { kind: "invite", people: ["ben"] }));
    for (const cursor of [before, invited, renamed])
      expect((await hears(opens(ben, cursor))).filter(({ kind }) => kind === "conversation")).toContainEqual(told);
    expect(await hears(opens(eve, before))).toEqual([]);
    expect(await lists(ben)).toEqual(["#night 0"]);
  });

  test("whoever sends herself away from a private room is told that it was done", async () => {
    for (const change of [{ kind: "remove", people: ["ben"] } as const, { kind: "ban", person: "ben" } as const]) {
      const room = await makes(anna, `secret-${change.kind}`, { isPrivate: true, people: ["ben"] });
      must(await changes(anna, room.id, { kind: "role", person: "ben", role: "admin" }));
      expect(must(await changes(ben, room.id, change))).toMatchObject({ id: room.id, role: null });
      expect(await solo.chat.room(ben.session, { room: room.id }).then(refusal)).toBe("not_found");
    }
  });

  test("whoever left a room may repeat the request, also if it was private", async () => {
    const room = await makes(anna, "secret", { isPrivate: true, people: ["ben"] });
    const request = { room: room.id, clientId: id() };
    expect(await solo.chat.leaveRoom(ben.session, request).then(refusal)).toBe("done");
    expect(await solo.chat.leaveRoom(ben.session, request).then(refusal)).toBe("done");
    expect(await solo.chat.leaveRoom(ben.session, { room: room.id, clientId: id() }).then(refusal)).toBe("not_found");
    expect(await lists(ben)).toEqual([]);
  });

  test("whoever was sent away since may repeat what she did in a private room: it is answered as done", async () => {
    const making = { name: "club", topic: "", isPrivate: true, people: ["ben"], clientId: id() };
    const room = must(await solo.chat.createRoom(anna.session, making)).id;
    const change = { room, change: { kind: "topic", topic: "ours" }, clientId: id() } as const;
    must(await solo.chat.changeRoom(anna.session, change));
    must(await changes(anna, room, { kind: "role", person: "ben", role: "owner" }));
    must(await changes(ben, room, { kind: "remove", people: ["anna"] }));
    must(await changes(ben, room, { kind: "name", name: "secret" }));
    expect(must(await solo.chat.createRoom(anna.session, making))).toMatchObject({
      id: room,
      name: "club",
      role: null,
    });
    expect(must(await solo.chat.changeRoom(anna.session, change))).toMatchObject({ id: room, name: "", role: null });
    expect(refusal(await changes(anna, room, { kind: "topic", topic: "mine" }))).toBe("not_found");
  });

  test("a room that lost its name in a merge is found by it, by those who are in it and not in the other", async () => {
    const kept = await makes(anna, "ops", { people: ["eve"] });
    const body = {
      kind: "createRoom",
      name: "ops",
      folded: "ops",
      skeleton: "ops",
      topic: "",
      isPrivate: false,
    } as const;
    const people = [eve.session.userId];
    const op = { user: ben.session.userId, clientId: id(), timeMicros: Date.now() * 1000, ...RECOVERED };
    solo.apply([encodeOp({ ...op, body: { ...body, people } })]);
    const found = async (person: Person, name: string) =>
      must(await solo.chat.room(person.session, { room: name })).name;
    expect(await found(ben, "#ops")).toBe("ops-2");
    expect(await found(ben, "#ops-2")).toBe("ops-2");
    expect([await found(anna, "#ops"), await found(eve, "#ops")]).toEqual(["ops", "ops"]);
    expect(must(await says(ben, "#ops", "ours")).conversationId).not.toBe(kept.id);
    must(await joins(ben, kept.id));
    expect(await found(ben, "#ops")).toBe("ops");
  });

  test("somebody who is banned from a room without having been in it does not learn its id", async () => {
    const cursor = solo.chat.cursor();
    await makes(anna, "secret", { isPrivate: true });
    const feed = opens(eve);
    must(await changes(anna, "#secret", { kind: "ban", person: "eve" }));
    expect([await hears(feed), await hears(opens(eve, cursor))]).toEqual([[], []]);
  });

  test("of a large room nobody is told who comes and goes; of a small one everybody is", async () => {
    const crowd = Array.from({ length: 60 }, (_, n) => `crowd${n}`);
    for (const name of crowd) await solo.person(name);
    await makes(anna, "all", { people: ["ben", ...crowd] });
    await makes(eve, "few", { people: ["ben"] });
    const [annas, eves] = [opens(anna), opens(eve)];
    opens(ben).close();
    const presence = async (feed: Feed) => (await drain(feed)).filter(({ event }) => event.kind === "presence");
    expect(await presence(annas)).toEqual([]);
    expect((await presence(eves)).length).toBeGreaterThan(0);
  });
});
