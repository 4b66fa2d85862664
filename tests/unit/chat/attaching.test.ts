/** Files of messages: who can send one, who can read one, and when a message that carries one is acknowledged. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { SendInput } from "../../../src/chat/chat-service.ts";
import { FILE_BYTES_MAX, UPLOAD_PART_BYTES } from "../../../src/chat/bounds.ts";
import type { Files, Lack } from "../../../src/chat/files.ts";
import { FileReplicas, someBytes } from "../../support/file-replicas.ts";
import { createSoloChat, type SoloChat, type Person } from "../../support/solo-chat.ts";

let replicas: FileReplicas;
let solo: SoloChat;
let ann: Person;
let bob: Person;
let cid: Person;
/** What `kept` answers next; null: as it is. */
let lacking: (Lack | null)[];
let nowMicros: number;

beforeEach(async () => {
  replicas = new FileReplicas(1);
  const { keeper } = replicas.all[0]!;
  lacking = [];
  nowMicros = Date.now() * 1000;
  const files: Files = {
    append: (...part) => keeper.append(...part),
    sizeOf: (id) => keeper.sizeOf(id),
    finish: (...asked) => keeper.finish(...asked),
    drop: (id) => keeper.drop(id),
    content: (hash) => keeper.content(hash),
    kept: async (hashes) => (lacking.length > 0 ? lacking.shift()! : await keeper.kept(hashes)),
  };
  solo = createSoloChat({ files, nowMicros: () => nowMicros++ });
  [ann, bob, cid] = [await solo.person("Ann"), await solo.person("Bob"), await solo.person("Cid")];
});
afterEach(() => {
  solo.close();
  replicas.close();
});

async function uploaded(by: Person, data: Uint8Array, name = "plan.bin", asIs = false): Promise<string> {
  const uploadId = crypto.randomUUID();
  for (let offset = 0; offset < data.length; offset += UPLOAD_PART_BYTES) {
    await solo.chat.putPart(by.session, { uploadId, offset, data: data.subarray(offset, offset + UPLOAD_PART_BYTES) });
  }
  const done = await solo.chat.finishUpload(by.session, { uploadId, size: data.length, name, asIs });
  if (!done.ok) throw new Error(done.error.sentence);
  return done.value.ticket;
}

async function send(by: Person, files: readonly string[], more: Partial<SendInput> = {}) {
  return await solo.chat.send(by.session, { to: "bob", body: "", clientId: crypto.randomUUID(), files, ...more });
}

async function sent(by: Person, files: readonly string[], more: Partial<SendInput> = {}) {
  const answer = await send(by, files, more);
  if (!answer.ok) throw new Error(answer.error.sentence);
  return answer.value;
}

async function read(by: Person, messageId: string, index = 0): Promise<Uint8Array | string> {
  const answer = await solo.chat.fileOf(by.session, { messageId, index, copy: "whole" });
  return answer.ok ? await answer.value.content.bytes() : answer.error.code;
}

test("a message carries files without a text, and its readers get the same bytes", async () => {
  const data = someBytes(1_500_000);
  const message = await sent(ann, [
    await uploaded(ann, data, "/home/ann/../plan.bin"),
    await uploaded(ann, data.subarray(7)),
  ]);
  expect(message.body).toBe("");
  expect(message.files).toEqual([
    {
      name: "plan.bin",
      type: "application/octet-stream",
      bytes: 1_500_000,
      width: 0,
      height: 0,
      hasSmall: false,
      hasLarge: false,
    },
    expect.objectContaining({ bytes: 1_499_993 }),
  ]);
  expect(Buffer.compare((await read(bob, message.id)) as Uint8Array, data)).toBe(0);
  const shown = await solo.chat.message(bob.session, { messageId: message.id });
  expect(shown.ok && shown.value.files).toEqual(message.files);
});

test("nobody else reads it, by whatever place or id; and nobody once it is deleted", async () => {
  const message = await sent(ann, [await uploaded(ann, someBytes(100))]);
  expect(await read(cid, message.id)).toBe("not_found");
  expect(await read(bob, message.id, 1)).toBe("not_found");
  expect(await read(bob, message.id, -1)).toBe("not_found");
  const { chat } = solo;
  expect((await chat.deleteMessages(ann.session, { ids: [message.id], clientId: crypto.randomUUID() })).ok).toBeTrue();
  expect(await read(ann, message.id)).toBe("not_found");
  expect(await read(bob, message.id)).toBe("not_found");
  expect(solo.state.queries.files.after(0, 10)).toEqual([]);
});

test("whoever hides a message does not read its file any more", async () => {
  const message = await sent(ann, [await uploaded(ann, someBytes(100))]);
  await solo.chat.deleteMessages(bob.session, { ids: [message.id], clientId: crypto.randomUUID() });
  expect(await read(bob, message.id)).toBe("not_found");
  expect(await read(ann, message.id)).toBeInstanceOf(Uint8Array);
});

test("a ticket is of its user, cannot be changed, and is valid for a day", async () => {
  const ticket = await uploaded(ann, someBytes(100));
  expect(await send(cid, [ticket])).toMatchObject({ ok: false, error: { code: "invalid" } });
  const [text, mac] = ticket.split(".") as [string, string];
  const other = Buffer.from(Buffer.from(text, "base64url").toString().replace("plan", "plam")).toString("base64url");
  for (const bad of [`${other}.${mac}`, text, "", ".", "a".repeat(64), `${ticket}x`.slice(1)]) {
    expect(await send(ann, [bad])).toMatchObject({ ok: false, error: { code: "invalid" } });
  }
  nowMicros += 25 * 3600 * 1e6;
  expect(await send(ann, [ticket])).toMatchObject({ ok: false, error: { code: "invalid" } });
  nowMicros -= 2 * 3600 * 1e6;
  expect(await send(ann, [ticket])).toMatchObject({ ok: true });
});

function lack(replica: number): Lack {
  return { text: `Replica ${replica} has not saved this file yet. Try again.`, isFull: false };
}

test("nothing is proposed while a replica in step lacks the file, and nothing acknowledged while one does afterwards", async () => {
  const ticket = await uploaded(ann, someBytes(100));
  const clientId = crypto.randomUUID();
  lacking = [lack(2)];
  expect(await send(ann, [ticket], { clientId })).toEqual({
    ok: false,
    error: { code: "not_writable", sentence: "Replica 2 has not saved this file yet. Try again.", retryAfterMs: 1000 },
  });
  lacking = [{ text: "Replica 2 has no room for this file.", isFull: true }];
  expect(await send(ann, [ticket], { clientId })).toMatchObject({ ok: false, error: { code: "too_large" } });
  expect(solo.state.queries.request(ann.session.userId, clientId)).toBe(null);
  // It was in step when the op was proposed; another one has come into step since.
  lacking = [null, lack(1)];
  expect(await send(ann, [ticket], { clientId })).toMatchObject({ ok: false, error: { code: "timed_out" } });
  // A repeat is not acknowledged either before it is kept.
  lacking = [lack(1)];
  expect(await send(ann, [ticket], { clientId })).toMatchObject({ ok: false });
  const repeated = await sent(ann, [ticket], { clientId });
  expect(repeated.files.length).toBe(1);
  expect(await send(ann, [], { clientId, body: "x" })).toMatchObject({
    error: { code: "id_reused_with_other_content" },
  });
});

test("what is too large, empty, too many, or not there, is refused with a sentence", async () => {
  const { chat } = solo;
  const uploadId = crypto.randomUUID();
  const put = (offset: number, size: number) =>
    chat.putPart(ann.session, { uploadId, offset, data: new Uint8Array(size) });
  expect(await put(FILE_BYTES_MAX, 1)).toMatchObject({
    error: { code: "too_large", sentence: "A file can have at most 100 MiB." },
  });
  expect(await put(0, UPLOAD_PART_BYTES + 1)).toMatchObject({ error: { code: "too_large" } });
  expect(await put(-1, 1)).toMatchObject({ error: { code: "invalid" } });
  const done = (size: number) => chat.finishUpload(ann.session, { uploadId, size, name: "x", asIs: false });
  expect(await done(0)).toMatchObject({ error: { sentence: "This file is empty." } });
  expect(await done(5)).toMatchObject({ error: { code: "not_found" } });
  await put(0, 4);
  expect(await done(5)).toMatchObject({ error: { code: "not_found" } });
  // An upload is of its user.
  expect(await chat.uploadSize(bob.session, { uploadId })).toMatchObject({ value: { size: 0 } });
  expect(await chat.uploadSize(ann.session, { uploadId })).toMatchObject({ value: { size: 4 } });
  expect(await chat.uploadSize(ann.session, { uploadId: "../x" })).toMatchObject({ error: { code: "invalid" } });
  const ticket = await uploaded(ann, someBytes(10));
  expect(await send(ann, Array(11).fill(ticket))).toMatchObject({ error: { code: "too_many" } });
  expect(await send(ann, [])).toMatchObject({ error: { code: "invalid" } });
});

test("a file beyond what one person, or all together, may have is refused with what to do", async () => {
  const MIB = 2 ** 20;
  const small = createSoloChat({ files: replicas.all[0]!.keeper, fileQuota: { perPerson: MIB, inAll: MIB } });
  const [fay, gus] = [await small.person("Fay"), await small.person("Gus")];
  const finish = async (by: Person, bytes: number) => {
    const uploadId = crypto.randomUUID();
    await small.chat.putPart(by.session, { uploadId, offset: 0, data: someBytes(bytes) });
    return await small.chat.finishUpload(by.session, { uploadId, size: bytes, name: "plan.bin", asIs: false });
  };
  const first = await finish(fay, MIB);
  if (!first.ok) throw new Error(first.error.sentence);
  const files = [first.value.ticket];
  expect(
    await small.chat.send(fay.session, { to: "gus", body: "", clientId: crypto.randomUUID(), files }),
  ).toMatchObject({ ok: true });
  expect(await finish(fay, 1)).toMatchObject({
    ok: false,
    error: { code: "too_many", sentence: expect.stringContaining("more than 1 MiB, the most that one person") },
  });
  expect(await finish(gus, 1)).toMatchObject({
    ok: false,
    error: { code: "too_many", sentence: expect.stringContaining("more than 1 MiB, the most that this chat") },
  });
  small.close();
});
