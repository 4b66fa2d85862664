/** Whom the leader pushes to, and how: over the real rows, with a push service that the test holds. */
import { afterEach, describe, expect, test } from "bun:test";
import type { PushNote, PushOutcome, PushSender } from "../../../src/chat/push-service.ts";
import { createSoloChat, type Person, type SoloChat } from "../../support/solo-chat.ts";
import { until } from "../../../harness/until.ts";

const SENT: PushOutcome = { kind: "sent", outcome: "201", retryAfterMs: 0 };

interface Sent {
  readonly to: string;
  readonly note: PushNote;
}

let solo: SoloChat;
afterEach(() => solo.close());

/** A chat in which a minute passes in no time. `answers`: what the service says, in order; then it takes everything. */
function begin(...answers: PushOutcome[]) {
  let nowMicros = 1_800_000_000_000_000;
  const sent: Sent[] = [];
  const pushSender: PushSender = {
    publicKey: "key",
    accepts: ({ endpoint }) => endpoint.startsWith("https://"),
    send: async ({ endpoint }, note) => {
      sent.push({ to: endpoint.slice("https://push.test/".length), note });
      return answers.shift() ?? SENT;
    },
  };
  solo = createSoloChat({ pushSender, nowMicros: () => nowMicros });
  return {
    sent,
    pass: (seconds: number): void => void (nowMicros += seconds * 1e6),
    /** Rounds until nothing happens any more. */
    settle: async (): Promise<void> => {
      for (let i = 0; i < 4; i++) {
        solo.chat.push();
        for (let turn = 0; turn < 50; turn++) await Promise.resolve();
        await new Promise(setImmediate);
      }
    },
  };
}

async function subscribe({ session }: Person, name: string, quiet = ""): Promise<string> {
  const added = await solo.chat.addPush(session, {
    endpoint: `https://push.test/${name}`,
    p256dh: "p",
    auth: "a",
    device: name,
    origin: "https://chat.test",
    quiet,
    timeZone: "",
    clientId: crypto.randomUUID(),
  });
  if (!added.ok) throw new Error(added.error.sentence);
  return added.value.id;
}

async function send({ session }: Person, to: string, body: string): Promise<{ id: string; conversationId: string }> {
  const sent = await solo.chat.send(session, { to, body, clientId: crypto.randomUUID() });
  if (!sent.ok) throw new Error(sent.error.sentence);
  return sent.value;
}

async function people(): Promise<[Person, Person]> {
  return [await solo.person("anna"), await solo.person("ben")];
}

describe("what is pushed", () => {
  test("a direct message that is not read within half a minute, once, and no word of it", async () => {
    const { sent, pass, settle } = begin();
    const [anna, ben] = await people();
    await send(anna, "ben", "before");
    await subscribe(ben, "phone");
    const { conversationId } = await send(anna, "ben", "the secret");
    pass(29);
    await settle();
    expect(sent).toEqual([]);
    pass(2);
    await settle();
    const note = {
      kind: "call",
      title: "anna",
      text: "New message",
      tag: conversationId,
      path: `/c/${conversationId}`,
    };
    expect(sent).toEqual([{ to: "phone", note }] as never);
    await settle();
    expect(sent).toHaveLength(1);
    expect(JSON.stringify(sent)).not.toContain("secret");
  });

  test("not what was read meanwhile, what its author wrote, or what is muted; in a room only what mentions the user", async () => {
    const { sent, pass, settle } = begin();
    const [anna, ben] = await people();
    await subscribe(ben, "phone");
    await subscribe(anna, "desk");
    const { id, conversationId } = await send(anna, "ben", "one");
    await solo.chat.markRead(ben.session, { ids: [id] });
    const room = { name: "ops", topic: "", isPrivate: false, people: ["ben"], clientId: crypto.randomUUID() };
    await solo.chat.createRoom(anna.session, room);
    await send(anna, "#ops", "to all");
    pass(31);
    await settle();
    expect(sent).toEqual([]);
    await send(anna, "#ops", "hello @ben");
    pass(31);
    await settle();
    expect(sent.map(({ to, note }) => [to, note.title, note.text])).toEqual([["phone", "#ops", "anna mentions you"]]);
    sent.length = 0;
    await solo.chat.setPreference(ben.session, {
      conversationId,
      change: { kind: "muted", on: true },
      clientId: crypto.randomUUID(),
    });
    await send(anna, "ben", "two");
    pass(31);
    await settle();
    expect(sent.filter(({ note }) => note.kind === "call")).toEqual([]);
  });

  test("an edit that mentions the user only now, once; not one of a message that mentions her already", async () => {
    const { sent, pass, settle } = begin();
    const [anna, ben] = await people();
    await subscribe(ben, "phone");
    const room = { name: "ops", topic: "", isPrivate: false, people: ["ben"], clientId: crypto.randomUUID() };
    await solo.chat.createRoom(anna.session, room);
    const edit = async (messageId: string, body: string): Promise<void> => {
      const edited = await solo.chat.editMessage(anna.session, { messageId, body, clientId: crypto.randomUUID() });
      if (!edited.ok) throw new Error(edited.error.sentence);
    };
    const said = async (): Promise<string[]> => {
      pass(31);
      await settle();
      return sent.splice(0).map(({ note }) => note.text);
    };
    const [early, late] = [await send(anna, "#ops", "to all"), await send(anna, "#ops", "to all, too")];
    // Before its message was decided: with the message.
    await edit(early.id, "to @ben");
    expect(await said()).toEqual(["anna mentions you"]);
    await edit(late.id, "to @ben, too");
    pass(29);
    await settle();
    expect(sent).toEqual([]);
    expect(await said()).toEqual(["anna mentions you"]);
    await edit(early.id, "to you, @ben");
    await send(anna, "#ops", "to all again");
    expect(await said()).toEqual([]);
  });

  test("several of one conversation are one, to each device", async () => {
    const { sent, pass, settle } = begin();
    const [anna, ben] = await people();
    await subscribe(ben, "phone");
    await subscribe(ben, "laptop");
    for (const body of ["one", "two", "three"]) await send(anna, "ben", body);
    pass(31);
    await settle();
    const said = sent.map(({ to, note }) => `${to}: ${note.text}`).toSorted();
    expect(said).toEqual(["laptop: 3 new messages, the last from anna", "phone: 3 new messages, the last from anna"]);
  });

  test("not in quiet hours, and not to a login that has ended, whose subscription ends", async () => {
    const { sent, pass, settle } = begin();
    const [anna, ben] = await people();
    // The clock of this test says 08:00 UTC.
    await subscribe(ben, "phone", "07:00-09:00");
    await send(anna, "ben", "one");
    pass(31);
    await settle();
    expect(sent).toEqual([]);
    await subscribe(ben, "phone");
    await solo.chat.logout(ben.session);
    await send(anna, "ben", "two");
    pass(31);
    await settle();
    expect(sent).toEqual([]);
    expect(solo.state.queries.push.any()).toBe(false);
  });

  test("read elsewhere: taken back", async () => {
    const { sent, pass, settle } = begin();
    const [anna, ben] = await people();
    await subscribe(ben, "phone");
    const { id, conversationId } = await send(anna, "ben", "one");
    pass(31);
    await settle();
    await solo.chat.markRead(ben.session, { ids: [id] });
    await settle();
    expect(sent.map(({ note }) => `${note.kind} ${note.tag}`)).toEqual([
      `call ${conversationId}`,
      `read ${conversationId}`,
    ]);
  });
});

describe("what a service answers", () => {
  test.each([["404"], ["410"]])("%s ends the subscription", async (outcome) => {
    const { pass, settle } = begin({ kind: "gone", outcome, retryAfterMs: 0 });
    const [anna, ben] = await people();
    await subscribe(ben, "phone");
    await send(anna, "ben", "one");
    pass(31);
    await settle();
    expect(solo.state.queries.push.any()).toBe(false);
    expect(await solo.chat.listPush(ben.session, {})).toMatchObject({ value: [] });
  });

  test("503 and 429 are tried again, later; what waits is noted for the next leader", async () => {
    const { sent, pass, settle } = begin({ kind: "later", outcome: "503", retryAfterMs: 0 });
    const [anna, ben] = await people();
    const id = await subscribe(ben, "phone");
    await send(anna, "ben", "one");
    pass(31);
    await settle();
    expect(sent).toHaveLength(1);
    expect(solo.state.queries.push.of(ben.user.id, id)).toMatchObject({ outcome: "503" });
    expect(solo.state.queries.push.of(ben.user.id, id)!.pending).toBeGreaterThan(0);
    await until(async () => {
      await settle();
      return sent.length === 2;
    });
    await settle();
    expect(solo.state.queries.push.of(ben.user.id, id)).toMatchObject({ outcome: "201", pending: 0 });
    expect(sent).toHaveLength(2);
  });

  test("400 is not tried again, and the user sees it", async () => {
    const { sent, pass, settle } = begin({ kind: "refused", outcome: "400", retryAfterMs: 0 });
    const [anna, ben] = await people();
    await subscribe(ben, "phone");
    await send(anna, "ben", "one");
    pass(31);
    await settle();
    await settle();
    expect(sent).toHaveLength(1);
    const listed = await solo.chat.listPush(ben.session, {});
    expect(listed).toMatchObject({ value: [{ lastResult: expect.stringContaining("refused it (400)") }] } as never);
  });

  test("a test says at once that there is no way out", async () => {
    const { sent } = begin({ kind: "later", outcome: "unreachable", retryAfterMs: 0 });
    const [anna, ben] = await people();
    const id = await subscribe(ben, "phone");
    const tested = await solo.chat.testPush(ben.session, { id });
    expect(tested).toMatchObject({ value: { lastResult: expect.stringContaining("No way out") } } as never);
    expect(sent.map(({ note }) => note.kind)).toEqual(["test"]);
    expect(await solo.chat.testPush(anna.session, { id })).toMatchObject({ error: { code: "not_found" } });
  });
});

test("nobody has subscribed: no op, whatever is sent", async () => {
  const { pass, settle } = begin();
  const [anna] = await people();
  await send(anna, "ben", "one");
  const before = solo.state.appliedSeq();
  pass(31);
  await settle();
  expect(solo.state.appliedSeq()).toBe(before);
});
