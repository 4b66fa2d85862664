/**
 * A replica that lags: a call looks everything up (a name, a conversation, a message, unread messages) only
 * after the replica has caught up as the call demands, so that no answer is older than the caller knows.
 */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { OPEN_CALLS, SESSION_CALLS } from "../../../src/api/calls.ts";
import type { Answer } from "../../../src/chat/errors.ts";
import type { Queries } from "../../../src/chat/queries.ts";
import type { ReadAt } from "../../../src/chat/chat-service.ts";
import { ReadMode } from "../../../proto/gen/lastword/v1/ReadMode.ts";
import { createSoloChat, SOLO_PASSWORD, type Person, type SoloChat } from "../../support/solo-chat.ts";
import { PASSWORD, SESSION_COOKIE, Site } from "../web/site.ts";

/** Rows from before ben registered. They contain only anna's own login. */
const NOTHING: Partial<Queries> = {
  userByFolded: () => null,
  loginCandidates: () => [],
  users: () => [],
  sessionsOf: () => [],
  isMember: () => false,
  membersOf: () => [],
  conversationsOf: () => [],
  summary: () => null,
  history: () => [],
  message: () => null,
  unreadTotal: () => 0,
  unreadIds: () => [],
  rooms: {
    room: () => null,
    named: () => null,
    rooms: () => [],
    people: () => [],
    seat: () => null,
    newestJoin: () => "",
  },
};

/** Rows from before the first message. The names exist, so nothing suggests that anything is missing. */
const { userByFolded: _1, loginCandidates: _2, users: _3, sessionsOf: _4, ...NO_MESSAGES } = NOTHING;

type SessionCall = keyof typeof SESSION_CALLS;
const WRITES: ReadonlySet<SessionCall> = new Set([
  "SendMessage",
  "MarkRead",
  "DeleteMessages",
  "React",
  "CreateRoom",
  "ChangeRoom",
  "JoinRoom",
  "LeaveRoom",
  "SetRole",
]);

type Request = Record<string, unknown>;

const id = (): string => crypto.randomUUID();

const ROOM = { topic: "", isPrivate: false };

describe("gRPC", () => {
  let solo: SoloChat;
  let anna: Person;
  let cursor: string;
  let messageId: string;
  let conversationId: string;
  beforeEach(async () => {
    solo = createSoloChat();
    [anna] = [await solo.person("anna"), await solo.person("ben")];
    const ben = solo.chat.authenticate((await solo.person("carl")).token)!;
    const sent = await solo.chat.send(ben, { to: "anna", body: "first", clientId: id() });
    if (!sent.ok) throw new Error(sent.error.code);
    ({ id: messageId, conversationId } = sent.value);
    const bens = (await solo.person("benny")).session;
    const rooms = [
      await solo.chat.createRoom(anna.session, { ...ROOM, name: "ops", people: ["ben"], clientId: id() }),
      await solo.chat.createRoom(bens, { ...ROOM, name: "bens", people: [], clientId: id() }),
    ];
    for (const room of rooms) if (!room.ok) throw new Error(room.error.code);
    cursor = solo.chat.cursor();
  });
  afterEach(() => solo.close());

  /** One request for every way to name something. A new call must add here what it looks up. */
  const requests = (): Record<SessionCall, readonly Request[]> => ({
    Logout: [],
    ChangePassword: [],
    DeleteAccount: [],
    ListSessions: [{}],
    EndSession: [],
    ListUsers: [{ after: "", limit: 0, search: "" }],
    SetRole: [{ person: "ben", role: "admin", clientId: id() }],
    ListConversations: [{ limit: 0, beforeSeq: 0, unreadOnly: false }],
    SendMessage: [{ to: "ben", conversationId: "", body: "hi", clientId: id() }],
    GetMessages: [
      { with: "carl", conversationId: "", before: "", limit: 0 },
      { with: "", conversationId, before: "", limit: 0 },
      { with: "", conversationId, before: messageId, limit: 0 },
    ],
    MarkRead: [
      { messageIds: [], conversationId, upTo: messageId },
      { messageIds: [messageId], conversationId: "" },
    ],
    DeleteMessages: [{ messageIds: [messageId], clientId: id() }],
    React: [{ messageId, emoji: "👍", remove: false, clientId: id() }],
    CreateRoom: [{ name: "dev", topic: "", isPrivate: false, people: ["ben"], clientId: id() }],
    ChangeRoom: [
      { room: "#ops", change: "invite", invite: { names: ["carl"] }, clientId: id() },
      { room: "#ops", change: "role", role: { person: "ben", role: "admin" }, clientId: id() },
    ],
    JoinRoom: [{ room: "#bens", clientId: id() }],
    LeaveRoom: [{ room: "#ops", clientId: id() }],
    ListRooms: [{ after: "", limit: 0, search: "", archived: false }],
    ListRoomPeople: [{ room: "#bens", after: "", limit: 0 }],
  });

  async function ask(name: SessionCall, request: Request, readAt: (read: number) => ReadAt): Promise<Answer<object>> {
    const context = { chat: solo.chat, caller: { address: "127.0.0.1" }, readAt, session: anna.session };
    return await (SESSION_CALLS[name] as (r: object, c: object) => Promise<Answer<object>>)(request, context);
  }

  for (const wish of ["cursor", "latest"] as const) {
    test.each(Object.keys(SESSION_CALLS) as SessionCall[])(`%s, told by ${wish}`, async (name) => {
      for (const request of requests()[name]) {
        // A call that only writes has no "latest", so it gets the cursor.
        const readAt = (read: number): ReadAt => (read === ReadMode.READ_MODE_LATEST ? { latest: true } : { cursor });
        const read = wish === "latest" ? ReadMode.READ_MODE_LATEST : 0;
        // Once the call has written something, the replica has applied more than the cursor says.
        for (const lagging of WRITES.has(name) ? [NOTHING] : [NOTHING, NO_MESSAGES]) {
          solo.lagging = lagging;
          const late = await ask(name, { ...request, read }, readAt);
          solo.lagging = null;
          // A repeated write gets the recorded answer; a repeated read gets the same answer.
          const now = await ask(name, { ...request, read }, readAt);
          expect(late.ok).toBe(true);
          if (late.ok && now.ok && name !== "SendMessage") expect(late.value).toEqual(now.value);
        }
      }
    });
  }

  test("all that was there to be read is read, also at a replica that lags", async () => {
    solo.lagging = NOTHING;
    await ask("MarkRead", { messageIds: [], conversationId, upTo: messageId }, () => ({ cursor }));
    expect(solo.chat.unreadTotal(anna.session)).toBe(0);
  });

  test("who was registered elsewhere a moment ago can log in", async () => {
    solo.lagging = NOTHING;
    const request = { name: "ben", password: SOLO_PASSWORD };
    const context = { chat: solo.chat, caller: { address: "127.0.0.1" }, readAt: () => ({}) };
    expect((await OPEN_CALLS.Login(request, context)).ok).toBe(true);
  });
});

describe("the page", () => {
  let site: Site;
  let anna: Person;
  let sent: { id: string; conversationId: string };
  beforeEach(async () => {
    site = new Site();
    anna = await site.person("anna");
    const ben = await site.person("ben");
    sent = await site.send(ben, "anna", "first words");
  });
  afterEach(() => site.close());

  const page = async (path: string, form?: Record<string, string>): Promise<string> => {
    const written = `1.0.00000000000000aa.0:${site.solo.state.appliedSeq()}`;
    const cookie = `${SESSION_COOKIE}=${anna.token}; ${SESSION_COOKIE}-at=${written}`;
    site.solo.lagging = NOTHING;
    const answer = await site.ask(path, { headers: { cookie }, ...(form === undefined ? {} : { form }) });
    return answer.status === 303 ? `-> ${answer.headers.get("location")}` : await answer.text();
  };

  test("what a browser wrote elsewhere is in everything it opens", async () => {
    expect(await page("/")).toContain("first words");
    expect(await page("/sidebar")).toContain("first words");
    expect(await page("/?to=ben")).toBe(`-> /c/${sent.conversationId}`);
    expect(await page(`/c/${sent.conversationId}`)).toContain("first words");
    expect(await page("/people")).toContain("ben");
    expect(await page("/account")).not.toContain("You are not logged in");
    expect(await page("/to", { name: "ben", body: "answer", id: id() })).toBe(`-> /c/${sent.conversationId}`);
    expect(await page(`/c/${sent.conversationId}/read`, { upTo: sent.id, id: id() })).toBe(
      `-> /c/${sent.conversationId}`,
    );
    expect(await page("/login", { name: "ben", password: PASSWORD })).toBe("-> /");
  });
});
