/**
 * What a private room is to those who are not in it, at every route of the page: nothing. The routes come from the app
 * itself, so that a new one fails here until it has a row.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import type { Person } from "../../support/solo-chat.ts";
import { PrivateRoom, SECRETS, STRANGERS, unnamed, WRITTEN_AFTER, WRITTEN_BEFORE } from "../../support/private-room.ts";
import { ROUTE_ROWS } from "../../support/requests/all.ts";
import type { PageRequest, Target } from "../../support/requests/request.ts";
import { until } from "../../../harness/until.ts";
import { PASSWORD, Site } from "./site.ts";

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
  { path, form }: PageRequest,
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
  expect(Object.keys(ROUTE_ROWS).toSorted()).toEqual([...new Set(routes)].toSorted());
});

describe.each(Object.entries(ROUTE_ROWS))("%s", (route, rows) => {
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

  test.each(["deleted", "deactivated"] as const)("a %s account: not logged in", async (who) => {
    for (const row of rows) {
      const asked: PageRequest = row.kind === "stream" ? { path: () => "/events" } : row;
      if (row.kind === "open") continue;
      const told = await ask(route, asked, { as: scene[who], target: scene.target, json: true });
      expect([told.status, told.code]).toEqual([401, "not_logged_in"]);
      for (const secret of SECRETS) expect(told.text).not.toContain(secret);
    }
  });

  test("whoever is in the room is answered: the rows ask for what there is", async () => {
    for (const row of rows) {
      if (row.kind !== "hidden" && !(row.kind === "own" && row.shows === true)) continue;
      const other = new Site({ openStatus: false });
      const room = await PrivateRoom.make(other.solo, "nobody is deleted");
      const told = await ask(route, row, { as: room[row.by ?? "owner"], target: room.target, json: true, on: other });
      other.close();
      expect([route, told.code]).toEqual([route, null]);
      if (row.kind === "own") expect(told.text).toContain(room.target.name);
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
