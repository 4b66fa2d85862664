/**
 * A replica that lags: a call looks everything up (a name, a conversation, a message, unread messages) only
 * after the replica has caught up as the call demands, so that no answer is older than the caller knows.
 */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { OPEN_CALLS, SESSION_CALLS } from "../../../src/api/calls.ts";
import { CHAT_ERRORS, type Answer } from "../../../src/chat/errors.ts";
import type { Queries } from "../../../src/chat/queries.ts";
import type { ReadAt } from "../../../src/chat/chat-service.ts";
import { CHAT_WIRE, type WireMethod } from "../../../proto/chat-wire.ts";
import { ReadMode } from "../../../proto/gen/lastword/v1/ReadMode.ts";
import { PrivateRoom } from "../../support/private-room.ts";
import { CALL_ROWS } from "../../support/requests/all.ts";
import { createSoloChat, SOLO_PASSWORD, type Person, type SoloChat } from "../../support/solo-chat.ts";
import { PASSWORD, SESSION_COOKIE, Site } from "../web/site.ts";

/** Rows from before anybody else registered. They contain only the user's own login. */
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
  waitingTotal: () => ({ unread: 0, calls: 0 }),
  unreadIds: () => [],
  rooms: {
    room: () => null,
    named: () => null,
    rooms: () => [],
    people: () => [],
    seat: () => null,
    joined: () => [],
    removedBy: () => null,
  },
};

/** Rows from before the first message. The names exist, so nothing suggests that anything is missing. */
const { userByFolded: _1, loginCandidates: _2, users: _3, sessionsOf: _4, ...NO_MESSAGES } = NOTHING;

type SessionCall = keyof typeof SESSION_CALLS;

const id = (): string => crypto.randomUUID();

describe("gRPC", () => {
  let solo: SoloChat;
  let scene: PrivateRoom;
  let cursor: string;
  const opened: SoloChat[] = [];
  const setUp = async (): Promise<void> => {
    solo = createSoloChat();
    opened.push(solo);
    scene = await PrivateRoom.make(solo, "nobody is deleted");
    cursor = solo.chat.cursor();
  };
  afterEach(() => {
    for (const one of opened.splice(0)) one.close();
  });

  async function ask(
    name: SessionCall,
    request: object,
    { readAt, by = "owner" }: { readAt: (read: number) => ReadAt; by?: "owner" | "member" },
  ): Promise<Answer<object>> {
    const { session } = scene[by];
    const context = { chat: solo.chat, caller: { address: "127.0.0.1" }, readAt, session };
    const wire = CHAT_WIRE[name] as unknown as WireMethod<object, object>;
    const decoded = wire.decodeRequest(wire.encodeRequest(request));
    return await (SESSION_CALLS[name] as (r: object, c: object) => Promise<Answer<object>>)(decoded, context);
  }

  for (const wish of ["cursor", "latest"] as const) {
    test.each(Object.keys(SESSION_CALLS) as SessionCall[])(`%s, told by ${wish}`, async (name) => {
      // A call that only writes has no "latest", so it gets the cursor.
      const readAt = (read: number): ReadAt => (read === ReadMode.READ_MODE_LATEST ? { latest: true } : { cursor });
      const read = wish === "latest" ? ReadMode.READ_MODE_LATEST : 0;
      for (const row of CALL_ROWS[name]) {
        if (row.kind !== "hidden" && row.kind !== "own") continue;
        for (const lagging of [NOTHING, NO_MESSAGES]) {
          await setUp();
          const request = { ...row.request(scene.target, id()), read };
          const applied = solo.state.appliedSeq();
          solo.lagging = lagging;
          const late = await ask(name, request, { ...row, readAt });
          solo.lagging = null;
          // Once the call has written something, the replica has applied more than the cursor says.
          if (lagging === NO_MESSAGES && solo.state.appliedSeq() > applied) continue;
          // A repeated write gets the recorded answer; a repeated read gets the same answer.
          const now = await ask(name, request, { ...row, readAt });
          expect([request, late.ok]).toEqual([request, row.kind === "hidden" || now.ok]);
          if (late.ok && now.ok && name !== "SendMessage") expect(late.value).toEqual(now.value);
        }
      }
    });
  }

  for (const writes of ["are applied", "fail"] as const) {
    test.each(Object.keys(SESSION_CALLS) as SessionCall[])(
      `%s, when no leader can be asked and writes ${writes}: what it refuses definitely is refused truly`,
      async (name) => {
        for (const row of CALL_ROWS[name]) {
          if (row.kind !== "hidden" && row.kind !== "own") continue;
          await setUp();
          const request = row.request(scene.target, id());
          solo.lagging = { ...NOTHING, messageById: () => null, messageIn: () => null };
          solo.readIndex = async () => false;
          if (writes === "fail") solo.outcome = { kind: "no_leader" };
          const applied = solo.state.appliedSeq();
          const late = await ask(name, request, { ...row, readAt: () => ({}) });
          // no_leader says that nothing was written.
          if (!late.ok && late.error.code === "no_leader")
            expect([name, solo.state.appliedSeq()]).toEqual([name, applied]);
          if (late.ok || CHAT_ERRORS[late.error.code].http >= 500) continue;
          Object.assign(solo, { lagging: null, readIndex: null, outcome: null });
          const now = await ask(name, request, { ...row, readAt: () => ({}) });
          expect([request, now.ok ? "ok" : now.error.code]).toEqual([request, late.error.code]);
        }
      },
    );
  }

  test("all that was there to be read is read, also at a replica that lags", async () => {
    await setUp();
    const { room: conversationId } = scene.target;
    const sent = await solo.chat.send(scene.member.session, { conversationId, body: "first", clientId: id() });
    if (!sent.ok) throw new Error(sent.error.code);
    expect(solo.chat.waitingTotal(scene.owner.session).unread).toBe(1);
    cursor = solo.chat.cursor();
    solo.lagging = NOTHING;
    await ask("MarkRead", { conversationId, upTo: sent.value.id }, { readAt: () => ({ cursor }) });
    expect(solo.chat.waitingTotal(scene.owner.session).unread).toBe(0);
  });

  test("who was registered elsewhere a moment ago can log in", async () => {
    await setUp();
    solo.lagging = NOTHING;
    const request = { name: "yorick", password: SOLO_PASSWORD };
    const context = { chat: solo.chat, caller: { address: "127.0.0.1" }, readAt: () => ({}) };
    expect((await OPEN_CALLS.Login(request, context)).ok).toBe(true);
  });

  test("without a leader, a password, a login and a link that are not known here are not called wrong", async () => {
    await setUp();
    const caller = { address: "127.0.0.1" };
    const token = "A".repeat(43);
    for (const outcome of [null, { kind: "no_leader" }] as const) {
      const is = { error: { code: outcome === null ? "not_found" : "no_leader" } };
      const isWrong = { error: { code: outcome === null ? "wrong_password" : "no_leader" } };
      solo.outcome = outcome;
      for (const name of ["yorick", "somebody"])
        expect(await solo.chat.login({ name, password: "another one" }, caller)).toMatchObject(isWrong);
      expect(await solo.chat.inviteOffer(token, caller)).toMatchObject(is);
      expect(await solo.chat.authenticateFresh(token)).toMatchObject({
        error: { code: outcome === null ? "not_logged_in" : "no_leader" },
      });
    }
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

  test("without a leader, nobody is logged out by a replica that does not know the login", async () => {
    site.solo.outcome = { kind: "no_leader" };
    const cookie = `${SESSION_COOKIE}=${"A".repeat(43)}`;
    for (const path of ["/", "/sidebar", `/c/${sent.conversationId}`, "/events"])
      expect([path, (await site.ask(path, { headers: { cookie } })).status]).toEqual([path, 503]);
    expect(await (await site.ask("/login", { headers: { cookie } })).text()).not.toContain("from another device");
    const left = await site.ask("/logout", { headers: { cookie }, form: {} });
    expect([left.status, left.headers.get("set-cookie")]).toEqual([503, null]);
    site.solo.outcome = null;
    expect((await site.ask("/", { headers: { cookie } })).headers.get("location")).toBe("/login");
    expect(await (await site.ask("/login", { headers: { cookie } })).text()).toContain("from another device");
  });

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
