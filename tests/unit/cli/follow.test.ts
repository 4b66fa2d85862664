/** Following a conversation: each message once, whatever the stream repeats, misses or puts into another order. */
import { expect, test } from "bun:test";
import { Follower } from "../../../src/cli/follow.ts";
import type { Message } from "../../../src/cli/message-text.ts";
import type { SubscribeResponse, SubscriptionListener } from "../../../src/client/subscription.ts";

type Client = ConstructorParameters<typeof Follower>[0]["client"];

/** A conversation, oldest first, behind the calls of a client. */
class FakeCluster {
  messages: Message[] = [];
  failures = 0;
  listener: SubscriptionListener | null = null;
  subscribedAt = "";

  write(id: string, timeMicros: number, at = this.messages.length): Message {
    const message = { id, timeMicros, conversationId: "c", body: id, authorName: "ann" } as Message;
    this.messages.splice(at, 0, message);
    return message;
  }

  tell(event: Partial<SubscribeResponse>, address = "a:1"): void {
    this.listener!.onEvent(event as SubscribeResponse, address);
  }

  readonly client = {
    call: async (_name: string, { before, limit }: { before: string; limit: number }) => {
      if (this.failures-- > 0) return { ok: false, code: "no_leader", outcome: "definite", sentence: "No leader." };
      const end = before === "" ? this.messages.length : this.messages.findIndex(({ id }) => id === before);
      const messages = this.messages.slice(Math.max(0, end - limit), end);
      return { ok: true, address: "a:1", value: { cursor: "cursor", messages } };
    },
    subscribe: (listener: SubscriptionListener, cursor: string) => {
      this.listener = listener;
      this.subscribedAt = cursor;
    },
  } as unknown as Client;
}

async function following(cluster: FakeCluster, limit = 3) {
  const shown: string[] = [];
  const said: string[] = [];
  const show = ({ id }: Message): void => void shown.push(id);
  const say = (text: string): void => void said.push(text);
  const follower = new Follower({ client: cluster.client, where: "#ops", show, say, wait: async () => {} });
  const over = follower.run(limit);
  const rest = async (): Promise<void> => {
    for (let turns = 0; turns < 100; turns++) await Promise.resolve();
  };
  await rest();
  return { shown, said, over, rest };
}

test("goes on from the page's cursor, and shows what the stream repeats once", async () => {
  const cluster = new FakeCluster();
  for (const [n, id] of ["a", "b", "c", "d"].entries()) cluster.write(id, n);
  const { shown, said, over, rest } = await following(cluster);
  expect(cluster.subscribedAt).toBe("cursor");
  cluster.tell({ event: "ready" });
  cluster.tell({ event: "message", message: cluster.messages[3]! });
  cluster.tell({ event: "message", message: cluster.write("e", 9) });
  cluster.tell({ event: "message", message: { ...cluster.messages[0]!, id: "x", conversationId: "other" } });
  cluster.tell({ event: "ready" }, "b:1");
  cluster.tell({ event: "message", message: cluster.messages[4]! }, "b:1");
  await rest();
  expect(shown).toEqual(["b", "c", "d", "e"]);
  expect(said).toEqual(["connected to a:1", "a:1 does not answer; continued at b:1"]);
  cluster.listener!.onEnd!({ code: "not_logged_in", definite: true, sentence: "Ended.", retryAfterMs: 0 });
  expect(await over).toMatchObject({ code: "not_logged_in" });
});

test("after a reset it shows what is new in the merged history, and nothing older than its first page", async () => {
  const cluster = new FakeCluster();
  for (let n = 0; n < 500; n++) cluster.write(`old ${n}`, n);
  const { shown, rest } = await following(cluster);
  expect(shown).toEqual(["old 497", "old 498", "old 499"]);
  // The other side's messages come before ours, which are now the last ones; one is older than the first page.
  cluster.messages.splice(497, 3);
  for (let n = 0; n < 450; n++) cluster.write(`theirs ${n}`, n === 0 ? 400 : 600 + n);
  for (let n = 497; n < 500; n++) cluster.write(`old ${n}`, n);
  cluster.failures = 3;
  cluster.tell({ event: "reset" });
  cluster.tell({ event: "message", message: cluster.write("new", 2000) });
  await rest();
  expect(shown.length).toBe(3 + 449 + 1);
  expect(new Set(shown).size).toBe(shown.length);
  expect(shown.slice(3, 5)).toEqual(["theirs 1", "theirs 2"]);
  expect(shown.at(-1)).toBe("new");
});

test("an empty conversation is found by its first message", async () => {
  const cluster = new FakeCluster();
  const { shown, rest } = await following(cluster);
  cluster.tell({ event: "message", message: { id: "x", conversationId: "other" } as Message });
  await rest();
  expect(shown).toEqual([]);
  cluster.tell({ event: "message", message: cluster.write("first", 5) });
  cluster.tell({ event: "message", message: cluster.write("second", 6) });
  await rest();
  expect(shown).toEqual(["first", "second"]);
});
