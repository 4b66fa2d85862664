/**
 * What stories of an upgrade have in common: from dist/lastword to dist/lastword-next, which has one more kind of op, one
 * more column and one more frame.
 */
import { expect } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ChatClient } from "../src/client/chat-client.ts";
import { waitFor, type Finished } from "./cluster.ts";
import { Followers } from "./followers.ts";
import type { Stage } from "./load-cluster.ts";

/** Stops a replica, or kills it, and starts it with the other executable; then people write at all three again. */
export async function swap(stage: Stage, id: number, binary: string, how: "stop" | "kill" = "stop"): Promise<void> {
  stage.note(`${how} ${id}, for ${binary}`);
  if (how === "kill") await stage.kill([id]);
  else expect((await stage.cluster.terminate(id)).exit).toBe(0);
  stage.cluster.install(id, binary);
  await stage.restart([id]);
  await stage.inStep();
  await stage.atHome();
}

/** The streams of all writers: each with a page and a program, at different replicas. */
export function follow(stage: Stage): Promise<Followers> {
  const { cluster } = stage;
  const web = cluster.ids.map((id) => cluster.web(id));
  return Followers.of(stage.load, { web, grpc: cluster.ids.map((id) => stage.address(id)) });
}

/** Waits until each of them says that this format is in force. */
export async function inForce(stage: Stage, format: number, ids: readonly number[] = stage.cluster.ids): Promise<void> {
  for (const id of ids) {
    await stage.cluster.statusThat(
      id,
      `format ${format} in force`,
      (status) => status.formats.inForce === format,
      20_000,
    );
  }
}

/** What is said once everybody is heard: on a busy machine somebody may not be, for a moment, and is named then. */
export function onceHeard(say: () => Promise<string>): Promise<string> {
  return waitFor("everybody to be heard", async () => {
    const said = await say();
    return said.includes("is not heard") ? null : said;
  });
}

/** Somebody who is none of the writers, and writes to herself. */
export interface Notes {
  /** What comes of one that is sent at this replica alone. */
  (id: number, body: string): Promise<string>;
  /** All that this replica has, oldest first. */
  bodies(id: number): Promise<string[]>;
}

/** Registers that somebody. */
export async function notesOf(stage: Stage): Promise<Notes> {
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
export async function ends(stage: Stage, id: number): Promise<Finished> {
  stage.keepLog(id);
  stage.cluster.spawn(id, stage.cluster.words(id));
  return stage.cluster.exited(id);
}

/** Nothing was refused, nothing is unknown, and no replica ended or was set aside by itself. */
export function unnoticed(stage: Stage): void {
  const failed = stage.load.sent.filter((sent) => sent.outcome !== "acknowledged");
  expect(failed.map(({ outcome, by }) => `${outcome} ${by}`)).toEqual([]);
  for (const id of stage.cluster.ids) {
    const folder = readdirSync(join(stage.cluster.data, `replica-${id}`));
    expect(folder.filter((name) => name.startsWith("damaged"))).toEqual([]);
  }
}

/** Exit code 5 and one line that says what to install. */
export function tooOld({ exit, stderr }: Finished): void {
  const said = stderr.split("\n").filter((line) => line.startsWith("lastword: "));
  expect([exit, said]).toEqual([
    5,
    [
      "lastword: op format 2 is in use, which this version (0.1.0) does not know; " +
        "install lastword 0.1.0-next or newer and start this replica again",
    ],
  ]);
}
