/**
 * Helpers for the tests of an upgrade from dist/lastword to dist/lastword-next, which has one more kind of op, one more
 * column and one more frame.
 */
import { expect } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ChatClient } from "../src/client/chat-client.ts";
import { waitFor, type Finished } from "./cluster.ts";
import { Followers } from "./followers.ts";
import type { Stage } from "./load-cluster.ts";

/** Stops or kills a replica and starts it with another executable. Resolves once all writers are at home again. */
export async function swap(stage: Stage, id: number, binary: string, how: "stop" | "kill" = "stop"): Promise<void> {
  stage.note(`${how} ${id}, for ${binary}`);
  if (how === "kill") await stage.kill([id]);
  else expect((await stage.cluster.terminate(id)).exit).toBe(0);
  stage.cluster.install(id, binary);
  await stage.restart([id]);
  await stage.inStep();
  await stage.atHome();
}

/** Opens streams for all writers: for each a page and a program, at different replicas. */
export function follow(stage: Stage): Promise<Followers> {
  const { cluster } = stage;
  const web = cluster.ids.map((id) => cluster.web(id));
  return Followers.of(stage.load, { web, grpc: cluster.ids.map((id) => stage.address(id)) });
}

/** Waits until each of these replicas reports that this format is in force. */
export async function inForce(stage: Stage, format: number, ids: readonly number[] = stage.cluster.ids): Promise<void> {
  for (const id of ids) {
    await stage.cluster.statusThat(
      id,
      `format ${format} in force`,
      (status) => status.formats.inForce === format,
      60_000,
    );
  }
}

/** The answer once all replicas are heard. On a busy machine one may not be for a moment, and the answer names it. */
export function onceHeard(say: () => Promise<string>): Promise<string> {
  return waitFor("everybody to be heard", async () => {
    const said = await say();
    return said.includes("is not heard") ? null : said;
  });
}

/** A person who is not one of the writers, and writes to herself. */
export interface Notes {
  /** Sends a note at this replica only, and returns the outcome. */
  (id: number, body: string): Promise<string>;
  /** The notes at this replica, oldest first. */
  bodies(id: number): Promise<string[]>;
}

/** Registers such a person. */
export async function notesOf(stage: Stage): Promise<Notes> {
  const name = `notes-${crypto.randomUUID().slice(0, 6)}`;
  const first = new ChatClient({ addresses: stage.cluster.ids.map((id) => stage.address(id)), deadlineMs: 30_000 });
  const registration = { name, password: "a password for notes", clientId: crypto.randomUUID() };
  const registered = await first.call("Register", registration);
  first.close();
  if (!registered.ok) throw new Error(registered.sentence);
  const { token } = registered.value;
  const at = (id: number): ChatClient => new ChatClient({ addresses: [stage.address(id)], token, deadlineMs: 30_000 });
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

/** Starts a replica that cannot run, and returns how it ended. */
export async function ends(stage: Stage, id: number): Promise<Finished> {
  stage.keepLog(id);
  stage.cluster.spawn(id, stage.cluster.words(id));
  return stage.cluster.exited(id);
}

/** Checks that no message was refused or is unknown, and that no replica set its store aside. */
export function unnoticed(stage: Stage): void {
  const failed = stage.load.sent.filter((sent) => sent.outcome !== "acknowledged");
  expect(failed.map(({ outcome, by }) => `${outcome} ${by}`)).toEqual([]);
  for (const id of stage.cluster.ids) {
    const folder = readdirSync(join(stage.cluster.data, `replica-${id}`));
    expect(folder.filter((name) => name.startsWith("damaged"))).toEqual([]);
  }
}

/** Checks that the process ended with exit code 5 and one line that says what to install. */
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
