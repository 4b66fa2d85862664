/** Mentions from the text to what their readers see and count: who is found, who is called, and what outsiders learn. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { HERE_MAX, MENTIONS_MAX } from "../../../src/chat/bounds.ts";
import type { Answer } from "../../../src/chat/errors.ts";
import type { MessageView, PreferenceChange } from "../../../src/chat/chat-service.ts";
import { namesAt, signsIn } from "../../../src/chat/mention-text.ts";
import { checkName } from "../../../src/chat/service/names.ts";
import { drain } from "../../support/feed-reader.ts";
import { createSoloChat, type Person, type SoloChat } from "../../support/solo-chat.ts";

const words = (text: string): string[] => signsIn(text).map(({ word, silent }) => `${silent ? "_" : ""}${word}`);

describe("in a text", () => {
  test("a mention begins a word; addresses of e-mail and code have none", () => {
    expect(words("@anna, (@ben) and ＠ｅｖｅ")).toEqual(["anna", "ben", "ｅｖｅ"]);
    expect(words("anna@example.org a.@b _x@c @@d @ e")).toEqual([]);
    expect(words("_@anna but snake_@ben")).toEqual(["_anna"]);
    expect(words("`@anna` ``a ` @ben`` @eve ` @dan")).toEqual(["eve", "dan"]);
    expect(words("```\n@anna\n```\n@ben")).toEqual(["ben"]);
  });

  test("a name is as long as possible, and ends at punctuation or where a script has no spaces", () => {
    const names = (word: string): string[] => [...namesAt({ word })];
    expect(names("anna.")).toEqual(["anna.", "anna"]);
    expect(names("annabel")).toEqual(["annabel"]);
    expect(names("anna-lena_x")).toEqual(["anna-lena_x", "anna-lena_", "anna-lena", "anna-", "anna"]);
    expect(names("annaさん")).toEqual(["annaさん", "annaさ", "anna"]);
    expect(names("小明你好")).toEqual(["小明你好", "小明你", "小明", "小"]);
    expect(names("x".repeat(60))).toEqual([]);
  });

  test("8 KiB of backticks and signs are read in one pass", () => {
    const begun = performance.now();
    signsIn("`@a``@b".repeat(1200));
    signsIn("`".repeat(8191) + "@");
    signsIn("` `` ".repeat(1600) + "@");
    expect(performance.now() - begun).toBeLessThan(500);
  });
});

describe("in a chat", () => {
  let solo: SoloChat;
  let anna: Person;
  let ben: Person;
  let eve: Person;
  let room: string;

  beforeEach(async () => {
    solo = createSoloChat();
    [anna, ben, eve] = [await solo.person("anna"), await solo.person("Ben"), await solo.person("eve")];
    const made = { name: "ops", topic: "", isPrivate: true, people: ["ben"], clientId: id() };
    room = must(await solo.chat.createRoom(anna.session, made)).id;
  });
  afterEach(() => solo.close());

  const id = (): string => crypto.randomUUID();
  function must<T>(answer: Answer<T>): T {
    if (!answer.ok) throw new Error(answer.error.code);
    return answer.value;
  }
  const say = async (body: string, by: Person = anna): Promise<MessageView> =>
    must(await solo.chat.send(by.session, { conversationId: room, body, clientId: id() }));
  /** "text > name now". */
  const mentionsOf = ({ mentions }: MessageView): string[] =>
    mentions
      .map(
        ({ text, name, silent, outside }) => `${text} > ${name}${silent ? " silent" : ""}${outside ? " outside" : ""}`,
      )
      .toSorted();
  const counts = async (who: Person): Promise<(number | undefined)[]> => {
    const summary = must(await solo.chat.listConversations(who.session, { limit: 5 })).find((one) => one.id === room);
    return [summary?.unread, summary?.mentions, solo.chat.waitingTotal(who.session).calls];
  };

  test("an edit changes whom it mentions: their counts follow, and who is mentioned only now is called", async () => {
    must(
      await solo.chat.changeRoom(anna.session, { room, change: { kind: "invite", people: ["eve"] }, clientId: id() }),
    );
    const { id: messageId } = await say("hello @ben");
    const feeds = [ben, eve].map(({ session }) => must(solo.chat.subscribe(session, {})));
    const edit = (body: string) => solo.chat.editMessage(anna.session, { messageId, body, clientId: id() });
    const edited = must(await edit("hello @eve"));
    expect(mentionsOf(edited)).toEqual(["eve > eve"]);
    expect([(await counts(ben))[1], (await counts(eve))[1]]).toEqual([0, 1]);
    const called = await Promise.all(
      feeds.map(async (feed) => (await drain(feed)).map(({ event }) => event).filter(({ kind }) => kind === "called")),
    );
    expect(called).toEqual([
      [],
      [{ kind: "called", conversationId: room, messageId, by: expect.objectContaining({ name: "anna" }) }],
    ]);
    for (const feed of feeds) feed.close();
    // Whom `@here` called at first, it calls still; nobody who came since.
    const online = must(solo.chat.subscribe(ben.session, {}));
    const sent = await say("@here now");
    online.close();
    const late = must(solo.chat.subscribe(eve.session, {}));
    const again = must(
      await solo.chat.editMessage(anna.session, { messageId: sent.id, body: "@here later", clientId: id() }),
    );
    expect(mentionsOf(again)).toEqual([" > Ben", "here > here"]);
    late.close();
    expect(mentionsOf(must(await edit("hello")))).toEqual([]);
  });

  test("the longest name that an account has, in any case; who cannot see it is named as outside", async () => {
    await solo.person("eve-lyn");
    const sent = await say("@BEN. and @eve-lyn, @eve-x, _@Eve, @nobody");
    const expected = ["BEN > Ben", "eve > eve outside", "eve-lyn > eve-lyn outside"];
    expect(mentionsOf(sent)).toEqual(expected);
    const read = must(await solo.chat.messages(ben.session, { conversationId: room, limit: 1 }));
    expect(mentionsOf(read[0]!)).toEqual(expected);
    // An outsider learns nothing.
    expect(await counts(eve)).toEqual([undefined, undefined, 0]);
  });

  test("unread mentions are counted until they are read; silent ones and one's own are not", async () => {
    await say("hello");
    expect(await counts(ben)).toEqual([1, 0, 0]);
    const first = await say("@ben!");
    await say("_@ben");
    await say("@room and @ben");
    await say("@ben", ben);
    expect(await counts(ben)).toEqual([4, 2, 2]);
    expect(await counts(anna)).toEqual([1, 0, 0]);
    must(await solo.chat.markRead(ben.session, { ids: [first.id] }));
    expect(await counts(ben)).toEqual([3, 1, 1]);
    must(await solo.chat.markAllRead(ben.session, { conversationId: room, upTo: (await say("end")).id }));
    expect(await counts(ben)).toEqual([0, 0, 0]);
    // All of a direct conversation calls.
    must(await solo.chat.send(anna.session, { to: "ben", body: "psst", clientId: id() }));
    expect(solo.chat.waitingTotal(ben.session)).toEqual({ unread: 1, calls: 1 });
    const called = await say("@ben");
    must(await solo.chat.deleteMessages(anna.session, { ids: [called.id], clientId: id() }));
    expect(solo.chat.waitingTotal(ben.session)).toEqual({ unread: 1, calls: 1 });
    const hidden = await say("@ben");
    must(await solo.chat.deleteMessages(ben.session, { ids: [hidden.id], clientId: id() }));
    expect(solo.chat.waitingTotal(ben.session)).toEqual({ unread: 1, calls: 1 });
  });

  test("@room calls who is there, @here only who is online now; nobody is called by what came before them", async () => {
    must(
      await solo.chat.changeRoom(anna.session, { room, change: { kind: "invite", people: ["eve"] }, clientId: id() }),
    );
    solo.presence.setLocal(ben.user.id, true);
    const sent = await say("@here");
    expect(mentionsOf(sent)).toEqual([" > Ben", "here > here"]);
    expect([await counts(ben), await counts(eve)]).toEqual([
      [1, 1, 1],
      [1, 0, 0],
    ]);
    await say("＠ｒｏｏｍ");
    expect([await counts(ben), await counts(eve)]).toEqual([
      [2, 2, 2],
      [2, 1, 1],
    ]);
    const fay = await solo.person("fay");
    must(
      await solo.chat.changeRoom(anna.session, { room, change: { kind: "invite", people: ["fay"] }, clientId: id() }),
    );
    expect(await counts(fay)).toEqual([0, 0, 0]);
    // In a direct conversation nobody is called by them, and no account can have such a name.
    const direct = must(await solo.chat.send(anna.session, { to: "ben", body: "@room @here", clientId: id() }));
    expect(direct.mentions).toEqual([]);
    expect(checkName("Room").ok || checkName("HERE").ok).toBe(false);
  });

  test("what calls is what the user has chosen; a muted room shows only who is mentioned by name", async () => {
    const prefer = async (change: PreferenceChange): Promise<(number | undefined)[]> => {
      must(await solo.chat.setPreference(ben.session, { conversationId: room, change, clientId: id() }));
      return await counts(ben);
    };
    await say("hello");
    await say("@room");
    await say("@ben");
    expect(await counts(ben)).toEqual([3, 2, 2]);
    expect(await prefer({ kind: "level", level: "all" })).toEqual([3, 2, 3]);
    expect(await prefer({ kind: "level", level: "nothing" })).toEqual([3, 2, 0]);
    expect(await prefer({ kind: "level", level: "default" })).toEqual([3, 2, 2]);
    expect(await prefer({ kind: "muted", on: true })).toEqual([3, 1, 0]);
    expect(must(await solo.chat.conversation(ben.session, { conversationId: room })).mentions).toBe(1);
  });

  test("whom a reply calls follows the thread, with the reply as unread, unless that person has left it", async () => {
    const root = await say("who?");
    const thread = `t_${root.id}`;
    const reply = (body: string): Promise<Answer<MessageView>> =>
      solo.chat.send(anna.session, { conversationId: thread, body, clientId: id() });
    must(await reply("nobody"));
    must(await reply("_@ben, @eve and @room"));
    expect(solo.chat.waiting(ben.session, thread).get(thread)?.unread).toBe(0);
    must(await reply("@ben!"));
    expect(solo.chat.waiting(ben.session, thread).get(thread)).toEqual({ unread: 1, calls: 1 });
    expect(await solo.chat.conversation(eve.session, { conversationId: thread })).toMatchObject({ ok: false });
    must(await solo.chat.followThread(ben.session, { messageId: root.id, on: false, clientId: id() }));
    must(await reply("@ben again"));
    expect(solo.chat.waitingTotal(ben.session).unread).toBe(1);
  });

  test("streams and streams that resume bring them; an account that is deleted stays named as such", async () => {
    const cursor = solo.chat.cursor();
    const live = must(solo.chat.subscribe(ben.session, {}));
    await say("@eve");
    for (const feed of [live, must(solo.chat.subscribe(ben.session, { cursor }))]) {
      const events = (await drain(feed)).map(({ event }) => event).filter(({ kind }) => kind === "message");
      expect(events).toMatchObject([{ message: { mentions: [{ userId: eve.user.id, text: "eve", outside: true }] } }]);
    }
    must(
      await solo.chat.deleteAccount(eve.session, { password: "correct horse", deleteMessages: false, clientId: id() }),
    );
    const [message] = must(await solo.chat.messages(ben.session, { conversationId: room, limit: 1 }));
    expect(mentionsOf(message!)).toEqual(["eve > deleted user outside"]);
    expect(mentionsOf(await say("@eve again"))).toEqual([]);
  });

  test("limits: so many names in a message, and so many whom @here calls", async () => {
    const crowd = await Promise.all(Array.from({ length: HERE_MAX + 2 }, async (_, n) => await solo.person(`p${n}`)));
    const all = { name: "all", topic: "", isPrivate: false, people: [], clientId: id() };
    const hall = must(await solo.chat.createRoom(anna.session, all)).id;
    for (const { session, user } of crowd) {
      solo.presence.setLocal(user.id, true);
      must(await solo.chat.joinRoom(session, { room: hall, clientId: id() }));
    }
    const names = crowd.slice(0, MENTIONS_MAX + 1).map(({ user }) => `@${user.name}`);
    const text = (count: number): string => names.slice(0, count).join(" ");
    const to = { conversationId: hall, clientId: id() };
    expect(await solo.chat.send(anna.session, { ...to, body: text(MENTIONS_MAX + 1) })).toMatchObject({
      ok: false,
      error: { code: "too_many", field: "body", sentence: expect.stringContaining("at most 50 people") },
    });
    expect(must(await solo.chat.send(anna.session, { ...to, body: text(MENTIONS_MAX) })).mentions).toHaveLength(50);
    const here = must(await solo.chat.send(anna.session, { ...to, clientId: id(), body: "@here" }));
    expect(here.mentions).toHaveLength(HERE_MAX + 1);
  }, 20_000);
});
