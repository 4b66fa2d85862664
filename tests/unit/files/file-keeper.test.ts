/**
 * The gate: a file counts as kept once every replica in step has it on its disk. And what lies before it: uploads that
 * outlive their replica, and files that are fetched behind.
 */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FileQueries, Lack, StoredFile } from "../../../src/chat/files.ts";
import { FileUpkeep } from "../../../src/files/file-upkeep.ts";
import { until } from "../../../harness/until.ts";
import { FileReplicas, someBytes, viewOf, type FileReplica } from "../../support/file-replicas.ts";

let replicas: FileReplicas;
beforeEach(() => {
  replicas = new FileReplicas();
});
afterEach(() => replicas.close());

const ID = `${"0".repeat(16)}-${"1".repeat(32)}`;
const PART = 1024 * 1024;

async function upload(at: FileReplica, data: Uint8Array, from = 0, to = data.length): Promise<void> {
  for (let offset = from; offset < to; offset += PART) {
    await at.keeper.append(ID, offset, data.subarray(offset, Math.min(offset + PART, to)));
  }
}

async function finished(at: FileReplica, size: number): Promise<StoredFile> {
  const file = await at.keeper.finish(ID, { size, asIs: false });
  if (typeof file === "string") throw new Error(file);
  return file;
}

/** The hash, if the file of these bytes is on the replica's disk. */
async function holds({ store }: FileReplica, hash: string, data: Uint8Array): Promise<boolean> {
  const blob = store.blob(hash);
  return blob !== null && Buffer.compare(await blob.bytes(), data) === 0;
}

test("a file is kept once all replicas in step have it", async () => {
  const data = someBytes(2_500_000);
  const [first, second, third] = replicas.all as [FileReplica, FileReplica, FileReplica];
  await upload(first, data);
  expect(second.store.comingSize(ID)).toBe(data.length);
  const { hash, type } = await finished(first, data.length);
  expect(type).toBe("application/octet-stream");
  expect(await first.keeper.kept([hash])).toBe(null);
  for (const one of [first, second, third]) expect(await holds(one, hash, data)).toBeTrue();
  // Their bytes crossed once.
  expect(second.asked.filter(({ ask }) => ask === "read").length).toBe(0);
  expect(third.asked.filter(({ ask }) => ask === "put").length).toBe(Math.ceil(data.length / (256 * 1024)));
});

test("while a replica in step lacks it, it is not kept; once the view omits that replica, it is", async () => {
  const data = someBytes(10_000);
  const [first, second, third] = replicas.all as [FileReplica, FileReplica, FileReplica];
  third.dead = true;
  await upload(first, data);
  const { hash } = await finished(first, data.length);
  let answer: Lack | null | undefined;
  const asked = first.keeper.kept([hash]).then((one) => (answer = one));
  const before = third.refused;
  await until(() => third.refused > before + 3);
  expect(answer).toBeUndefined();
  replicas.view = viewOf([0, 1]);
  expect(await asked).toBe(null);
  expect(await holds(second, hash, data)).toBeTrue();
  expect(third.store.has(hash)).toBeFalse();
});

test("a replica that comes into step while the others answer gets the file first", async () => {
  const data = someBytes(10_000);
  const [first, second, third] = replicas.all as [FileReplica, FileReplica, FileReplica];
  replicas.view = viewOf([0, 1]);
  await upload(first, data);
  const hash = (await first.store.write(data))!;
  second.before = async ({ ask }) => {
    if (ask === "keep" && replicas.view.members.length === 2) replicas.view = viewOf([0, 1, 2]);
  };
  expect(await first.keeper.kept([hash])).toBe(null);
  expect(await holds(third, hash, data)).toBeTrue();
});

test("that a replica has a file is believed for a while only, and not once it says that it lacks it", async () => {
  const data = someBytes(10_000);
  const [first, second] = replicas.all as [FileReplica, FileReplica];
  await upload(first, data);
  const { hash } = await finished(first, data.length);
  const isAsked = async (): Promise<boolean> => {
    const before = second.asked.length;
    expect(await first.keeper.kept([hash])).toBe(null);
    expect(await holds(second, hash, data)).toBeTrue();
    return second.asked.length > before;
  };
  expect(await isAsked()).toBeFalse();
  // Its disk has lost the file, and only it knows.
  second.store.remove(hash);
  replicas.aheadMs += 2 * 60_000;
  expect(await isAsked()).toBeTrue();
  expect(await isAsked()).toBeFalse();
  // It fetches it again from the first one, which learns of it.
  second.store.remove(hash);
  expect(await second.exchange.fetch(hash, [0])).toBe("yes");
  second.store.remove(hash);
  expect(await isAsked()).toBeTrue();
  // It was started again, which takes a new view.
  second.store.remove(hash);
  replicas.view = viewOf([0, 1, 2]);
  expect(await isAsked()).toBeTrue();
});

test("an upload that is given up is deleted at the peers too", async () => {
  const data = someBytes(PART);
  const [first, second, third] = replicas.all as [FileReplica, FileReplica, FileReplica];
  await upload(first, data);
  for (const one of [first, second, third]) expect(one.store.comingSize(ID)).toBe(data.length);
  // Also if the browser has moved to another replica.
  second.keeper.drop(ID);
  await until(() => [first, second, third].every(({ store }) => store.comingSize(ID) === 0));
  // A peer names no file.
  const hash = (await first.store.write(data))!;
  await second.exchange.dropAt(0, hash);
  expect(await holds(first, hash, data)).toBeTrue();
});

test("a replica without room says so at once", async () => {
  const data = someBytes(2_000);
  replicas.all[1]!.room = { free: 64 * 1024 * 1024 + 500, total: 1e12 };
  await upload(replicas.all[0]!, data);
  const { hash } = await finished(replicas.all[0]!, data.length);
  expect(await replicas.all[0]!.keeper.kept([hash])).toEqual({
    text: "Replica 1 has no room for this file.",
    isFull: true,
  });
  replicas.all[1]!.room = { free: 1e12, total: 1e12 };
  expect(await replicas.all[0]!.keeper.kept([hash])).toBe(null);
});

test("an upload goes on at another replica when its own dies: at most the last part is sent again", async () => {
  const data = someBytes(10 * PART);
  const [first, second, third] = replicas.all as [FileReplica, FileReplica, FileReplica];
  await upload(first, data, 0, 6 * PART);
  first.dead = true;
  replicas.view = viewOf([1, 2]);
  const size = second.keeper.sizeOf(ID);
  expect(size).toBe(6 * PART);
  await upload(second, data, size);
  const { hash } = await finished(second, data.length);
  expect(await second.keeper.kept([hash])).toBe(null);
  expect(await holds(third, hash, data)).toBeTrue();
});

test("if the replica dies after it made the upload a file, another one knows the file by the upload", async () => {
  const data = someBytes(PART);
  const [first, second] = replicas.all as [FileReplica, FileReplica];
  await upload(first, data);
  const { hash } = await finished(first, data.length);
  first.dead = true;
  replicas.view = viewOf([1, 2]);
  expect(second.keeper.sizeOf(ID)).toBe(data.length);
  expect((await finished(second, data.length)).hash).toBe(hash);
  expect(await second.keeper.kept([hash])).toBe(null);
});

test("a user has a bounded number of uploads under way", async () => {
  const [first] = replicas.all as [FileReplica];
  const idOf = (n: number): string => `${"0".repeat(16)}-${String(n).padStart(32, "0")}`;
  for (let n = 0; n < 20; n++) expect(await first.keeper.append(idOf(n), 0, someBytes(10))).toEqual({ size: 10 });
  expect(await first.keeper.append(idOf(20), 0, someBytes(10))).toEqual({ refusal: "too_many" });
  expect(await first.keeper.append(`${"f".repeat(16)}-${"0".repeat(32)}`, 0, someBytes(10))).toEqual({ size: 10 });
});

test("a fetch that is cut goes on from another peer, and a peer cannot give other bytes", async () => {
  const data = someBytes(3 * PART);
  const [first, second, third] = replicas.all as [FileReplica, FileReplica, FileReplica];
  const hash = (await first.store.write(data))!;
  await second.store.write(data);
  let parts = 0;
  first.before = async () => void (++parts > 4 && (first.dead = true));
  expect(await third.exchange.fetch(hash, [0, 1])).toBe("yes");
  expect(await holds(third, hash, data)).toBeTrue();
  // Of 12 parts, 4 came from the first.
  expect(second.asked.filter(({ ask }) => ask === "read").length).toBe(8);

  const other = (await second.store.write(someBytes(1_000, 7)))!;
  writeFileSync(join(second.folder, "files", other.slice(0, 2), other), someBytes(1_000, 8));
  expect(await third.exchange.fetch(other, [1])).toBe("no");
  expect(third.store.has(other)).toBeFalse();
});

function upkeepOf(replica: FileReplica, carried: Map<string, number>): FileUpkeep {
  const rows = [...carried].map(([hash, seq]) => ({ hash, seq })).toSorted((a, b) => a.seq - b.seq);
  // The same object each time, as long as no snapshot is switched in.
  const queries: FileQueries = {
    isCarried: (hash) => carried.has(hash),
    after: (seq, limit) => rows.filter((row) => row.seq > seq).slice(0, limit),
    bytesOf: () => 0,
    bytesInAll: () => 0,
  };
  return new FileUpkeep({
    store: replica.store,
    exchange: replica.exchange,
    rows: () => queries,
    peers: () => replicas.all.filter(({ id, dead }) => id !== replica.id && !dead).map(({ id }) => id),
    logger: { warn: () => undefined },
    nowMs: () => performance.now(),
  });
}

test("a replica that was away fetches what messages carry, the newest first, and says how much it lacks", async () => {
  const [first, second, third] = replicas.all as [FileReplica, FileReplica, FileReplica];
  const carried = new Map<string, number>();
  for (let n = 1; n <= 30; n++) carried.set((await first.store.write(someBytes(2_000, n)))!, n);
  await second.store.write(someBytes(2_000, 30));
  const upkeep = upkeepOf(third, carried);
  const others = upkeepOf(first, carried);
  third.before = async () => {};
  const looking = upkeep.look();
  expect(upkeep.lacking).toBe(30);
  await others.look();
  await looking;
  expect(upkeep.lacking).toBe(0);
  const order = first.asked.filter(({ ask }) => ask === "read").map(({ names }) => carried.get(names[0]!)!);
  expect(order).toEqual(Array.from({ length: 30 }, (_, n) => 30 - n));
  upkeep.stop();
});

test("files are fetched over few calls, and over new ones once the peer was started again", async () => {
  const [first, second, third] = replicas.all as [FileReplica, FileReplica, FileReplica];
  second.dead = true;
  const carried = new Map<string, number>();
  for (let n = 1; n <= 30; n++) carried.set((await first.store.write(someBytes(2_000, n)))!, n);
  let reads = 0;
  first.before = async ({ ask }) => {
    if (ask === "read" && ++reads === 12) first.run += 1;
  };
  const upkeep = upkeepOf(third, carried);
  await upkeep.look();
  await until(async () => {
    if (upkeep.lacking > 0) await upkeep.look();
    return upkeep.lacking === 0;
  });
  expect(first.dialled).toBeLessThanOrEqual(8);
  upkeep.stop();
});

test("what no message carries is removed after seven days, and what it carries never", async () => {
  const [first] = replicas.all as [FileReplica];
  const kept = (await first.store.write(someBytes(10, 1)))!;
  const loose = (await first.store.write(someBytes(10, 2)))!;
  const upkeep = upkeepOf(first, new Map([[kept, 1]]));
  const day = 24 * 3600 * 1000;
  await upkeep.collect(Date.now());
  await upkeep.collect(Date.now() + 6.9 * day);
  expect(first.store.has(loose)).toBeTrue();
  await upkeep.collect(Date.now() + 7.1 * day);
  expect(first.store.has(loose)).toBeFalse();
  expect(first.store.has(kept)).toBeTrue();
});

test("the scrub finds changed bytes, and the file is fetched again", async () => {
  const [first, second] = replicas.all as [FileReplica, FileReplica];
  const data = someBytes(5_000);
  const hash = (await first.store.write(data))!;
  await second.store.write(data);
  const changed = data.slice();
  changed[17]! ^= 4;
  writeFileSync(join(first.folder, "files", hash.slice(0, 2), hash), changed);
  const upkeep = upkeepOf(first, new Map([[hash, 1]]));
  await upkeep.look();
  await upkeep.scrub(1e9);
  expect(first.store.has(hash)).toBeFalse();
  expect(upkeep.lacking).toBe(1);
  await until(async () => (await upkeep.look(), first.store.has(hash)));
  expect(await holds(first, hash, data)).toBeTrue();
});

test("while its rows cannot be read, a replica that lacks files looks no more often than otherwise", async () => {
  const [first] = replicas.all as [FileReplica];
  let looks = 0;
  let nowMs = 0;
  const queries = { isCarried: () => true, after: () => [{ seq: 1, hash: "0".repeat(64) }] } as unknown as FileQueries;
  const upkeep = new FileUpkeep({
    store: first.store,
    exchange: first.exchange,
    rows: () => {
      looks += 1;
      if (looks > 3) throw new Error("the disk failed");
      return queries;
    },
    peers: () => [],
    logger: { warn: () => undefined },
    // Each try to fetch is due at once.
    nowMs: () => (nowMs += 10_000),
  });
  upkeep.start();
  await until(() => looks > 3);
  const [from, before] = [performance.now(), looks];
  await until(() => looks >= before + 2);
  expect(performance.now() - from).toBeGreaterThan(500);
  upkeep.stop();
});
