/**
 * Two branches of the history as people and programs see them: a cursor of a branch that is gone, and deletions and
 * password changes on one side of a cut.
 */
import { expect, test } from "bun:test";
import type { SubscribeResponse } from "../../src/client/subscription.ts";
import { ChatClient } from "../../src/client/chat-client.ts";
import { Cluster, waitFor } from "../../harness/cluster.ts";
import { WebPerson } from "../../harness/web-person.ts";

/** Recovery by policy takes a little more than 15 s. */
const POLICY_TIMEOUT_MS = 60_000;
/** How often a replica that is alone is restarted, each time with a higher ballot. */
const RESTARTS = 3;
/** A replica continues alone after 5 s of silence, later on a busy machine. */
const MERGE_MS = 60_000;

test.concurrent(
  "a cursor of a replica that went on alone and died: reads are answered, streams are reset and go on",
  async () => {
    await using cluster = await Cluster.create();
    await cluster.startAll();
    const anna = new ChatClient({ addresses: [cluster.grpc(0)] });
    expect((await anna.register("anna", "correct horse")).ok).toBe(true);
    await cluster.killTogether([1, 2]);
    await cluster.inStep([0]);
    for (let i = 0; i < RESTARTS; i++) {
      await cluster.kill(0);
      await cluster.start(0);
      await cluster.inStep([0]);
    }
    const note = { to: "anna", body: "known here alone", clientId: crypto.randomUUID() };
    const alone = await anna.call("SendMessage", note);
    if (!alone.ok) throw new Error(alone.sentence);
    const { cursor } = alone.value;
    await cluster.kill(0);
    await Promise.all([cluster.start(1), cluster.start(2)]);
    await cluster.inStep([1, 2], POLICY_TIMEOUT_MS);
    // Premise: the client's cursor has a higher view number than the current view.
    const { view } = (await cluster.status(1))!;
    expect(view.forkRisk).toEqual([0]);
    expect(Number(cursor.split(".")[0])).toBeGreaterThan(Number(view.no.split(".")[0]));

    for (const id of [1, 2]) {
      const client = new ChatClient({ addresses: [cluster.grpc(id)], token: anna.token! });
      const read = await client.call("GetMessages", { with: "anna", limit: 10 }, { cursor });
      expect(read.ok ? read.value.messages.map(({ body }) => body) : read.code).not.toContain(note.body);
      expect(read.ok).toBe(true);
      const events: SubscribeResponse[] = [];
      const subscription = client.subscribe({ onEvent: (event) => void events.push(event) }, cursor);
      await waitFor("the stream to be reset", () => events.some((event) => event.reset !== undefined));
      const body = `after the reset at ${id}`;
      expect((await client.call("SendMessage", { ...note, body, clientId: crypto.randomUUID() })).ok).toBe(true);
      await waitFor("the stream to go on", () => events.some((event) => event.message?.body === body));
      subscription.close();
      client.close();
    }
    anna.close();
  },
  180_000,
);

test.concurrent(
  "S6 deleted on one side of a split, whichever is kept: gone on both after the merge, and a retry does not bring it back",
  async () => {
    await using cluster = await Cluster.create({ cuttable: true });
    await cluster.startAll();
    const [anna, ben] = [new WebPerson("anna"), new WebPerson("ben")];
    await anna.register(cluster.web(0));
    await ben.register(cluster.web(1));
    const sent = new Map<string, { id: string; clientId: string }>();
    let conversation = "";
    for (const body of ["by the one", "by the two", "by both", "stays"]) {
      const clientId = crypto.randomUUID();
      const form = { name: "ben", body, id: clientId };
      const { message } = await anna.json<{ message: { id: string; conversationId: string } }>(cluster.web(0), "/to", {
        form,
      });
      sent.set(body, { id: message.id, clientId });
      conversation = message.conversationId;
    }
    const remove = (who: WebPerson, at: number, ...bodies: string[]) =>
      waitFor("the deletion", async () => {
        const ids = bodies.map((body) => sent.get(body)!.id);
        const form = { ids, id: crypto.randomUUID() };
        return (await who.ask(cluster.web(at), `/c/${conversation}/delete`, { form })).status === 200;
      });
    cluster.split([0], [1, 2]);
    await cluster.inStep([0], MERGE_MS);
    await cluster.inStep([1, 2], MERGE_MS);
    await remove(anna, 0, "by the one", "by both");
    await remove(anna, 2, "by the two", "by both");
    // Premise: each side has only its own messages, so there are two branches.
    const shown = async (who: WebPerson, at: number) =>
      (await who.texts(cluster.web(at), conversation)).filter((text) => text !== "");
    expect(await shown(anna, 0)).toEqual(["by the two", "stays"]);
    expect(await shown(anna, 1)).toEqual(["by the one", "stays"]);
    // During the split, the messages are sent again with their ids at the side that has not deleted them.
    for (const [body, at] of [
      ["by the one", 1],
      ["by the two", 0],
    ] as const) {
      const form = { name: "ben", body, id: sent.get(body)!.clientId };
      expect((await anna.ask(cluster.web(at), "/to", { form })).status).toBe(201);
    }
    cluster.split([0], [1, 2], "heal");
    await cluster.inStep([0, 1, 2], MERGE_MS);
    const check = async (): Promise<void> => {
      for (const id of cluster.ids)
        for (const who of [anna, ben])
          await waitFor(`what ${who.name} sees at ${id}`, async () =>
            (await shown(who, id).catch(() => [])).join() === "stays" ? true : null,
          );
    };
    await check();
    for (const body of ["by the one", "by the two", "by both"]) {
      const form = { name: "ben", body, id: sent.get(body)!.clientId };
      const { message } = await anna.json<{ message: { deleted: boolean; body: string } }>(cluster.web(1), "/to", {
        form,
      });
      expect(message).toMatchObject({ deleted: true, body: "" });
    }
    await check();
    await cluster.killTogether(cluster.ids);
    await cluster.startAll();
    await check();
  },
  180_000,
);

test.concurrent(
  "a password changed on one side of a cut ends what the old one opens on the other",
  async () => {
    const old = "the old password";
    await using cluster = await Cluster.create({ cuttable: true, words: ["--rate-limit=off"] });
    await cluster.startAll();
    const client = (id: number, token: string | null = null): ChatClient =>
      new ChatClient({ addresses: [cluster.grpc(id)], deadlineMs: 30_000, ...(token === null ? {} : { token }) });
    /** Logs in with the old password at replica 0: the token, or the code of the refusal. */
    const login = async (): Promise<{ token: string } | { code: string }> => {
      const person = client(0);
      const entered = await person.login("owner", old);
      person.close();
      return entered.ok ? { token: entered.value.token } : { code: entered.code };
    };
    /** The replicas that still accept a token. */
    const opensAt = async (token: string): Promise<number[]> => {
      const open: number[] = [];
      for (const id of cluster.ids) {
        const holder = client(id, token);
        if ((await holder.call("ListSessions", {})).ok) open.push(id);
        holder.close();
      }
      return open;
    };
    const owner = client(1);
    expect((await owner.register("owner", old)).ok).toBe(true);
    await waitFor("the other side to know her", async () => "token" in (await login()));
    cluster.split([0], [1, 2]);
    await cluster.statusThat(
      1,
      "a view of the pair",
      ({ view, writable }) => writable && view.members.join() === "1,2",
    );
    const change = { password: old, newPassword: "the new password", clientId: Bun.randomUUIDv7() };
    expect(await owner.call("ChangePassword", change)).toMatchObject({ ok: true });
    await cluster.inStep([0], MERGE_MS);
    // This side does not know of the change, so it must accept the old password.
    const thief = await login();
    if (!("token" in thief)) throw new Error(thief.code);
    expect(await opensAt(thief.token)).toEqual([0]);
    cluster.split([0], [1, 2], "heal");
    await cluster.inStep(cluster.ids, MERGE_MS);
    const merged = await Promise.all(cluster.ids.map(async (id) => (await cluster.status(id))?.events ?? []));
    expect(merged.flat().some((event) => event.kind === "merge")).toBe(true);
    expect(await opensAt(thief.token)).toEqual([]);
    expect(await opensAt(owner.token!)).toEqual([...cluster.ids]);
    expect(await login()).toEqual({ code: "wrong_password" });
    owner.close();
  },
  180_000,
);
