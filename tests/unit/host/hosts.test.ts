/**
 * Faults of hosts: errors of the system, limits, certificates, one-way connections.
 */
import { describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { portLimitsFor, PORT_LIMITS } from "../../../src/api/port-guard.ts";
import { createClusterKey, readClusterKey } from "../../../src/host/cluster-key.ts";
import { commandText } from "../../../src/cli/command-deps.ts";
import { replicasText } from "../../../src/host/log-sentences.ts";
import { findCluster } from "../../../src/cli/local-cluster.ts";
import { sentenceOf } from "../../../src/host/log-sentences.ts";
import { createLogger } from "../../../src/host/logger.ts";
import { nearest } from "../../../src/cli/nearest.ts";
import { openFiles, openFilesFailure, openFilesLimit } from "../../../src/host/open-files.ts";
import { programName } from "../../../src/host/program-name.ts";
import { systemFailure, type Doing } from "../../../src/host/system-errors.ts";
import { HostWatch } from "../../../src/replica/host-watch.ts";
import { ReachWatch } from "../../../src/replica/reach-watch.ts";
import { certificateDates, certificateWarnings } from "../../../src/replica/tls.ts";
import { TestAuthority } from "../../../harness/second-host.ts";

function refused(code: string, doing: Doing = "file", path?: string): [number, string] {
  const about = {
    doing,
    what: "do it",
    change: "do something else",
    exit: 70 as const,
    ...(path === undefined ? {} : { path }),
  };
  const failed = systemFailure(code, about);
  return [failed.exit, `${failed.what}; ${failed.todo}`];
}

describe("errors of the system", () => {
  test.each([
    [
      "file",
      "EACCES",
      3,
      "cannot do it: this user may not (EACCES); give it to this user (chown -R), or do something else",
    ],
    ["file", "EEXIST", 3, /a file, or a link that leads nowhere \(EEXIST\); remove it, or do something else$/],
    ["file", "EISDIR", 3, /it is a folder, not a file/],
    ["file", "EROFS", 3, /mounted read-only \(EROFS\); mount it for writing, or do something else$/],
    ["file", "ENOSPC", 6, "cannot do it: the disk is full (ENOSPC); free some space and start again"],
    ["file", "EMFILE", 7, /this process may not open any more files/],
    ["file", "ENFILE", 7, /this computer may not open any more files/],
    ["file", "SQLITE_READONLY", 3, /this user may not \(SQLITE_READONLY\)/],
    ["file", "SQLITE_READONLY_DIRECTORY", 3, /this user may not/],
    ["file", "SQLITE_CANTOPEN", 3, /it cannot be opened/],
    ["file", "SQLITE_BUSY", 3, /another program has it open/],
    ["file", "SQLITE_IOERR_WRITE", 6, /the disk fails \(SQLITE_IOERR_WRITE\); look for its errors in the system log/],
    ["port", "EADDRNOTAVAIL", 4, /this computer does not have that address/],
    ["port", "EACCES", 4, /this user may not listen on a port below 1024/],
    ["program", "ENOENT", 1, /the file is missing \(ENOENT\); put it back$/],
    ["program", "EAGAIN", 7, /may not run any more processes/],
    ["file", "EWEIRD", 70, "cannot do it (EWEIRD); do something else"],
  ] as const)("%s %s: exit code %d", (doing, code, exit, sentence) => {
    const [found, said] = refused(code, doing);
    expect(found).toBe(exit);
    expect(said).toMatch(sentence);
  });

  test.if(process.platform === "linux" && process.getuid?.() !== 0)("name the owner of what is another user's", () => {
    expect(refused("EACCES", "file", "/etc/shadow/below")[1]).toContain("/etc/shadow belongs to another user (uid 0)");
  });
});

describe("a file system without hard links", () => {
  const noLinks = (): never => {
    throw Object.assign(new Error("no"), { code: "EPERM" });
  };
  const wanted = { creator: { replicaId: 0, storeId: "s" }, consistency: "available", recovery: "any" } as const;

  test("has its key whole, and the second one finds the first one's", () => {
    const folder = mkdtempSync(join(tmpdir(), "lastword-key-"));
    const path = join(folder, "cluster.key");
    const first = createClusterKey(path, wanted, noLinks);
    const second = createClusterKey(path, { ...wanted, creator: { replicaId: 1, storeId: "t" } }, noLinks);
    expect(first.ok && second.ok && second.value).toEqual(first.ok && first.value);
    expect(readdirSync(folder)).toEqual(["cluster.key"]);
    expect(readClusterKey(path)).toMatchObject({ ok: true, value: wanted });
  });

  test("whoever finds a broken-off one waits, and then names the file", () => {
    const path = join(mkdtempSync(join(tmpdir(), "lastword-key-")), "cluster.key");
    writeFileSync(`${path}.new`, "half");
    expect(createClusterKey(path, wanted, noLinks)).toMatchObject({
      exit: 3,
      what: `${path}.new is left over from a start that was broken off`,
    });
    expect(existsSync(path)).toBe(false);
  });
});

describe("open files", () => {
  test("are counted, and a limit that is too low is refused", () => {
    if (process.platform === "linux") {
      expect(openFiles()).toBeGreaterThan(2);
      expect(openFilesLimit()).toBeGreaterThan(2);
    }
    expect(openFilesFailure(20)).toMatchObject({ exit: 7, what: expect.stringContaining("20 files at most") });
    expect([openFilesFailure(64), openFilesFailure(null)]).toEqual([null, null]);
  });

  test("short of them no connection is taken until clearly more are left; each is said once", () => {
    const seen = { used: 10 as number | null, accepts: [] as boolean[], said: [] as string[] };
    const watch = new HostWatch({
      self: 0,
      data: "/",
      people: () => 0,
      warnings: () => [],
      accept: (open) => seen.accepts.push(open),
      logger: createLogger("off", null),
      say: (line) => seen.said.push(line),
      limit: 90,
      open: () => seen.used,
    });
    for (const used of [10, 66, 67, 90, null, 60, 55, 54, 66]) {
      seen.used = used;
      watch.look();
    }
    expect(seen.accepts).toEqual([false, true]);
    expect(seen.said).toHaveLength(1);
    expect(seen.said[0]).toStartWith("lastword: almost all of the 90 files that this process may open are in use");
    expect(watch.facts().warnings).toEqual([]);
  });

  test("bound the connections of the gRPC port", () => {
    expect(portLimitsFor(null)).toBe(PORT_LIMITS);
    expect(portLimitsFor(1_000_000)).toEqual(PORT_LIMITS);
    expect(portLimitsFor(90)).toMatchObject({
      strangers: { connections: 11 },
      clients: { connections: 22, connectionsPerAddress: 11 },
    });
  });
});

test("a certificate is mentioned before its time, after it, and in its last week", () => {
  using authority = new TestAuthority();
  const { cert } = authority.issue("page", ["127.0.0.1"]);
  const certificate = { cert: readFileSync(cert, "utf8"), key: "" };
  const day = 86_400_000;
  const said = (days: number): string | null => certificateDates(certificate, Date.now() + days * day);
  expect(said(0)).toMatch(/^the TLS certificate expires on \d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
  expect(said(3)).toStartWith("the TLS certificate expired on ");
  expect(said(-1)).toStartWith("the TLS certificate is not valid before ");
  // The certificate is valid for two days; with more than a week left there would be no warning.
  expect(certificateWarnings({ certificate: null, origin: "http://127.0.0.1:8081" })).toEqual([]);
});

test("a certificate that does not name the announced address is mentioned, and where browsers refuse it", () => {
  using authority = new TestAuthority();
  const { cert } = authority.issue("page", ["127.0.0.1", "chat.example", "::1"]);
  const certificate = { cert: readFileSync(cert, "utf8"), key: "" };
  const said = (origin: string): string | undefined =>
    certificateWarnings({ certificate, origin }).find((line) => line.includes("does not name"));
  for (const origin of ["https://127.0.0.1:8443", "https://chat.example", "https://[::1]:8443"])
    expect([origin, said(origin)]).toEqual([origin, undefined]);
  expect(said("https://127.0.0.2:8443")).toBe(
    "the TLS certificate does not name 127.0.0.2, so browsers refuse https://127.0.0.2:8443; give --web a name that it has",
  );
  expect(said("https://box:8443")).toContain("does not name box,");
});

describe("replicas that reach each other in one direction", () => {
  function watch() {
    const seen = { now: 0, heard: false };
    const configured = [
      { id: 0, host: "a", port: 1 },
      { id: 2, host: "c", port: 3 },
    ];
    const reach = new ReachWatch({ self: 2, configured, hears: () => seen.heard, now: () => seen.now });
    return { seen, reach };
  }

  test("the one that is not heard says who must be restarted with which address", () => {
    const { seen, reach } = watch();
    reach.onStream(0, "out", true);
    seen.now = 19_999;
    expect(reach.warnings()).toEqual([]);
    seen.now = 20_000;
    expect(reach.warnings()).toEqual([
      "this replica reaches replica 0, but replica 0 does not reach this one at c:3: restart replica 0 with that address in its --peers, or let its host connect to it",
    ]);
    expect(reach.isUnanswered).toBe(true);
    seen.heard = true;
    expect(reach.warnings()).toEqual([]);
    expect(reach.isUnanswered).toBe(false);
  });

  test("the one that does not reach says at which address; nothing is said while both or none do", () => {
    const { seen, reach } = watch();
    seen.heard = true;
    reach.warnings();
    // A refused dial counts as silence until the next frame.
    for (const [now, heard] of [
      [9000, true],
      [12_000, false],
      [15_000, true],
      [19_000, false],
    ] as const) {
      [seen.now, seen.heard] = [now, heard];
      expect(reach.warnings()).toEqual([]);
    }
    [seen.now, seen.heard] = [20_000, true];
    expect(reach.warnings()).toEqual([
      "replica 0 reaches this one, but cannot be reached at a:1: if it has another address now, restart this replica with that address in --peers",
    ]);
    reach.onStream(0, "out", true);
    seen.now = 60_000;
    expect(reach.warnings()).toEqual([]);
  });
});

test("at a terminal events are sentences", () => {
  const lines: string[] = [];
  const logger = createLogger("info", 1, (line) => lines.push(line), true);
  logger.info("view", { members: [0, 1, 2], leader: 1 });
  logger.info("started", { pid: 1 });
  logger.warn("paused", { ms: 1234 });
  expect(lines.map((line) => line.replace(/^\d\d:\d\d:\d\d /, ""))).toEqual([
    "replica 1: in step: replicas 0, 1 and 2; replica 1 leads\n",
    "replica 1: this replica was paused for 1.2 s\n",
  ]);
  expect(sentenceOf("warn", "something_new", { count: 2 })).toBe("warn something_new count=2");
});

test("a folder that was given must exist, but for chaos, which makes its own", () => {
  const given = { data: "/nowhere/at/all", "cluster-key": null };
  expect(findCluster(given, {})).toMatchObject({ exit: 3, what: "there is no data folder at /nowhere/at/all" });
  expect(findCluster(given, {}, false)).toMatchObject({ ok: true, value: { secret: null } });
  expect(findCluster({ ...given, data: null }, { HOME: "/nowhere", XDG_DATA_HOME: "/nowhere" }).ok).toBe(true);
});

test("what is suggested can be typed: the nearest word, the data folder that was given", () => {
  expect(nearest("satus", ["up", "status", "down"])).toBe("status");
  expect([nearest("xyzzy", ["up", "status"]), nearest("op", ["up"]), nearest("x", ["up"])]).toEqual([null, "up", null]);
  expect(commandText("up", null)).toBe("lastword up");
  expect(commandText("up", "/srv/chat")).toBe("lastword up --data /srv/chat");
  expect(commandText("up", "/srv/it's here")).toBe(String.raw`lastword up --data '/srv/it'\''s here'`);
  const typed = { standalone: true, argv0: "./lw", execPath: "/opt/it's/lw", which: (name: string) => name };
  expect(programName(typed)).toBe("./lw");
  expect(programName({ ...typed, argv0: "lw" })).toBe("lw");
  expect(programName({ ...typed, argv0: "funny", which: () => null })).toBe(String.raw`'/opt/it'\''s/lw'`);
  expect(programName({ ...typed, standalone: false })).toBe("lastword");
  expect([replicasText([1]), replicasText([0, 1]), replicasText([0, 1, 2])]).toEqual([
    "replica 1",
    "replicas 0 and 1",
    "replicas 0, 1 and 2",
  ]);
});
