/**
 * What people do with the chat, through the HTTP side of the page, with each step at another of three real replicas.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import { Cluster, waitFor } from "../../harness/cluster.ts";
import { WEB_PASSWORD, WebPerson } from "../../harness/web-person.ts";

const CHROMIUM = "/usr/bin/chromium";

let cluster: Cluster;
let count = 0;
const people: WebPerson[] = [];

beforeAll(async () => {
  cluster = await Cluster.create();
  await cluster.startAll();
}, 180_000);
afterAll(async () => {
  for (const person of people) person.leave();
  await cluster.stop();
});

const at = (id: number): string => cluster.web(id);

/** A new person, registered at replica `home`. */
async function person(name: string, home = 0): Promise<WebPerson> {
  const made = stranger(name);
  await made.register(at(home));
  return made;
}

/** A person with an unused name, who is not registered. */
function stranger(name: string): WebPerson {
  const made = new WebPerson(`${name}${(count += 1)}`);
  people.push(made);
  return made;
}

/** Kills all replicas at the same instant and starts them again. */
async function restartAll(): Promise<void> {
  const before = cluster.ids.map((id) => cluster.pid(id));
  await cluster.killTogether(cluster.ids);
  await cluster.startAll();
  for (const id of cluster.ids) expect(before).not.toContain(cluster.pid(id));
}

interface Home {
  readonly unread: number;
  readonly conversations: { readonly id: string; readonly unread: number; readonly room: object | null }[];
}

const home = (who: WebPerson, id: number): Promise<Home> => who.json<Home>(at(id), "/");

/** Ids of the messages that the page of a conversation marks as unread. */
async function highlighted(who: WebPerson, id: number, conversationId: string): Promise<string[]> {
  const html = await (await who.ask(at(id), `/c/${conversationId}`, { page: true })).text();
  const ids: string[] = [];
  await new HTMLRewriter()
    .on("li[data-unread]", { element: (row) => void ids.push(row.getAttribute("data-id") ?? "") })
    .transform(new Response(html))
    .text();
  return ids;
}

describe("S1 register", () => {
  test("at replica 0, at once log in at 2; a taken name in other case is refused; it stays after a restart of all", async () => {
    const anna = await person("Änne");
    const elsewhere = new WebPerson(anna.name);
    await elsewhere.logIn(at(2));
    expect((await elsewhere.json<{ user: { name: string } }>(at(1), "/account")).user.name).toBe(anna.name);
    for (const id of cluster.ids) {
      const taken = stranger("taken");
      const form = { name: anna.name.toUpperCase(), password: WEB_PASSWORD, id: crypto.randomUUID() };
      const refused = await taken.ask(at(id), "/register", { form });
      expect([refused.status, await refused.json()]).toEqual([
        409,
        expect.objectContaining({ code: "name_taken", field: "name" }),
      ]);
      expect(taken.cookie(at(id))).toBeUndefined();
      // The page shows the sentence at the field, and still has what was typed.
      const page = await (await taken.ask(at(id), "/register", { form, page: true })).text();
      expect(page).toContain("This name is taken");
      expect(page).toContain(`value="${form.name}"`);
    }
    await restartAll();
    const back = new WebPerson(anna.name);
    await back.logIn(at(1));
    // The earlier login is still valid.
    expect((await anna.ask(at(2), "/account")).status).toBe(200);
  }, 180_000);
});

describe("S2 log in, log out", () => {
  test("wrong password and unknown name are answered alike", async () => {
    const anna = await person("anna");
    const answers = [];
    for (const name of [anna.name, `nobody${count}`]) {
      const form = { name, password: "not the password" };
      const json = await new WebPerson(name).ask(at(1), "/login", { form });
      const page = await (await new WebPerson(name).ask(at(1), "/login", { form, page: true })).text();
      answers.push([json.status, await json.json(), page.replaceAll(name, "NAME")]);
    }
    expect(answers[0]).toEqual(answers[1]!);
    expect(answers[0]![0]).toBe(401);
  }, 180_000);

  test("a login counts at all replicas; after a log-out at none, streams end, Back shows nothing", async () => {
    const anna = await person("anna");
    const ben = await person("ben");
    const { conversationId } = await anna.send(at(1), ben.name, "only for us");
    const streams = await Promise.all(cluster.ids.map((id) => anna.events(at(id))));
    for (const stream of streams) await stream.until("ping");
    for (const id of cluster.ids) {
      const page = await anna.ask(at(id), `/c/${conversationId}`, { page: true });
      expect(page.status).toBe(200);
      expect(page.headers.get("cache-control")).toBe("no-store");
      expect(await page.text()).toContain("only for us");
    }
    const before = anna.copy();
    expect((await anna.ask(at(1), "/logout", { form: {} })).status).toBe(200);
    for (const [id, stream] of streams.entries()) {
      await stream.until("ended");
      await stream.over;
      for (const path of ["/", `/c/${conversationId}`, "/account", "/people", "/events"]) {
        const refused = await before.ask(at(id), path);
        expect([id, path, refused.status]).toEqual([id, path, 401]);
      }
      const page = await before.ask(at(id), `/c/${conversationId}`, { page: true });
      expect([page.status, page.headers.get("location")]).toEqual([303, `/login?next=%2Fc%2F${conversationId}`]);
    }
  }, 180_000);
});

describe("S3 send by name", () => {
  test("who is online sees it at another replica; who is not finds it, counted, at the next login", async () => {
    const anna = await person("anna", 0);
    const ben = await person("ben", 1);
    const events = await ben.events(at(2));
    await events.until("ping");
    const { conversationId } = await anna.send(at(0), ben.name.toUpperCase(), "are you there?");
    const { data } = await events.until("message");
    expect(data).toContain("are you there?");
    expect(data).toContain(anna.name);
    events.close();
    await ben.ask(at(1), "/logout", { form: {} });
    await anna.send(at(1), ben.name, "and now?");
    await ben.logIn(at(2));
    const listed = await home(ben, 2);
    const direct = listed.conversations.filter(({ room }) => room === null);
    expect([listed.unread, direct.map((one) => [one.id, one.unread])]).toEqual([2, [[conversationId, 2]]]);
    expect(await (await ben.ask(at(0), "/", { page: true })).text()).toContain("<title>(2) ");
  }, 180_000);

  test("to nobody: a sentence at the field, and the text is kept", async () => {
    const anna = await person("anna");
    const form = {
      name: "no-such-person",
      body: "a long story that nobody wants to type again",
      id: crypto.randomUUID(),
    };
    const refused = await anna.ask(at(1), "/to", { form });
    expect([refused.status, await refused.json()]).toEqual([
      404,
      expect.objectContaining({ code: "unknown_recipient", field: "to", outcome: "definite" }),
    ]);
    const page = await (await anna.ask(at(1), "/to", { form, page: true })).text();
    expect(page).toContain("No one here is called “no-such-person”.");
    expect(page).toContain(form.body);
    expect(page).toContain(`value="${form.name}"`);
  }, 180_000);
});

describe("S4 unread, read by click", () => {
  test("marked in two tabs at two replicas; a click marks that one; it survives the replica's death and another browser", async () => {
    const anna = await person("anna");
    const ben = await person("ben");
    const sent = [];
    for (const text of ["one", "two", "three"]) sent.push(await anna.send(at(0), ben.name, text));
    const ids = sent.map((message) => message.id);
    const conversation = sent[0]!.conversationId;
    expect(await highlighted(ben, 0, conversation)).toEqual(ids);
    // Replica 2 may apply the third a moment after replica 0 has answered for it.
    await waitFor("three at replica 2", async () => (await highlighted(ben, 2, conversation)).length === ids.length);
    expect(await highlighted(ben, 2, conversation)).toEqual(ids);
    const [tab, author] = [await ben.events(at(2)), await anna.events(at(1))];
    await Promise.all([tab.until("ping"), author.until("ping")]);
    await ben.json(at(0), `/c/${conversation}/read`, { form: { ids: [ids[1]!], id: crypto.randomUUID() } });
    const left = [ids[0], ids[2]];
    for (const stream of [tab, author]) expect((await stream.until("read")).data).toContain(ids[1]!);
    for (const id of cluster.ids) expect(await highlighted(ben, id, conversation)).toEqual(left as string[]);
    const { pid } = await cluster.kill(0);
    await cluster.inStep([1, 2]);
    expect(await highlighted(ben, 1, conversation)).toEqual(left as string[]);
    const other = new WebPerson(ben.name);
    await other.logIn(at(2));
    expect(await highlighted(other, 2, conversation)).toEqual(left as string[]);
    expect((await home(other, 1)).unread).toBe(2);
    await cluster.start(0);
    await cluster.inStep();
    expect(cluster.pid(0)).not.toBe(pid);
    expect(await highlighted(ben, 0, conversation)).toEqual(left as string[]);
    tab.close();
    author.close();
  }, 180_000);
});

describe("S5 presence and typing", () => {
  const online = async (viewer: WebPerson, id: number, name: string): Promise<boolean> => {
    const { users } = await viewer.json<{ users: { name: string; online: boolean }[] }>(at(id), "/people");
    return users.find((user) => user.name === name)?.online ?? false;
  };

  test("seen from every replica, live and by refresh; gone with the replica, back when it moved", async () => {
    const anna = await person("anna");
    const ben = await person("ben");
    await ben.send(at(2), anna.name, "hello");
    const watch = await anna.events(at(1));
    await watch.until("ping");
    const says = (is: boolean) => (data: string) => data.includes(`"${ben.name}"`) && data.includes(`"online":${is}`);
    await ben.events(at(2));
    await watch.until("presence", says(true));
    for (const id of cluster.ids) await waitFor(`ben online at ${id}`, () => online(anna, id, ben.name));
    const from = watch.seen.length;
    await cluster.kill(2);
    await watch.until("presence", says(false), { from });
    for (const id of [0, 1]) await waitFor(`ben offline at ${id}`, async () => !(await online(anna, id, ben.name)));
    const moved = watch.seen.length;
    await ben.events(at(0));
    await watch.until("presence", says(true), { from: moved });
    await cluster.start(2);
    await cluster.inStep();
    await waitFor("ben online at the replica that came back", () => online(anna, 2, ben.name));
    ben.leave();
    for (const id of cluster.ids) await waitFor(`ben gone at ${id}`, async () => !(await online(anna, id, ben.name)));
    const { users } = await anna.json<{ users: { name: string; lastSeenMicros: number }[] }>(at(1), "/people");
    expect(users.find((user) => user.name === ben.name)!.lastSeenMicros).toBeGreaterThan(0);
    watch.close();
  }, 180_000);

  test.concurrent(
    "a browser that vanished without a word is gone; one that says that it is there stays",
    async () => {
      const anna = await person("anna");
      const [vanished, there, shared] = [await person("vanished"), await person("there"), await person("shared")];
      for (const who of [vanished, there, shared]) await who.send(at(1), anna.name, "hello");
      const watch = await anna.events(at(0));
      await watch.until("ping");
      const stays = await there.events(at(1), { alive: "a" });
      // At an address that replicas share, one of them has the stream and another gets the page's sign of life.
      const elsewhere = await shared.events(at(1), { alive: "b" });
      const ended: string[] = [];
      void stays.over.then(() => ended.push("stays"));
      void elsewhere.over.then(() => ended.push("elsewhere"));
      // Somebody else's sign of life does not keep her online.
      const timer = setInterval(() => {
        void there.ask(at(1), "/events/alive", { form: { stream: "a" } });
        void shared.ask(at(2), "/events/alive", { form: { stream: "b" } });
      }, 2000);
      const says = (who: WebPerson, is: boolean) => (data: string) =>
        data.includes(`"${who.name}"`) && data.includes(`"online":${is}`);
      try {
        // `vanished` opens its stream last: when it counts as gone, the others would be gone too without signs of life.
        const pings = (): number => elsewhere.seen.filter((event) => event.name === "ping").length;
        await waitFor("some pings", () => pings() > 3);
        await vanished.events(at(1), { alive: "a" });
        for (const who of [vanished, there, shared]) await watch.until("presence", says(who, true));
        await watch.until("presence", says(vanished, false), { timeoutMs: 60_000 });
      } finally {
        clearInterval(timer);
      }
      // Not whether they never seemed offline: all users of a replica do while it gets no processor time for some seconds.
      expect(ended).toEqual([]);
      for (const who of [there, shared]) await waitFor(`${who.name} online`, () => online(anna, 2, who.name));
      stays.close();
      elsewhere.close();
      watch.close();
    },
    180_000,
  );

  /** Registers a person in a Chromium of her own; `group` is the negated id of its process group. */
  async function inBrowser(visitor: WebPerson): Promise<{ group: number; close: () => Promise<void> }> {
    const server = await chromium.launchServer({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
    const browser = await chromium.connect(server.wsEndpoint());
    const page = await browser.newPage();
    await page.goto(`${at(1)}/register`);
    await page.getByLabel("Name", { exact: true }).fill(visitor.name);
    await page.getByLabel("Password", { exact: true }).fill(WEB_PASSWORD);
    await page.getByRole("button", { name: "Register", exact: true }).click();
    // The whole group, because a browser has many processes, and one of them does its networking.
    return { group: -server.process().pid!, close: () => server.close() };
  }
  const browsers = test.concurrent.skipIf(!existsSync(CHROMIUM) && process.env["CI"] !== "true");

  browsers(
    "a page that is open stays online however long nothing happens",
    async () => {
      const anna = await person("anna");
      const watch = await anna.events(at(0));
      await watch.until("ping");
      const visitor = stranger("visitor");
      const says = (is: boolean) => (data: string) =>
        data.includes(`"${visitor.name}"`) && data.includes(`"online":${is}`);
      const { close } = await inBrowser(visitor);
      try {
        await waitFor("the visitor online", () => online(anna, 0, visitor.name));
        await anna.send(at(0), visitor.name, "hello");
        const pings = watch.seen.filter((event) => event.name === "ping").length;
        // Wait longer than a page may be silent, measured by the replica's own pings.
        await waitFor(
          "20 pings",
          () => watch.seen.filter((event) => event.name === "ping").length > pings + 20,
          45_000,
        );
        expect(watch.seen.some((event) => event.name === "presence" && says(false)(event.data))).toBe(false);
      } finally {
        await close();
        watch.close();
      }
    },
    180_000,
  );

  browsers(
    "a browser that stands still is gone, and is there again when it goes on",
    async () => {
      const anna = await person("anna");
      const watch = await anna.events(at(0));
      await watch.until("ping");
      const visitor = stranger("visitor");
      const says = (is: boolean) => (data: string) =>
        data.includes(`"${visitor.name}"`) && data.includes(`"online":${is}`);
      const { group, close } = await inBrowser(visitor);
      try {
        await waitFor("the visitor online", () => online(anna, 0, visitor.name));
        await anna.send(at(0), visitor.name, "hello");
        process.kill(group, "SIGSTOP");
        await watch.until("presence", says(false), { timeoutMs: 60_000 });
        const from = watch.seen.length;
        process.kill(group, "SIGCONT");
        await watch.until("presence", says(true), { from });
      } finally {
        process.kill(group, "SIGCONT");
        await close();
        watch.close();
      }
    },
    180_000,
  );

  test("typing is seen at another replica, by the other side only, and never fills a stream", async () => {
    const anna = await person("anna");
    const ben = await person("ben");
    const eve = await person("eve");
    const { conversationId } = await anna.send(at(0), ben.name, "hello");
    const [seen, stranger] = [await ben.events(at(2)), await eve.events(at(2))];
    await Promise.all([seen.until("ping"), stranger.until("ping")]);
    for (let i = 0; i < 50; i++) await anna.ask(at(0), `/c/${conversationId}/typing`, { form: {} });
    expect(JSON.parse((await seen.until("typing")).data)).toMatchObject({ conversationId });
    // Eve is not a member, so nobody is notified that she types there.
    await eve.ask(at(2), `/c/${conversationId}/typing`, { form: {} });
    await anna.send(at(0), ben.name, "the end");
    await seen.until("message", (data) => data.includes("the end"));
    expect(seen.seen.filter((event) => event.name === "typing").length).toBeLessThanOrEqual(6);
    expect(stranger.seen.some((event) => event.name === "typing" || event.name === "message")).toBe(false);
    for (const stream of [seen, stranger]) stream.close();
  }, 180_000);
});

describe("S6 delete selected", () => {
  test("two of five, own and received, gone everywhere, after a restart too, and not brought back by a retry", async () => {
    const anna = await person("anna");
    const ben = await person("ben");
    const texts = ["a1", "b1", "a2", "b2", "a3"];
    const sent: { id: string; conversationId: string }[] = [];
    const clientIds: string[] = [];
    for (const text of texts) {
      const [from, to] = text.startsWith("a") ? [anna, ben] : [ben, anna];
      clientIds.push(crypto.randomUUID());
      const form = { name: to.name, body: text, id: clientIds.at(-1)! };
      sent.push((await from.json<{ message: { id: string; conversationId: string } }>(at(1), "/to", { form })).message);
    }
    const conversation = sent[0]!.conversationId;
    const watch = await ben.events(at(2));
    await watch.until("ping");
    // Her own a2 is deleted for both, his b1 only hidden for her.
    const ids = [sent[2]!.id, sent[1]!.id];
    await anna.json(at(0), `/c/${conversation}/delete`, { form: { ids, id: crypto.randomUUID() } });
    expect((await watch.until("gone")).data).toContain(ids[0]!);
    const check = async (): Promise<void> => {
      for (const id of cluster.ids) {
        // A replica may have the deletion a moment after another one has answered for it.
        const shown = async (who: WebPerson): Promise<string> =>
          (await who.texts(at(id), conversation).catch(() => [])).filter((text) => text !== "").join();
        await waitFor(`her side at ${id}`, async () => (await shown(anna)) === "a1,b2,a3");
        await waitFor(`his side at ${id}`, async () => (await shown(ben)) === "a1,b1,b2,a3");
      }
    };
    await check();
    const retried = await anna.ask(at(2), "/to", { form: { name: ben.name, body: "a2", id: clientIds[2]! } });
    expect(retried.status).toBe(201);
    expect(((await retried.json()) as { message: { body: string; deleted: boolean } }).message).toMatchObject({
      body: "",
      deleted: true,
    });
    await check();
    watch.close();
    await restartAll();
    await check();
  }, 180_000);
});

describe("S7 delete account", () => {
  test("asks, counts the unread; the other side keeps the history; no log-in, no new account of that name, anywhere", async () => {
    const anna = await person("anna");
    const ben = await person("ben");
    const { conversationId } = await anna.send(at(0), ben.name, "from anna");
    for (const text of ["x", "y", "z"]) await ben.send(at(1), anna.name, text);
    // Replica 2 may apply the third a moment after replica 1 has answered for it.
    const says = async (): Promise<boolean> =>
      /\b3\b[^<]*unread/.test(await (await anna.ask(at(2), "/account", { page: true })).text());
    await waitFor("three unread", says);
    const streams = await Promise.all(cluster.ids.map((id) => anna.events(at(id))));
    for (const stream of streams) await stream.until("ping");
    const before = anna.copy();
    const remove = (password: string) =>
      anna.ask(at(2), "/account/delete", { form: { password, id: crypto.randomUUID() } });
    for (const password of ["", "not the password"])
      expect((await remove(password)).status).toBeGreaterThanOrEqual(401);
    expect((await anna.ask(at(1), "/account")).status).toBe(200);
    expect((await remove(WEB_PASSWORD)).status).toBe(200);
    for (const stream of streams) {
      await stream.until("ended");
      await stream.over;
    }
    for (const id of cluster.ids) {
      expect((await before.ask(at(id), "/")).status).toBe(401);
      const login = await anna.ask(at(id), "/login", { form: { name: anna.name, password: WEB_PASSWORD } });
      expect((await login.json()) as object).toMatchObject({ code: "wrong_password" });
      const form = { name: anna.name, password: WEB_PASSWORD, id: crypto.randomUUID() };
      expect((await stranger("new").ask(at(id), "/register", { form })).status).toBe(409);
      const kept = await ben.json<{ messages: { body: string; authorName: string }[] }>(at(id), `/c/${conversationId}`);
      expect(kept.messages.map((message) => message.body)).toEqual(["from anna", "x", "y", "z"]);
      expect(kept.messages[0]!.authorName).toBe("deleted user");
      const { users } = await ben.json<{ users: { name: string }[] }>(at(id), "/people");
      expect(users.map((user) => user.name)).not.toContain(anna.name);
    }
  }, 180_000);
});
