/**
 * What a private room is to those who are not in it, for every method of lastword.v1.Chat: nothing. The methods come
 * from the service's definition, so that a new one fails here until it has a row.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { CHAT_WIRE, type ChatCall } from "../../../proto/chat-wire.ts";
import { ChatClient, type AnsweredCall, type CallResult } from "../../../src/client/chat-client.ts";
import { ApiBench } from "../../support/fake-chat.ts";
import { PrivateRoom, SECRETS, STRANGERS, unnamed, WRITTEN_AFTER, WRITTEN_BEFORE } from "../../support/private-room.ts";
import { CALL_ROWS } from "../../support/requests/all.ts";
import type { CallRow } from "../../support/requests/request.ts";
import { createSoloChat, type Person, type SoloChat } from "../../support/solo-chat.ts";
import { until } from "../../../harness/until.ts";

const id = (): string => crypto.randomUUID();

let solo: SoloChat;
let bench: ApiBench;
let scene: PrivateRoom;
const clients: ChatClient[] = [];
beforeAll(async () => {
  solo = createSoloChat();
  bench = await ApiBench.start({ chat: solo.chat });
  scene = await PrivateRoom.make(solo);
});
afterAll(async () => {
  for (const client of clients) client.close();
  await bench.stop();
  solo.close();
});

function clientOf({ token }: Pick<Person, "token">, at = bench): ChatClient {
  const client = new ChatClient({ addresses: [at.address], token, deadlineMs: 5_000 });
  clients.push(client);
  return client;
}

/** All that an answer says. */
function textOf(answer: CallResult<object>): string {
  return JSON.stringify(answer.ok ? answer.value : [answer.code, answer.outcome, answer.sentence]);
}

const call = async (client: ChatClient, name: ChatCall, request: object): Promise<CallResult<object>> =>
  await client.call(name as AnsweredCall, request);

test("every method has a row", () => {
  expect(Object.keys(CALL_ROWS).toSorted()).toEqual(Object.keys(CHAT_WIRE).toSorted());
});

describe.each(Object.entries(CALL_ROWS) as [ChatCall, readonly CallRow[]][])("%s", (name, rows) => {
  const asked = rows.filter((row) => row.kind !== "stream");

  test.each(STRANGERS)("%s: not found, and nothing of the room", async (stranger) => {
    const client = clientOf(scene.strangers[stranger]);
    const before = await scene.everything();
    for (const row of asked) {
      const { target, nothing } = scene;
      const nobody = row.kind === "open" ? clientOf({ token: "" }) : client;
      const told = await call(nobody, name, row.request(target, id()));
      const text = textOf(told);
      for (const secret of [...SECRETS, target.room, target.message]) expect(text).not.toContain(secret);
      if (row.kind !== "hidden") continue;
      expect([told.ok, told.ok || told.code, told.ok || told.outcome]).toEqual([
        false,
        row.code ?? "not_found",
        "definite",
      ]);
      for (const person of ["zenobia", "yorick"]) expect(text).not.toContain(person);
      const none = textOf(await call(client, name, row.request(nothing, id())));
      expect(unnamed(text, target)).toBe(unnamed(none, nothing));
    }
    expect(await scene.everything()).toEqual(before);
  });

  test("whoever came to the room later: nothing of the message from before", async () => {
    const client = clientOf(scene.newcomer);
    for (const row of asked) {
      const request = row.request(scene.target, id());
      const names = JSON.stringify(request).includes(scene.target.message);
      if (!names && !/^(Get|List)/.test(name)) continue;
      const told = await call(client, name, request);
      for (const secret of [WRITTEN_BEFORE, scene.target.message]) expect(textOf(told)).not.toContain(secret);
      if (names && row.kind === "hidden") expect([name, told.ok || told.code]).toEqual([name, "not_found"]);
    }
  });

  test.each(["deleted", "deactivated"] as const)("a %s account: not logged in", async (who) => {
    for (const row of asked) {
      if (row.kind === "open") continue;
      const told = await call(clientOf(scene[who]), name, row.request(scene.target, id()));
      expect(told).toMatchObject({ ok: false, code: "not_logged_in" });
    }
  });

  test("whoever is in the room is answered: the rows ask for what there is", async () => {
    for (const row of asked) {
      if (row.kind !== "hidden" && !(row.kind === "own" && row.shows === true)) continue;
      const chat = createSoloChat();
      const other = await ApiBench.start({ chat: chat.chat });
      const room = await PrivateRoom.make(chat, "nobody is deleted");
      const told = await call(clientOf(room[row.by ?? "owner"], other), name, row.request(room.target, id()));
      await other.stop();
      chat.close();
      expect([name, told.ok || told.code]).toEqual([name, true]);
      if (row.kind === "own") expect(textOf(told)).toContain(room.target.name);
    }
  });
});

describe("streams", () => {
  /** Subscribes. What it has been told so far is in `text`. */
  const subscribes = (as: Person, cursor = "") => {
    const heard = { text: "", ready: false, end: "" };
    const subscription = clientOf(as).subscribe(
      {
        onEvent: (response) => {
          heard.ready = true;
          heard.text += `${JSON.stringify(response)}\n`;
        },
        onEnd: ({ code }) => {
          heard.end = code;
        },
      },
      cursor,
    );
    return { heard, subscription };
  };

  /** The owner writes to her alone: once she has heard it, she has heard all that came before. */
  const endsWith = async (as: Person, heard: { readonly text: string }): Promise<void> => {
    const word = `only for ${as.session.name} ${id()}`;
    const sent = await clientOf(scene.owner).send({ to: as.session.name, body: word });
    expect(sent.ok).toBe(true);
    await until(() => heard.text.includes(word));
  };

  test.each(STRANGERS)("Subscribe, %s: does not hear of the room, live or resumed", async (stranger) => {
    const as = scene.strangers[stranger];
    const live = subscribes(as);
    await until(() => live.heard.ready);
    await scene.goesOn();
    await endsWith(as, live.heard);
    const resumed = subscribes(as, scene.cursor);
    await endsWith(as, resumed.heard);
    for (const { heard } of [live, resumed]) for (const secret of SECRETS) expect(heard.text).not.toContain(secret);
    expect(live.heard.text).not.toContain(scene.target.room);
    // From before she was sent away: she is told that the room is no longer hers. Whoever never was in it is not.
    expect(resumed.heard.text.includes(scene.target.room)).toBe(["removed", "banned"].includes(stranger));
    for (const { subscription } of [live, resumed]) subscription.close();
  });

  test.each(["deleted", "deactivated"] as const)("Subscribe, a %s account: not logged in", async (who) => {
    for (const cursor of ["", scene.cursor]) {
      const { heard } = subscribes(scene[who], cursor);
      await until(() => heard.end !== "");
      expect(heard).toMatchObject({ text: "", end: "not_logged_in" });
    }
  });

  test.each(STRANGERS)("SendStream, %s: not found, by id or by name", async (stranger) => {
    const stream = clientOf(scene.strangers[stranger]).sendStream();
    const before = await scene.everything();
    const { room, name } = scene.target;
    expect(await stream.send({ conversationId: room, body: "x", clientId: id() })).toMatchObject({ code: "not_found" });
    expect(await stream.send({ to: `#${name}`, body: "x", clientId: id() })).toMatchObject({
      code: "unknown_recipient",
    });
    stream.close();
    expect(await scene.everything()).toEqual(before);
  });

  test("of one who is sent away: Subscribe brings nothing more, and SendStream takes nothing more", async () => {
    const ida = await solo.person("ida");
    const { room } = scene.target;
    await scene.change({ kind: "invite", people: ["ida"] });
    const { heard, subscription } = subscribes(ida);
    await until(() => heard.ready);
    const stream = clientOf(ida).sendStream();
    const first = { conversationId: room, body: "I am in", clientId: id() };
    expect(await stream.send(first)).toMatchObject({ ok: true });
    await until(() => heard.text.includes("I am in"));
    await scene.change({ kind: "remove", people: ["ida"] });
    await scene.goesOn();
    await endsWith(ida, heard);
    expect(heard.text).not.toContain(WRITTEN_AFTER);
    expect(await stream.send({ ...first, clientId: id() })).toMatchObject({ ok: false, code: "not_found" });
    stream.close();
    subscription.close();
  });
});
