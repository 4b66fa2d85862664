/**
 * An attacker on the path between two replicas of the built binary replaces words by others of the same length.
 * Nothing of that is stored, and the original messages arrive.
 */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ChatClient } from "../../src/client/chat-client.ts";
import { Cluster, waitFor } from "../../harness/cluster.ts";
import { WEB_PASSWORD } from "../../harness/web-person.ts";

const FROM = Buffer.from("pay 0100 to ALICE");
const TO = Buffer.from("pay 9900 to EVIL!");

/** Replaces the words when they pass for the first time, and counts the replacements. */
function forger(): { readonly alter: (bytes: Buffer) => Buffer; done: number } {
  const made = {
    done: 0,
    alter: (bytes: Buffer): Buffer => {
      const at = bytes.indexOf(FROM);
      if (at < 0 || made.done > 0) return bytes;
      made.done += 1;
      TO.copy(bytes, at);
      return bytes;
    },
  };
  return made;
}

test("same-length bytes are replaced from the leader to a follower, then on the way of a proposal to the leader", async () => {
  await using cluster = await Cluster.create({ cuttable: true });
  await cluster.startAll();
  const leader = await cluster.leader();
  const follower = cluster.ids.find((id) => id !== leader)!;
  const words: string[] = [];
  for (const [at, from, to, name] of [
    [leader, leader, follower, "ada"],
    [follower, follower, leader, "ben"],
  ] as const) {
    const client = new ChatClient({ addresses: [cluster.grpc(at)], deadlineMs: 20_000 });
    expect((await client.register(name, WEB_PASSWORD)).ok).toBe(true);
    const forged = forger();
    cluster.alter(from, to, forged.alter);
    // She writes to herself.
    const body = `${String(FROM)} for ${name}`;
    const sent = await client.send({ to: name, body });
    expect([name, sent.ok]).toEqual([name, true]);
    words.push(body);
    expect([name, forged.done]).toEqual([name, 1]);
    // The replica that got the changed bytes logs it once, without the bytes.
    await waitFor(`replica ${to} to have noticed`, () => cluster.log(to).includes(`"event":"peer_damaged"`));
    const lines = cluster
      .log(to)
      .split("\n")
      .filter((line) => line.includes("peer_damaged"));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({ level: "warn", peer: from, reason: "frame", count: 1 });
    expect(lines[0]).not.toContain("pay");
    cluster.alter(from, to, null);
    client.close();
  }
  await cluster.inStep();
  // Compare all rows of all replicas.
  const compared = await waitFor("equal rows", async () => {
    const status = await cluster.command(["status", "--hash"]);
    return status.exit === 0 ? status : null;
  });
  expect(compared.stderr).toBe("");
  for (const id of cluster.ids) {
    const ada = new ChatClient({ addresses: [cluster.grpc(id)] });
    expect((await ada.login("ada", WEB_PASSWORD)).ok).toBe(true);
    ada.close();
    const folder = join(cluster.data, `replica-${id}`);
    const stored = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(folder, entry.name)));
    expect([id, stored.some((bytes) => bytes.includes(TO))]).toEqual([id, false]);
    for (const body of words)
      expect([id, body, stored.some((bytes) => bytes.includes(body))]).toEqual([id, body, true]);
  }
}, 180_000);
