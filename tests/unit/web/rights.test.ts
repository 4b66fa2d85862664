/**
 * What a private room is to those who are not in it, at every route of the page: nothing. The routes come from the app
 * itself, so that a new one fails here until it has a row.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import type { Person } from "../../support/solo-chat.ts";
import {
  PrivateRoom,
  SECRETS,
  STRANGERS,
  unnamed,
  WRITTEN_AFTER,
  WRITTEN_BEFORE,
  type Target,
} from "../../support/private-room.ts";
import { until } from "../../../harness/until.ts";
import { PASSWORD, Site } from "./site.ts";

type Form = Record<string, string>;

/** One request: its address and its form, about a target. */
interface Asked {
  readonly path: (target: Target) => string;
  readonly form?: (target: Target) => Form;
}

type Row =
  /** The room is not found, just as one that there is not; whoever is in it gets what she asks for. */
  | (Asked & { readonly kind: "hidden"; readonly code?: "unknown_recipient" })
  /** The answer about the room is that about none, whatever it is. */
  | (Asked & { readonly kind: "same" })
  /** The answer is about the user's own things. `shows`: to whoever is in the room, that room too. */
  | (Asked & { readonly kind: "own"; readonly shows?: true })
  /** It needs no login and tells nothing of the chat. */
  | (Asked & { readonly kind: "open" })
  /** The stream has tests of its own below. */
  | { readonly kind: "stream" };

const at =
  (path: string): Asked["path"] =>
  () =>
    path;
const inRoom =
  (rest: string): Asked["path"] =>
  ({ room }) =>
    `/rooms/${room}${rest}`;
const inChat =
  (rest: string): Asked["path"] =>
  ({ room, message }) =>
    `/c/${room}${rest.replace("MESSAGE", message)}`;
const own = (path: string, form?: Form): Row => ({ kind: "own", path: at(path), ...(form && { form: () => form }) });
const shown = (path: string): Row => ({ kind: "own", path: at(path), shows: true });
const open = (path: string, form?: Form): Row => ({ kind: "open", path: at(path), ...(form && { form: () => form }) });
const hidden = (path: Asked["path"], form?: Form): Row => ({ kind: "hidden", path, ...(form && { form: () => form }) });
const named = (path: Asked["path"]): Row => ({ kind: "hidden", path: (target) => path(target), form: () => ({}) });
const same = (path: Asked["path"], form?: Form): Row => ({ kind: "same", path, ...(form && { form: () => form }) });

const wrong = { password: "wrong password", newPassword: "another password" };

/** Every route of the page, and what it answers to somebody who is not in the room. */
const ROWS: Readonly<Record<string, readonly Row[]>> = {
  "GET /healthz": [open("/healthz")],
  "OPTIONS /": [open("/")],
  "GET /assets/:file": [open("/assets/nothing.js")],
  "GET /login": [open("/login")],
  "POST /login": [open("/login", { name: "nobody", password: "x" })],
  "GET /register": [open("/register")],
  "POST /register": [open("/register", { name: "", password: "x" })],
  "POST /logout": [open("/logout", {})],
  "GET /handover": [open("/handover")],
  "POST /handover": [open("/handover", { token: "x" })],
  "GET /cluster.json": [own("/cluster.json")],
  "GET /cluster": [own("/cluster")],
  "GET /": [shown("/"), same(({ name }) => `/?to=%23${name}`)],
  "GET /new": [own("/new")],
  "GET /unread": [own("/unread")],
  "GET /sidebar": [shown("/sidebar"), same(({ room }) => `/sidebar?current=${room}`)],
  "GET /conversations": [shown("/conversations"), own("/conversations?unread=1")],
  "GET /c/:id": [hidden(inChat("")), hidden(inChat("?before=MESSAGE")), hidden(inChat("?limit=1"))],
  "POST /c/:id/messages": [hidden(inChat("/messages"), { body: "let me in" })],
  "POST /to": [
    {
      kind: "hidden",
      code: "unknown_recipient",
      path: at("/to"),
      form: ({ name }) => ({ name: `#${name}`, body: "x" }),
    },
  ],
  "POST /c/:id/read": [
    { kind: "hidden", path: inChat("/read"), form: ({ message }) => ({ upTo: message }) },
    { kind: "hidden", path: inChat("/read"), form: ({ message }) => ({ ids: message }) },
  ],
  "POST /read": [{ kind: "hidden", path: at("/read"), form: ({ message }) => ({ ids: message }) }],
  "GET /c/:id/react": [hidden(inChat("/react?ids=MESSAGE"))],
  "POST /c/:id/react": [
    { kind: "hidden", path: inChat("/react"), form: ({ message }) => ({ ids: message, emoji: "👍" }) },
  ],
  "GET /c/:id/unreact": [same(inChat("/unreact"))],
  "POST /c/:id/unreact": [
    { kind: "hidden", path: inChat("/unreact?emoji=%F0%9F%91%8D"), form: ({ message }) => ({ ids: message }) },
  ],
  "POST /c/:id/delete": [{ kind: "hidden", path: inChat("/delete"), form: ({ message }) => ({ ids: message }) }],
  "POST /delete": [{ kind: "hidden", path: at("/delete"), form: ({ message }) => ({ ids: message }) }],
  "GET /c/:id/messages": [same(inChat("/messages"))],
  "GET /c/:id/read": [same(inChat("/read"))],
  "GET /c/:id/delete": [same(inChat("/delete"))],
  "GET /to": [own("/to")],
  // Nobody is told anything; whether those in the room hear of it, the chat decides (tests/unit/chat/rooms.test.ts).
  "POST /c/:id/typing": [same(inChat("/typing"), {})],
  "GET /rooms": [shown("/rooms"), own("/rooms?archived=1"), same(({ name }) => `/rooms?q=${name}`)],
  "POST /rooms": [own("/rooms", { name: "elsewhere", people: "yorick" })],
  "GET /new-room": [own("/new-room")],
  "GET /rooms/:id": [hidden(inRoom("")), hidden(inRoom("?after=a")), hidden(({ name }) => `/rooms/%23${name}`)],
  "POST /rooms/:id/join": [hidden(inRoom("/join"), {}), named(({ name }) => `/rooms/%23${name}/join`)],
  "POST /rooms/:id/leave": [hidden(inRoom("/leave"), {}), named(({ name }) => `/rooms/%23${name}/leave`)],
  "POST /rooms/:id/name": [hidden(inRoom("/name"), { name: "mine" })],
  "POST /rooms/:id/topic": [hidden(inRoom("/topic"), { topic: "mine" })],
  "POST /rooms/:id/private": [hidden(inRoom("/private"), { on: "no" })],
  "POST /rooms/:id/archive": [hidden(inRoom("/archive"), { on: "yes" })],
  "POST /rooms/:id/invite": [hidden(inRoom("/invite"), { people: "olga" })],
  "POST /rooms/:id/remove": [hidden(inRoom("/remove"), { person: "yorick" })],
  "POST /rooms/:id/ban": [hidden(inRoom("/ban"), { person: "yorick" })],
  "POST /rooms/:id/unban": [hidden(inRoom("/unban"), { person: "bert" })],
  "POST /rooms/:id/role": [hidden(inRoom("/role"), { person: "yorick", role: "admin" })],
  "GET /people": [own("/people"), same(({ name }) => `/people?q=${name}`)],
  "GET /people/role": [own("/people/role"), own("/people/role?person=yorick")],
  "POST /people/role": [own("/people/role", { person: "yorick", role: "admin" })],
  "GET /account": [own("/account")],
  "POST /account/settings": [own("/account/settings", {})],
  "GET /account/password": [own("/account/password")],
  "POST /account/password": [own("/account/password", wrong)],
  "POST /account/sessions/:id/end": [own("/account/sessions/nothing/end", {})],
  "POST /account/other-sessions/end": [own("/account/other-sessions/end", {})],
  "GET /account/delete": [own("/account/delete")],
  "POST /account/delete": [own("/account/delete", wrong)],
  "GET /events": [{ kind: "stream" }],
  "POST /events/alive": [own("/events/alive", { stream: "x" })],
};

const site = new Site({ openStatus: false });
let scene: PrivateRoom;
beforeAll(async () => {
  scene = await PrivateRoom.make(site.solo);
});
afterAll(() => site.close());

interface Answered {
  readonly status: number;
  readonly code: string | null;
  /** Where it leads to, and the page or the JSON. */
  readonly text: string;
}

async function ask(
  route: string,
  { path, form }: Asked,
  options: { as?: Person; target: Target; json: boolean; on?: Site },
): Promise<Answered> {
  const { as, target, json, on = site } = options;
  const [method] = route.split(" ") as [string];
  const fields = form?.(target);
  const answer = await on.ask(path(target), {
    json,
    method,
    ...(as === undefined ? {} : { as }),
    ...(fields === undefined ? {} : { form: { id: crypto.randomUUID(), as: as?.session.userId ?? "", ...fields } }),
  });
  const text = `${answer.headers.get("location") ?? ""} ${await answer.text()}`;
  return { status: answer.status, code: answer.headers.get("lastword-code"), text };
}

test("every route has a row, and every row is one of a route", () => {
  const routes = site.web.routes
    .filter(({ method }) => method !== "ALL")
    .map((route) => `${route.method} ${route.path}`);
  expect(Object.keys(ROWS).toSorted()).toEqual([...new Set(routes)].toSorted());
});

describe.each(Object.entries(ROWS))("%s", (route, rows) => {
  test.each(STRANGERS)("%s: not found, and nothing of the room", async (stranger) => {
    const as = scene.strangers[stranger];
    const before = await scene.everything();
    for (const row of rows) {
      if (row.kind === "stream") continue;
      for (const json of [true, false]) {
        const { target } = scene;
        const told = await ask(route, row, row.kind === "open" ? { target, json } : { as, target, json });
        expect([told.status < 500, told.text.length > 0]).toEqual([true, true]);
        const text = unnamed(told.text, target);
        for (const secret of SECRETS.slice(1)) expect(text).not.toContain(secret);
        if (row.kind === "own" || row.kind === "open") {
          for (const secret of [target.name, target.room, target.message]) expect(told.text).not.toContain(secret);
          continue;
        }
        const { nothing } = scene;
        const none = await ask(route, row, { as, target: nothing, json });
        expect({ ...told, text }).toEqual({ ...none, text: unnamed(none.text, nothing) });
        if (row.kind !== "hidden") continue;
        expect([told.status, told.code]).toEqual([404, row.code ?? "not_found"]);
        if (json) for (const name of ["zenobia", "yorick"]) expect(told.text).not.toContain(name);
      }
    }
    expect(await scene.everything()).toEqual(before);
  });

  test("whoever came to the room later: nothing of the message from before", async () => {
    const { newcomer, target } = scene;
    for (const row of rows) {
      if (row.kind === "stream" || row.kind === "open") continue;
      const names = `${row.path(target)} ${JSON.stringify(row.form?.(target) ?? {})}`.includes(target.message);
      if (!names && !route.startsWith("GET ")) continue;
      for (const json of [true, false]) {
        const told = await ask(route, row, { as: newcomer, target, json });
        expect(told.text).not.toContain(WRITTEN_BEFORE);
        if (!names) expect(told.text).not.toContain(target.message);
        else if (row.kind === "hidden" && row.form !== undefined)
          expect([route, told.code]).toEqual([route, "not_found"]);
      }
    }
  });

  test("a deleted account: not logged in", async () => {
    for (const row of rows) {
      const asked: Asked = row.kind === "stream" ? { path: at("/events") } : row;
      if (row.kind === "open") continue;
      const told = await ask(route, asked, { as: scene.deleted, target: scene.target, json: true });
      expect([told.status, told.code]).toEqual([401, "not_logged_in"]);
      for (const secret of SECRETS) expect(told.text).not.toContain(secret);
    }
  });

  test("whoever is in the room is answered: the rows ask for what there is", async () => {
    for (const row of rows) {
      if (row.kind !== "hidden" && !(row.kind === "own" && row.shows === true)) continue;
      const other = new Site({ openStatus: false });
      const { owner, target } = await PrivateRoom.make(other.solo, "nobody is deleted");
      const told = await ask(route, row, { as: owner, target, json: true, on: other });
      other.close();
      expect([route, told.code]).toEqual([route, null]);
      if (row.kind === "own") expect(told.text).toContain(target.name);
    }
  });
});

test("the name of a private room is taken, and that is all that is said of it", async () => {
  const as = scene.strangers.outsider;
  const form = (name: string) => ({ name, id: crypto.randomUUID() });
  expect((await site.ask("/rooms", { as: scene.owner, json: true, form: form("market") })).status).toBe(201);
  const asks = async (name: string) => {
    const answer = await site.ask("/rooms", { as, json: true, form: form(name) });
    return [answer.status, await answer.text()];
  };
  const ofPublic = await asks("market");
  expect(ofPublic[0]).toBe(409);
  expect(await asks(scene.target.name)).toEqual(ofPublic);
});

describe("a stream", () => {
  let here: Site;
  let room: PrivateRoom;
  const readers: ReadableStreamDefaultReader<Uint8Array>[] = [];
  afterEach(async () => {
    for (const reader of readers.splice(0)) await reader.cancel();
    here.close();
  });
  const setUp = async (): Promise<void> => {
    here = new Site();
    room = await PrivateRoom.make(here.solo);
  };

  /** Opens it. What it has said so far is in `text`. */
  const opens = async (as: Person, query: string): Promise<{ text: string; over: boolean }> => {
    const answer = await here.ask(`/events?${query}`, { as });
    const reader = answer.body!.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    readers.push(reader);
    const heard = { text: "", over: false };
    void (async () => {
      const decoder = new TextDecoder();
      for (let piece = await reader.read(); !piece.done; piece = await reader.read())
        heard.text += decoder.decode(piece.value, { stream: true });
      heard.over = true;
    })();
    return heard;
  };

  /** The owner writes to her alone. Once the stream has said so, it has said all that came before, rows of the list too. */
  const endsWith = async (as: Person, heard: { text: string }, rows: boolean): Promise<void> => {
    const word = `only for ${as.session.name}`;
    const { conversationId } = await here.send(room.owner, as.session.name, word);
    const isRow = (line: string) => line.startsWith("data: ") && line.includes(`"conversationId":"${conversationId}"`);
    await until(() => heard.text.includes(word) || heard.text.includes('"authorName":"zenobia"'));
    if (rows) await until(() => heard.text.split("\n").some((line) => isRow(line) && line.includes("<li")));
  };

  test.each(STRANGERS)("of one who is not in the room (%s) does not hear of it, live or resumed", async (stranger) => {
    await setUp();
    const as = room.strangers[stranger];
    const wasThere = ["removed", "banned"].includes(stranger);
    const live = await Promise.all(["", "show=", `show=${room.target.room}`].map((query) => opens(as, query)));
    await room.goesOn();
    for (const [n, heard] of live.entries()) await endsWith(as, heard, n > 0);
    for (const { text } of live)
      for (const secret of [...SECRETS, room.target.room]) expect(text).not.toContain(secret);
    const after = `after=${room.cursor}`;
    const resumed = await Promise.all([after, `${after}&show=${room.target.room}`].map((query) => opens(as, query)));
    for (const [n, heard] of resumed.entries()) await endsWith(as, heard, n > 0);
    for (const { text } of resumed) {
      for (const secret of SECRETS) expect(text).not.toContain(secret);
      // From before she was sent away: she is told that the room is no longer hers. Whoever never was in it is not.
      expect(text.includes(room.target.room)).toBe(wasThere);
    }
  });

  test("of one who is sent away hears of it no more; of one who deletes her account it ends", async () => {
    await setUp();
    const { chat } = here.solo;
    const comers = [room.strangers.removed, await here.person("ida"), await here.person("jon")] as const;
    for (const { session } of comers.slice(1)) await room.change({ kind: "invite", people: [session.name] });
    await room.change({ kind: "invite", people: ["rosa"] });
    const streams = await Promise.all(
      comers.flatMap((as) => ["", `show=${room.target.room}`].map((query) => opens(as, query))),
    );
    await chat.send(room.owner.session, {
      conversationId: room.target.room,
      body: "you may hear this",
      clientId: crypto.randomUUID(),
    });
    await until(() => streams.every(({ text }) => text.includes("you may hear this")));
    await room.change({ kind: "remove", people: ["rosa"] });
    await room.change({ kind: "ban", person: "ida" });
    await chat.deleteAccount(comers[2].session, {
      password: PASSWORD,
      deleteMessages: false,
      clientId: crypto.randomUUID(),
    });
    await room.goesOn();
    for (const [n, as] of comers.slice(0, 2).entries()) {
      for (const k of [0, 1]) await endsWith(as, streams[2 * n + k]!, k === 1);
    }
    await until(() => streams.slice(4).every(({ over }) => over));
    for (const { text } of streams) expect(text).not.toContain(WRITTEN_AFTER);
    for (const { text } of streams) expect(text).not.toContain("behind the mill again");
  });
});
