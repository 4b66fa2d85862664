import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { claimReplica } from "../../../src/replica/claim.ts";
import { clusterToken, createClusterKey, defaultKeyPath, readClusterKey } from "../../../src/host/cluster-key.ts";
import { defaultDataFolder, lockPath, replicaFolder } from "../../../src/host/data-folder.ts";
import { joinCluster } from "../../../src/replica/join-cluster.ts";
import { parseInvocation } from "../../../src/cli/invocation.ts";
import { localReplicas, readRunFile, removeRunFile, runFilePath, writeRunFile } from "../../../src/host/run-file.ts";
import { settingsOf, type Settings } from "../../../src/cli/settings.ts";
import { lockIsHeld, takeLock, type FolderLock } from "../../../src/db/lock.ts";

let top: string;
beforeAll(() => void (top = mkdtempSync(join(tmpdir(), "lastword-files-"))));
afterAll(() => rmSync(top, { recursive: true, force: true }));

function freshFolder(name: string): string {
  const folder = join(top, `${name}-${Math.random().toString(36).slice(2)}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function settings(data: string, ...words: string[]): Settings {
  const invocation = parseInvocation(["--data", data, ...words], {});
  if (!invocation.ok) throw new Error(invocation.what);
  const checked = settingsOf(invocation.value.options, {});
  if (!checked.ok) throw new Error(checked.what);
  return checked.value;
}

/** Starts another process that holds a lock until it is killed. */
async function holdElsewhere(path: string): Promise<Bun.Subprocess> {
  const code = `import { takeLock } from "${join(import.meta.dir, "../../../src/db/lock.ts")}";
    process.stdout.write(takeLock(${JSON.stringify(path)}).kind); setInterval(() => {}, 1000);`;
  const child = Bun.spawn([process.execPath, "-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  const first = await child.stdout.getReader().read();
  expect(new TextDecoder().decode(first.value)).toBe("held");
  return child;
}

describe("the lock", () => {
  test("belongs to one process, also while it is stopped, and is free once it is killed", async () => {
    const path = join(freshFolder("lock"), "lock");
    expect(lockIsHeld(path)).toBe(false);
    const child = await holdElsewhere(path);
    expect(takeLock(path).kind).toBe("busy");
    child.kill("SIGSTOP");
    expect(lockIsHeld(path)).toBe(true);
    expect(takeLock(path).kind).toBe("busy");
    child.kill("SIGKILL");
    await child.exited;
    expect(lockIsHeld(path)).toBe(false);
    const taken = takeLock(path);
    expect(taken.kind).toBe("held");
    expect(lockIsHeld(path)).toBe(true);
    if (taken.kind === "held") taken.lock.release();
    expect(lockIsHeld(path)).toBe(false);
  });

  test("a file that is no lock is unusable, not busy", () => {
    const path = join(freshFolder("lock"), "lock");
    writeFileSync(path, "this is not a database, and longer than the header of one ".repeat(20));
    expect(takeLock(path)).toEqual({ kind: "refused", code: "SQLITE_NOTADB" });
  });
});

describe("the claim", () => {
  const locks = { takeLock };
  const release = (outcome: { ok: true; value: { lock: FolderLock } }): void => outcome.value.lock.release();

  test("takes the first free one, and refuses a fourth with exit code 3", () => {
    const data = freshFolder("claim");
    const claims = [0, 1, 2].map((id) => {
      const claimed = claimReplica(settings(data), locks);
      if (!claimed.ok) throw new Error(claimed.what);
      expect(claimed.value.id).toBe(id);
      return claimed;
    });
    expect(claimReplica(settings(data), locks)).toMatchObject({ ok: false, exit: 3 });
    release(claims[1]!);
    const again = claimReplica(settings(data), locks);
    expect(again).toMatchObject({ ok: true, value: { id: 1 } });
    expect(claimReplica(settings(data, "--replica-id=1"), locks)).toMatchObject({
      exit: 3,
      what: expect.stringContaining("replica 1 is running already"),
    });
    for (const claim of [claims[0]!, again, claims[2]!]) if (claim.ok) release(claim);
  });

  test("a folder that is a file is not usable: exit code 3", () => {
    const file = join(freshFolder("claim"), "file");
    writeFileSync(file, "");
    expect(claimReplica(settings(file), locks)).toMatchObject({ ok: false, exit: 3 });
  });

  test.skipIf(process.getuid?.() === 0)("a folder without rights is not usable: exit code 3", () => {
    const data = freshFolder("claim");
    chmodSync(data, 0o500);
    expect(claimReplica(settings(data), locks)).toMatchObject({ ok: false, exit: 3 });
  });

  test("folders are for their owner alone", () => {
    const data = join(freshFolder("claim"), "new");
    const claimed = claimReplica(settings(data), locks);
    if (!claimed.ok) throw new Error(claimed.what);
    expect(statSync(replicaFolder(data, 0)).mode & 0o777).toBe(0o700);
    expect(lockIsHeld(lockPath(data, 0))).toBe(true);
    release(claimed);
  });
});

describe("the cluster key", () => {
  const wanted = { creator: { replicaId: 1, storeId: "aa" }, consistency: "available", recovery: "any" } as const;

  test("is created once, whole, for its owner alone; who comes second reads the first one's", () => {
    const path = defaultKeyPath(freshFolder("key"));
    const first = createClusterKey(path, wanted);
    const second = createClusterKey(path, { ...wanted, creator: { replicaId: 2, storeId: "bb" } });
    if (!first.ok || !second.ok) throw new Error("not created");
    expect(second.value).toEqual(first.value);
    expect(first.value.secret).toHaveLength(32);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(path, ".."))).toEqual(["cluster.key"]);
    expect(readClusterKey(path)).toEqual(first);
  });

  test("a damaged one is refused with exit code 5", () => {
    const path = defaultKeyPath(freshFolder("key"));
    expect(readClusterKey(path)).toEqual({ ok: true, value: null });
    for (const content of ["", "{}", "null", '{"version":1,"secret":"AAAA"}']) {
      writeFileSync(path, content);
      expect(readClusterKey(path)).toMatchObject({ ok: false, exit: 5 });
    }
  });

  test("a token of another key or purpose differs", () => {
    const [a, b] = [new Uint8Array(32), new Uint8Array(32).fill(1)];
    expect(new Set([clusterToken(a, "x"), clusterToken(a, "y"), clusterToken(b, "x")]).size).toBe(3);
  });
});

describe("joining", () => {
  const facts = { replicaId: 0, storeId: "s0", empty: true, neighbour: () => null };

  test("the first creates the cluster, the second joins it, the creator may try again", () => {
    const data = freshFolder("join");
    expect(joinCluster(settings(data), facts)).toMatchObject({ value: { creator: true } });
    expect(joinCluster(settings(data), { ...facts, replicaId: 1, storeId: "s1" })).toMatchObject({
      value: { creator: false },
    });
    expect(joinCluster(settings(data), facts)).toMatchObject({ value: { creator: true } });
    expect(joinCluster(settings(data), { ...facts, storeId: "wiped" })).toMatchObject({ value: { creator: false } });
  });

  test("a key that a neighbour makes at the same time is joined", () => {
    const data = freshFolder("join");
    const neighbour = (): number => {
      expect(joinCluster(settings(data), facts)).toMatchObject({ ok: true });
      return 0;
    };
    expect(joinCluster(settings(data), { ...facts, replicaId: 1, storeId: "s1", neighbour })).toMatchObject({
      value: { creator: false },
    });
  });

  test("the modes are those of the cluster; others are refused with exit code 5", () => {
    const data = freshFolder("join");
    expect(joinCluster(settings(data, "--consistency=strict"), facts)).toMatchObject({ ok: true });
    expect(joinCluster(settings(data), facts)).toMatchObject({ value: { key: { consistency: "strict" } } });
    expect(joinCluster(settings(data, "--consistency=available"), facts)).toMatchObject({
      exit: 5,
      what: "this cluster was created with --consistency strict, not available",
    });
    expect(joinCluster(settings(data, "--recovery=wait"), facts)).toMatchObject({ exit: 5 });
  });

  test("a missing key is not made anew over data, nor for one of several hosts", () => {
    const data = freshFolder("join");
    expect(joinCluster(settings(data), { ...facts, empty: false })).toMatchObject({ ok: false, exit: 5 });
    expect(joinCluster(settings(data), { ...facts, replicaId: 1, neighbour: () => 0 })).toMatchObject({
      exit: 5,
      what: expect.stringContaining("is missing, but replica 0 has data of a cluster"),
      todo: expect.stringContaining("--cluster-key"),
    });
    const several = ["--peers=0=127.0.0.1:1,1=127.0.0.1:2", "--replica-id=0"];
    expect(joinCluster(settings(data, ...several), facts)).toMatchObject({ ok: false, exit: 5 });
    expect(readdirSync(data)).toEqual([]);
    expect(joinCluster(settings(data, ...several, "--bootstrap"), facts)).toMatchObject({ value: { creator: true } });
  });
});

describe("run.json", () => {
  const run = {
    pid: 1,
    bootId: "b1",
    version: "1",
    grpc: "127.0.0.1:1",
    web: "http://localhost:2",
    front: null,
    since: "2026-01-01T00:00:00Z",
    supervisor: null,
    words: ["--data=x"],
  };

  test("is read as it was written, and removed only by its own boot", () => {
    const data = freshFolder("run");
    mkdirSync(replicaFolder(data, 2));
    writeRunFile(data, 2, run);
    expect(readRunFile(data, 2)).toEqual(run);
    expect(localReplicas(data)).toEqual([2]);
    removeRunFile(data, 2, "another");
    expect(readRunFile(data, 2)).not.toBeNull();
    removeRunFile(data, 2, "b1");
    expect(readRunFile(data, 2)).toBeNull();
  });

  test("what is no run.json counts as none", () => {
    const data = freshFolder("run");
    mkdirSync(replicaFolder(data, 0));
    for (const content of ["", "{", "null", '{"pid":"1"}']) {
      writeFileSync(runFilePath(data, 0), content);
      expect(readRunFile(data, 0)).toBeNull();
    }
  });
});

test.each([
  ["linux", {}, "/h/.local/share/lastword"],
  ["linux", { XDG_DATA_HOME: "/x" }, "/x/lastword"],
  ["linux", { XDG_DATA_HOME: "" }, "/h/.local/share/lastword"],
  ["darwin", { XDG_DATA_HOME: "/x" }, "/h/Library/Application Support/lastword"],
  ["win32", { LOCALAPPDATA: "/l" }, "/l/lastword"],
] as const)("the data folder on %s with %j", (platform, environment, expected) => {
  expect(defaultDataFolder(environment, platform, "/h")).toBe(expected);
});
