/** PutFile and GetFile over a real connection: bytes in, a message, the same bytes out; resumed, and only for its readers. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { CHAT_WIRE, type ChatRequest, type ChatResponse } from "../../../proto/chat-wire.ts";
import type { Encodable } from "../../../proto/message-type.ts";
import { ApiBench, metadataOf } from "../../support/fake-chat.ts";
import { FileReplicas, someBytes } from "../../support/file-replicas.ts";
import { createSoloChat, type Person, type SoloChat } from "../../support/solo-chat.ts";

let replicas: FileReplicas;
let solo: SoloChat;
let bench: ApiBench;
let ann: Person;
let bob: Person;
let cid: Person;

beforeEach(async () => {
  replicas = new FileReplicas(1);
  solo = createSoloChat({ files: replicas.all[0]!.keeper });
  bench = await ApiBench.start({ chat: solo.chat });
  bench.guard.authenticate = (token) => solo.chat.authenticate(token) !== null;
  [ann, bob, cid] = [await solo.person("Ann"), await solo.person("Bob"), await solo.person("Cid")];
});
afterEach(async () => {
  await bench.stop();
  solo.close();
  replicas.close();
});

type Put = Partial<Encodable<ChatRequest<"PutFile">>>;

/** Uploads `data` from `offset` on, the bytes in parts of 50,000. */
async function put(
  by: Person | null,
  head: Put,
  data: Uint8Array,
): Promise<{ code: number; ticket: string; details: string }> {
  const wire = CHAT_WIRE.PutFile;
  return await new Promise((resolve) => {
    const call = bench.client.makeClientStreamRequest(
      wire.path,
      (value: Put) => wire.encodeRequest(value),
      (bytes: Buffer) => wire.decodeResponse(bytes),
      metadataOf(by?.token),
      (error, value) => resolve({ code: error?.code ?? 0, ticket: value?.ticket ?? "", details: error?.details ?? "" }),
    );
    for (let at = head.offset ?? 0, more = head; at < data.length; at += 50_000, more = {}) {
      call.write({ ...more, data: data.subarray(at, at + 50_000) });
    }
    call.end();
  });
}

async function get(by: Person, messageId: string, offset = 0): Promise<{ code: number; bytes: Buffer; name: string }> {
  const wire = CHAT_WIRE.GetFile;
  const call = bench.client.makeServerStreamRequest(
    wire.path,
    (value: Partial<ChatRequest<"GetFile">>) => wire.encodeRequest(value),
    (bytes: Buffer) => wire.decodeResponse(bytes),
    { messageId, offset },
    metadataOf(by.token),
  );
  const got: ChatResponse<"GetFile">[] = [];
  call.on("data", (response: ChatResponse<"GetFile">) => got.push(response));
  call.on("error", () => undefined);
  const code = await new Promise<number>((resolve) => call.on("status", (status) => resolve(status.code)));
  return { code, bytes: Buffer.concat(got.map(({ data }) => data)), name: got[0]?.file?.name ?? "" };
}

test("a file goes in, on after a break, and comes out for whoever sees its message", async () => {
  const data = someBytes(2_300_000);
  const uploadId = crypto.randomUUID();
  const other = data.slice(0, 1_100_000);
  // As a client whose replica died in the middle: it was never told the end.
  await solo.chat.putPart(ann.session, { uploadId, offset: 0, data: other.subarray(0, 1_000_000) });
  const found = await bench.raw("GetUpload", { uploadId }, { token: ann.token });
  expect(found.response?.size).toBe(1_000_000);
  const sent = await put(ann, { uploadId, offset: 1_000_000, name: "plan.bin" }, data);
  expect(sent.code).toBe(0);
  const message = await bench.raw(
    "SendMessage",
    { to: "bob", body: "", clientId: crypto.randomUUID(), files: [sent.ticket] },
    { token: ann.token },
  );
  const { id, files } = message.response!.message!;
  expect(files).toMatchObject([{ name: "plan.bin", bytes: 2_300_000, type: "application/octet-stream" }]);
  const whole = await get(bob, id);
  expect([whole.code, whole.name]).toEqual([0, "plan.bin"]);
  expect(Buffer.compare(whole.bytes, data)).toBe(0);
  expect(Buffer.compare((await get(bob, id, 2_200_000)).bytes, data.subarray(2_200_000))).toBe(0);
  expect(await get(cid, id)).toMatchObject({ code: 5, bytes: Buffer.alloc(0) });
});

test("without a login, out of place, or empty: refused with a sentence", async () => {
  const head = { uploadId: crypto.randomUUID(), name: "x" };
  expect((await put(null, head, someBytes(10))).code).toBe(16);
  expect(await put(ann, { ...head, offset: 50_000 }, someBytes(60_000))).toMatchObject({
    code: 3,
    details: "The upload has 0 bytes. Go on there.",
  });
  expect((await put(ann, head, new Uint8Array(0))).code).toBe(3);
  expect((await put(ann, { ...head, uploadId: "../x" }, someBytes(10))).code).toBe(3);
});
