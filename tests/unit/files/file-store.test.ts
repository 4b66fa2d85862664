/** Files on one disk: they appear whole, are named by their bytes, and are read again. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FileStore } from "../../../src/files/file-store.ts";
import { DiskRoom } from "../../../src/db/disk-room.ts";
import { FileReplicas, someBytes } from "../../support/file-replicas.ts";

let replicas: FileReplicas;
let store: FileStore;
let folder: string;

beforeEach(() => {
  replicas = new FileReplicas(1);
  ({ store, folder } = replicas.all[0]!);
});
afterEach(() => replicas.close());

const ID = `${"0".repeat(16)}-${"1".repeat(32)}`;

async function bytesOf(hash: string): Promise<Uint8Array> {
  return await store.blob(hash)!.bytes();
}

test("what has come in parts becomes a file of its hash, and is there after a restart", async () => {
  const data = someBytes(600_000);
  expect(await store.append(ID, 0, data.subarray(0, 400_000))).toBe(400_000);
  expect(await store.append(ID, 400_000, data.subarray(400_000))).toBe(600_000);
  const hash = await store.hashComing(ID);
  expect(hash).toBe(new Bun.CryptoHasher("sha256").update(data).digest("hex"));
  expect(store.has(hash)).toBeFalse();
  expect(await store.keep(ID, hash)).toBeTrue();
  const again = new FileStore(folder, new DiskRoom(folder));
  expect(again.size(hash)).toBe(600_000);
  expect(Buffer.compare(await again.blob(hash)!.bytes(), data)).toBe(0);
  expect(again.comingSize(ID)).toBe(0);
});

test("a part that is not the next one adds nothing, and the answer says where to go on", async () => {
  await store.append(ID, 0, someBytes(1_000));
  expect(await store.append(ID, 0, someBytes(1_000))).toBe(1_000);
  expect(await store.append(ID, 5_000, someBytes(10))).toBe(1_000);
  expect(await store.append("another", 10, someBytes(10))).toBe(null);
  expect(await store.append(ID.replace("1", "2"), 10, someBytes(10))).toBe(0);
  expect(store.comingSize(ID)).toBe(1_000);
});

test("a file is kept only under the hash of its bytes", async () => {
  await store.append(ID, 0, someBytes(1_000));
  const other = "a".repeat(64);
  expect(await store.keep(ID, other)).toBeFalse();
  expect(store.has(other)).toBeFalse();
  expect(store.comingSize(ID)).toBe(0);
});

test("what is left of an upload goes on after a restart", async () => {
  const data = someBytes(900_000);
  await store.append(ID, 0, data.subarray(0, 300_000));
  const again = new FileStore(folder, new DiskRoom(folder));
  expect(again.comingSize(ID)).toBe(300_000);
  await again.append(ID, 300_000, data.subarray(300_000));
  const hash = new Bun.CryptoHasher("sha256").update(data).digest("hex");
  expect(await again.keep(ID, hash)).toBeTrue();
});

test("nothing is written below the reserve of the disk", async () => {
  replicas.all[0]!.room = { free: 64 * 1024 * 1024 + 500, total: 1e12 };
  expect(await store.append(ID, 0, someBytes(1_000))).toBe(null);
  expect(await store.write(someBytes(1_000))).toBe(null);
  expect(await store.append(ID, 0, someBytes(400))).toBe(400);
});

test("a path is no name of a file", async () => {
  for (const id of ["../../evil", "a/b", "", "x".repeat(81), "."])
    expect(await store.append(id, 0, someBytes(1))).toBe(null);
  expect(await store.part("../../../etc/passwd", 0)).toBe(null);
  expect(readdirSync(join(folder, "files")).toSorted()).toEqual(["coming"]);
});

test("changed bytes are noticed and set aside", async () => {
  const hash = (await store.write(someBytes(10_000)))!;
  expect(await store.verify(hash)).toBeTrue();
  const changed = someBytes(10_000);
  changed[5_000]! ^= 1;
  writeFileSync(join(folder, "files", hash.slice(0, 2), hash), changed);
  expect(await store.verify(hash)).toBeFalse();
  expect(store.has(hash)).toBeFalse();
  expect(readdirSync(join(folder, "files", "damaged"))).toEqual([hash]);
  expect(await store.write(someBytes(10_000))).toBe(hash);
  expect((await bytesOf(hash)).length).toBe(10_000);
});

test("an upload that nobody goes on with is forgotten after an hour", async () => {
  await store.append(ID, 0, someBytes(10));
  await store.forgetIdle(performance.now() + 3_500_000);
  expect(store.comingSize(ID)).toBe(10);
  await store.forgetIdle(performance.now() + 3_700_000);
  expect(store.comingSize(ID)).toBe(0);
  expect(readdirSync(join(folder, "files", "coming"))).toEqual([]);
});
