/**
 * A cluster is upgraded one replica at a time, while people write, and nobody notices: from dist/lastword to
 * dist/lastword-next, which has one more kind of op, one more column and one more frame. Until all three are upgraded
 * each of them can go back; from then on the older executable refuses to start, and damages nothing.
 */
import { expect } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ChatClient } from "../../src/client/chat-client.ts";
import { BINARY, NEXT_BINARY, waitFor, type Finished } from "../../harness/cluster.ts";
import type { Load } from "../../harness/load.ts";
import { story, type Stage } from "../../harness/load-cluster.ts";

const RATE = 200;

/** Stops a replica, or kills it, and starts it with the other executable. */
async function swap(stage: Stage, id: number, binary: string, how: "stop" | "kill" = "stop"): Promise<void> {
  stage.note(`${how} ${id}, for ${binary}`);
  if (how === "kill") await stage.kill([id]);
  else expect((await stage.cluster.terminate(id)).exit).toBe(0);
  stage.cluster.install(id, binary);
  await stage.restart([id]);
  await stage.inStep();
}

/** Waits until each of them says that this format is in force. */
async function inForce(stage: Stage, format: number, ids: readonly number[] = stage.cluster.ids): Promise<void> {
  for (const id of ids) {
    await stage.cluster.statusThat(
      id,
      `format ${format} in force`,
      (status) => status.formats.inForce === format,
      20_000,
    );
  }
}

/** Somebody who is none of the writers, and writes to herself. */
interface Notes {
  /** What comes of one that is sent at this replica alone. */
  (id: number, body: string): Promise<string>;
  /** All that this replica has, oldest first. */
  bodies(id: number): Promise<string[]>;
}

async function notesOf(stage: Stage): Promise<Notes> {
  const name = `notes-${crypto.randomUUID().slice(0, 6)}`;
  const first = new ChatClient({ addresses: stage.cluster.ids.map((id) => stage.address(id)), deadlineMs: 30_000 });
  const registration = { name, password: "a password for notes", clientId: crypto.randomUUID() };
  const registered = await first.call("Register", registration);
  first.close();
  if (!registered.ok) throw new Error(registered.sentence);
  const { token } = registered.value;
  const at = (id: number): ChatClient => new ChatClient({ addresses: [stage.address(id)], token, deadlineMs: 10_000 });
  const note = async (id: number, body: string): Promise<string> => {
    const client = at(id);
    const item = { to: name, conversationId: "", body, clientId: crypto.randomUUID() };
    const answer = await client.call("SendMessage", item);
    client.close();
    return answer.ok ? "sent" : `${answer.outcome} ${answer.code}: ${answer.sentence}`;
  };
  const bodies = async (id: number): Promise<string[]> => {
    const client = at(id);
    const answer = await client.call("GetMessages", { with: name, conversationId: "", before: "", limit: 50, read: 0 });
    client.close();
    return answer.ok ? answer.value.messages.map(({ body }) => body) : [answer.sentence];
  };
  return Object.assign(note, { bodies });
}

/** Starts a replica that cannot run: what it says before it ends. */
async function ends(stage: Stage, id: number): Promise<Finished> {
  stage.keepLog(id);
  stage.cluster.spawn(id, stage.cluster.words(id));
  return stage.cluster.exited(id);
}

/** Streams of the first writer at each replica: what came, and that nobody was told of a gap. */
async function follow(stage: Stage, load: Load) {
  const { token } = load.writers[0]!;
  const followers = stage.cluster.ids.map((id) => {
    const { ids } = stage.cluster;
    const addresses = [...ids.slice(id), ...ids.slice(0, id)].map((to) => stage.address(to));
    const client = new ChatClient({ addresses, token, ownConnections: true });
    const seen: string[] = [];
    const opened = Promise.withResolvers<void>();
    let resets = 0;
    client.subscribe({
      onEvent: ({ ready, message, reset }) => {
        if (ready !== undefined) opened.resolve();
        if (message) seen.push(message.id);
        if (reset !== undefined) resets += 1;
      },
      onEnd: (failure) => seen.push(`the stream ended: ${failure.code}`),
    });
    return { client, seen, opened: opened.promise, gaps: () => resets };
  });
  await Promise.all(followers.map(({ opened }) => opened));
  return {
    /** Each stream has every message from and to its user once, and nothing twice. */
    async complete(): Promise<void> {
      const mine = load.acknowledged().filter(({ writer }) => writer === 0 || load.writers[writer]!.to === 0);
      for (const { seen, gaps } of followers) {
        await waitFor("a stream to have all", () => mine.every(({ messageId }) => seen.includes(messageId)), 20_000);
        expect([seen.length - new Set(seen).size, gaps()]).toEqual([0, 0]);
      }
    },
    close: () => followers.forEach(({ client }) => client.close()),
  };
}

/** Nothing was refused, nothing is unknown, and no replica ended or was set aside by itself. */
function unnoticed(stage: Stage): void {
  const failed = stage.load.sent.filter((sent) => sent.outcome !== "acknowledged");
  expect(failed.map(({ outcome, by }) => `${outcome} ${by}`)).toEqual([]);
  for (const id of stage.cluster.ids) {
    const folder = readdirSync(join(stage.cluster.data, `replica-${id}`));
    expect(folder.filter((name) => name.startsWith("damaged"))).toEqual([]);
  }
}

/** Exit code 5 and one line that says what to install. */
function tooOld({ exit, stderr }: Finished): void {
  const said = stderr.split("\n").filter((line) => line.startsWith("lastword: "));
  expect([exit, said]).toEqual([
    5,
    [
      "lastword: op format 2 is in use, which this version (0.1.0) does not know; " +
        "install lastword 0.1.0-next or newer and start this replica again",
    ],
  ]);
}

// Two of three in each order, and back in each: the third would enable the format, which the last order does.
const ORDERS = [
  [0, 1],
  [1, 0],
  [0, 2],
  [2, 0],
  [1, 2],
] as const;

story("each order of an upgrade, and back, under load", { seconds: 240, load: { rate: RATE } }, async (stage) => {
  const load = await stage.open();
  const note = await notesOf(stage);
  const streams = await follow(stage, load);
  try {
    load.start();
    for (const [n, [first, second]] of ORDERS.entries()) {
      await load.flows(`before ${first} and ${second} are upgraded`);
      await swap(stage, first, NEXT_BINARY);
      await swap(stage, second, NEXT_BINARY);
      const third = 3 - first - second;
      expect(await note(first, "next: too early")).toBe(
        `definite not_enabled: This needs all replicas at version 0.1.0-next; replica ${third} is at 0.1.0.`,
      );
      if (n === 0) await mixed(stage, { newer: [first, second], older: third });
      const back = n % 2 === 0 ? [first, second] : [second, first];
      for (const id of back) await swap(stage, id, BINARY);
      if (n > 0) continue;
      // The column of the newer version is gone again: the rows are those of the one that was never upgraded.
      await load.stop();
      await stage.inStep();
      await stage.equalHashes();
      load.start();
    }
    for (const id of [2, 1, 0]) await swap(stage, id, NEXT_BINARY);
    await inForce(stage, 2);
    for (const id of stage.cluster.ids) expect(await note(id, `next: from ${id}`)).toBe("sent");
    await load.flows("of the new version");
    await load.stop();
    await streams.complete();
    unnoticed(stage);
    for (const id of stage.cluster.ids) {
      expect((await stage.cluster.terminate(id)).exit).toBe(0);
      stage.cluster.install(id, BINARY);
      tooOld(await ends(stage, id));
      stage.cluster.install(id, NEXT_BINARY);
      await stage.restart([id]);
      await stage.inStep();
    }
    await stage.settle();
    unnoticed(stage);
  } finally {
    streams.close();
  }
});

/** Two of the newer version and one of the older: what is shown of it. */
async function mixed(stage: Stage, { newer, older }: { newer: readonly number[]; older: number }): Promise<void> {
  const seen = await stage.cluster.statusThat(
    older,
    "frames of the newer version",
    (status) => newer.every((id) => (status.replicas[id]?.unread?.[0]?.count ?? 0) > 0),
    20_000,
  );
  expect(seen.replicas.map(({ version }) => version)).toEqual(
    stage.cluster.ids.map((id) => (id === older ? "0.1.0" : "0.1.0-next")),
  );
  for (const id of newer) expect(seen.replicas[id]!.unread).toMatchObject([{ frame: 99, version: "0.1.0-next" }]);
  expect(seen.formats).toEqual({ inForce: 1, next: 2, lacking: [`replica ${older} is at 0.1.0`], peerProtocol: 1 });
  expect(stage.cluster.log(older).match(/"frame_unknown"/g)).toHaveLength(newer.length);
  const compared = await stage.cluster.command(["status", "--hash"]);
  expect([compared.exit, compared.stdout.includes("versions with other tables")]).toEqual([1, true]);
  // A replica that was not heard for a moment on a busy machine would be named as well.
  const others = new RegExp(`replica [${newer.join("")}] is not heard`);
  const refused = await waitFor("everybody to be heard", async () => {
    const said = await stage.cluster.command(["enable"]);
    return others.test(said.stderr) ? null : said;
  });
  expect([refused.exit, refused.stderr]).toEqual([
    1,
    `lastword: format 1 stays in force: replica ${older} is at 0.1.0; upgrade replica ${older}, or go on without: ` +
      `${BINARY} enable --without ${older}; a replica that is given up like that ends with exit code 5, its data whole, ` +
      "until it is upgraded\n",
  ]);
}

story(
  "an upgrade in whose middle the leader is killed, and which the third is given up for",
  { seconds: 120, load: { rate: RATE } },
  async (stage) => {
    const load = await stage.open();
    const note = await notesOf(stage);
    const streams = await follow(stage, load);
    try {
      load.start();
      const leader = await stage.leader();
      const [first, last] = stage.cluster.ids.filter((id) => id !== leader) as [number, number];
      await load.flows("before the upgrade");
      await swap(stage, first, NEXT_BINARY);
      await swap(stage, leader, NEXT_BINARY, "kill");
      expect((await stage.cluster.terminate(last)).exit).toBe(0);
      const enabled = await waitFor("the other one to be heard", async () => {
        const said = await stage.cluster.command(["enable", "--without", String(last)]);
        return / is not heard/.test(said.stderr) ? null : said;
      });
      expect([enabled.exit, enabled.stdout, enabled.stderr]).toEqual([
        0,
        `format 2 is in force, enabled by replica ${await stage.leader()}; before it was format 1; ` +
          `replica ${last} ends with exit code 5 until it is upgraded\n`,
        "",
      ]);
      await inForce(stage, 2, [first, leader]);
      expect(await note(first, "next: without the third")).toBe("sent");
      // Nothing in its folder tells of the format: it meets it in the log of the others.
      tooOld(await ends(stage, last));
      stage.cluster.install(last, NEXT_BINARY);
      await stage.restart([last]);
      await stage.inStep();
      await inForce(stage, 2);
      await stage.settle();
      await streams.complete();
      unnoticed(stage);
    } finally {
      streams.close();
    }
  },
);

story(
  "a split during an upgrade enables nothing; the older side waits for its upgrade, or is given up, and loses nothing",
  { seconds: 120, cuttable: true },
  async (stage) => {
    const { cluster } = stage;
    await stage.open();
    const note = await notesOf(stage);
    stage.split([0, 1], [2], "drop");
    await cluster.statusThat(0, "a view without 2", (status) => status.view.members.join() === "0,1", 20_000);
    for (const id of [0, 1]) {
      expect((await cluster.terminate(id)).exit).toBe(0);
      cluster.install(id, NEXT_BINARY);
      await stage.restart([id]);
      await cluster.inStep([0, 1], 30_000);
    }
    expect(await note(0, "next: during the split")).toBe(
      "definite not_enabled: This needs all replicas at version 0.1.0-next; replica 2 is not heard.",
    );
    await cluster.statusThat(2, "a view of its own", (status) => status.writable, 20_000);
    expect(await note(2, "written on the older side")).toBe("sent");
    stage.heal();
    // Its branch lost, and the tables of the one that won are newer than those that it reads.
    const waits = await waitFor(
      "replica 2 to wait for its upgrade",
      async () => /^warning from replica 2: waiting: .*$/m.exec((await cluster.command(["status"])).stdout)?.[0],
      30_000,
    );
    expect(waits).toMatch(
      /: the state of replica [01] has newer tables \(2, of version 0.1.0-next\) than version 0.1.0 reads \(1\); install 0.1.0-next here$/,
    );
    expect(await note(1, "next: after it")).toBe(
      "definite not_enabled: This needs all replicas at version 0.1.0-next; replica 2 is at 0.1.0.",
    );
    expect((await cluster.terminate(2)).exit).toBe(0);
    const refused = await cluster.command(["enable", "--without", "1"]);
    expect([refused.exit, refused.stdout]).toEqual([1, ""]);
    expect((await cluster.command(["enable", "--without", "2"])).exit).toBe(0);
    await inForce(stage, 2, [0, 1]);
    expect(await note(1, "next: without 2")).toBe("sent");
    tooOld(await ends(stage, 2));
    cluster.install(2, NEXT_BINARY);
    await stage.restart([2]);
    await stage.inStep();
    await inForce(stage, 2);
    await waitFor(
      "what the older side wrote to be everywhere",
      async () =>
        (await Promise.all(cluster.ids.map((id) => note.bodies(id)))).every((all) => all.join() === EVERYTHING),
      30_000,
    );
    await stage.equalHashes();
    unnoticed(stage);
  },
);

/** What is written in the story of the split, in the order of the log: a merge brings the older side's behind. */
const EVERYTHING = ["next: without 2", "written on the older side"].join();
