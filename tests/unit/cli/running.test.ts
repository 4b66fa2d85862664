import { closeSync, openSync } from "node:fs";
import { afterEach, describe, expect, jest, test } from "bun:test";
import { bindPort } from "../../../src/host/bind.ts";
import { FRONT_NONCE_HEADER, FRONT_PROOF_HEADER, FrontPort, type FrontDeps } from "../../../src/replica/front-port.ts";
import { bestStatus } from "../../../src/cli/local-cluster.ts";
import type { LogFields } from "../../../src/host/log-fields.ts";
import { createLogger } from "../../../src/host/logger.ts";
import { enableText } from "../../../src/cli/enable.ts";
import { statusText, table } from "../../../src/cli/status.ts";
import { stopSignals } from "../../../src/host/stop-signals.ts";
import { Supervisor } from "../../../src/cli/supervisor.ts";
import { childEnvironment } from "../../../src/cli/up.ts";
import type { ClusterStatusJson } from "../../../src/ops/cluster-status.ts";
import { waitFor } from "../../../harness/cluster.ts";
import { FIRST, SECOND } from "../../support/releases.ts";

const SILENT = createLogger("off", null);

/** Waits until all promises that can settle have settled. */
async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

describe("the supervisor", () => {
  afterEach(() => void jest.useRealTimers());

  function supervise(
    options: {
      restart?: boolean;
      elsewhere?: Set<number>;
      missing?: { program: boolean };
      executable?: { file: string };
    } = {},
  ) {
    jest.useFakeTimers();
    const starts: number[] = [];
    const ends = new Map<number, (exit: number) => void>();
    const said: string[] = [];
    const killed: number[] = [];
    const supervisor = new Supervisor([0, 1], {
      restart: options.restart ?? true,
      say: (sentence) => said.push(sentence),
      running: (id) => options.elsewhere?.has(id) ?? false,
      why: (error) => (error as Error).message,
      executable: () => options.executable?.file ?? "first",
      found: (id) => `replica ${id} is running already`,
      start: (id) => {
        if (options.missing?.program === true) throw new Error("no program");
        starts.push(id);
        const exited = new Promise<number>((resolve) => ends.set(id, resolve));
        return { pid: 100 + starts.length, exited, kill: () => killed.push(id) };
      },
    });
    supervisor.start();
    const end = async (id: number, exit: number): Promise<void> => {
      ends.get(id)!(exit);
      await settle();
    };
    return { supervisor, starts, said, killed, end };
  }

  test("starts a killed child again, after 2 s, then 4 s", async () => {
    const { starts, said, end } = supervise();
    await end(1, 137);
    expect(said).toEqual(["replica 1 was killed; starting it again in 2 s"]);
    jest.advanceTimersByTime(1999);
    expect(starts).toEqual([0, 1]);
    jest.advanceTimersByTime(1);
    expect(starts).toEqual([0, 1, 1]);
    await end(1, 70);
    jest.advanceTimersByTime(3999);
    expect(starts).toEqual([0, 1, 1]);
    jest.advanceTimersByTime(1);
    expect(starts).toEqual([0, 1, 1, 1]);
  });

  test("a child that cannot be started is tried again like one that died, and a stop ends the wait", async () => {
    const missing = { program: false };
    const { supervisor, starts, said, end } = supervise({ missing });
    missing.program = true;
    await end(1, 137);
    jest.advanceTimersByTime(2000);
    expect(said).toEqual([
      "replica 1 was killed; starting it again in 2 s",
      "replica 1 could not be started: no program; starting it again in 4 s",
    ]);
    missing.program = false;
    jest.advanceTimersByTime(4000);
    expect(starts).toEqual([0, 1, 1]);
    missing.program = true;
    await end(0, 137);
    jest.advanceTimersByTime(2000);
    await end(1, 0);
    supervisor.hold();
    expect(await supervisor.over).toBe(0);
  });

  test("never waits longer than 30 s", async () => {
    const { said, end } = supervise();
    for (let i = 0; i < 8; i++) {
      await end(1, 137);
      jest.advanceTimersByTime(30_000);
    }
    expect(said.at(-1)).toBe("replica 1 was killed; starting it again in 30 s");
  });

  test.each([0, 2, 5, 7])("leaves a child that ended with exit code %d", async (exit) => {
    const { supervisor, starts, end } = supervise();
    await end(0, exit);
    await end(1, 0);
    jest.advanceTimersByTime(60_000);
    expect(starts).toEqual([0, 1]);
    expect(await supervisor.over).toBe(exit);
  });

  test("starts one again whose version was too old, once another executable is in place", async () => {
    const executable = { file: "first" };
    const { starts, said, end } = supervise({ executable });
    await end(1, 5);
    expect(said).toEqual(["replica 1 ended with exit code 5; it is tried again if another lastword is put in place"]);
    jest.advanceTimersByTime(60_000);
    expect(starts).toEqual([0, 1]);
    executable.file = "second";
    jest.advanceTimersByTime(1_000);
    expect(starts).toEqual([0, 1, 1]);
    // The executable may still be too old. A replica that somebody stopped is left alone.
    await end(1, 5);
    await end(0, 0);
    jest.advanceTimersByTime(60_000);
    expect(starts).toEqual([0, 1, 1]);
  });

  test("leaves all that died with --no-restart", async () => {
    const { supervisor, end } = supervise({ restart: false });
    await end(0, 137);
    await end(1, 137);
    // The exit code is one of ours, not the system's.
    expect(await supervisor.over).toBe(1);
  });

  test("shows what runs already, and takes it over when it is gone", () => {
    const elsewhere = new Set([0]);
    const { starts, said } = supervise({ elsewhere });
    expect(starts).toEqual([1]);
    jest.advanceTimersByTime(5000);
    expect(said).toEqual(["replica 0 is running already"]);
    elsewhere.clear();
    jest.advanceTimersByTime(3000);
    expect(starts).toEqual([1, 0]);
  });

  test("a look that fails is said, and repeated later", () => {
    const elsewhere = new Set([0]);
    const { starts, said } = supervise({ elsewhere });
    elsewhere.has = () => {
      throw new Error("no lock");
    };
    jest.advanceTimersByTime(1000);
    expect(said.at(-1)).toBe("replica 0 could not be managed: no lock; starting it again in 2 s");
    elsewhere.has = () => false;
    jest.advanceTimersByTime(2000);
    expect(starts).toEqual([1, 0]);
  });

  test("one that was stopped and that somebody started again is managed as before", async () => {
    const elsewhere = new Set<number>();
    const { starts, said, end } = supervise({ elsewhere });
    await end(1, 0);
    elsewhere.add(1);
    jest.advanceTimersByTime(1000);
    expect(said).toEqual(["replica 1 stopped", "replica 1 is running already"]);
    elsewhere.delete(1);
    jest.advanceTimersByTime(1000 + 2000);
    expect(starts).toEqual([0, 1, 1]);
  });

  test("once held it starts nothing, and is over when its own have ended", async () => {
    const { supervisor, starts, killed, end } = supervise();
    await end(0, 137);
    expect(supervisor.own()).toEqual([{ id: 1, pid: 102 }]);
    supervisor.hold();
    jest.advanceTimersByTime(60_000);
    expect(starts).toEqual([0, 1]);
    supervisor.kill();
    expect(killed).toEqual([1]);
    await end(1, 137);
    expect(await supervisor.over).toBe(1);
  });
});

describe("stop signals", () => {
  function handler() {
    const seen = { exits: [] as number[], stops: 0, finish: (): void => {}, now: 0 };
    const onSignal = stopSignals({
      stop: () => {
        seen.stops += 1;
        return new Promise((resolve) => (seen.finish = resolve));
      },
      exit: (code) => seen.exits.push(code),
      onSignal: () => {},
      now: () => seen.now,
    });
    return { seen, onSignal };
  }

  test("the first stops gracefully and the process ends with 0", async () => {
    const { seen, onSignal } = handler();
    onSignal("SIGINT");
    expect(seen).toMatchObject({ stops: 1, exits: [] });
    seen.finish();
    await settle();
    expect(seen.exits).toEqual([0]);
  });

  test("another one within a second is the same one; after that the process ends at once", () => {
    const { seen, onSignal } = handler();
    onSignal("SIGINT");
    seen.now = 1000;
    onSignal("SIGINT");
    expect(seen).toMatchObject({ stops: 1, exits: [] });
    seen.now = 1001;
    onSignal("SIGTERM");
    expect(seen).toMatchObject({ stops: 1, exits: [1] });
    seen.finish();
  });

  test("a stop that hangs is cut off after 5 s", () => {
    jest.useFakeTimers();
    try {
      const { seen, onSignal } = handler();
      onSignal("SIGTERM");
      jest.advanceTimersByTime(4999);
      expect(seen.exits).toEqual([]);
      jest.advanceTimersByTime(1);
      expect(seen.exits).toEqual([0]);
    } finally {
      jest.useRealTimers();
    }
  });
});

describe("the front port", () => {
  function front(port: number, more: Partial<FrontDeps> = {}) {
    const seen = { bound: 0, sharing: null as boolean | null, foreign: [] as string[], claimed: 0 };
    const part = new FrontPort({
      address: { host: "127.0.0.1", port },
      scheme: "http",
      proofOf: (nonce) => `proof of ${nonce}`,
      sharedLocally: () => false,
      serve: (_address, reusePort) => {
        seen.bound += 1;
        seen.sharing = reusePort;
        return { stop: async () => void (seen.bound -= 1) };
      },
      logger: SILENT,
      onBound: () => (seen.claimed += 1),
      onForeign: (sentence) => seen.foreign.push(sentence),
      platform: "linux",
      ...more,
    });
    return { part, seen };
  }

  function answering(answer: (request: Request) => Response | Promise<Response>) {
    const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer });
    return { port: server.port!, server, [Symbol.asyncDispose]: () => server.stop(true) };
  }

  const proven = (request: Request): Response => {
    const headers = { [FRONT_PROOF_HEADER]: `proof of ${request.headers.get(FRONT_NONCE_HEADER)}` };
    return new Response(null, { status: 303, headers });
  };

  test("is bound at once where nobody answers, and given back", async () => {
    const { server, port } = answering(() => new Response());
    await server.stop(true);
    const { part, seen } = front(port);
    await part.start();
    expect(seen).toMatchObject({ bound: 1, sharing: true, foreign: [] });
    await part.stop();
    expect(seen.bound).toBe(0);
  });

  test.each([
    ["another cluster", () => new Response(null, { headers: { [FRONT_PROOF_HEADER]: "proof of another key" } })],
    ["another program", () => new Response("<html>")],
    ["another program that redirects", () => Response.redirect("http://localhost:1/")],
    ["JSON of another kind", () => Response.json([1])],
  ])("is left to %s, which is said once", async (_name, answer) => {
    await using other = answering(answer);
    const { part, seen } = front(other.port);
    await part.start();
    expect(seen.bound).toBe(0);
    expect(seen.foreign).toHaveLength(1);
    expect(seen.foreign[0]).toContain("belongs to another program or cluster");
    expect([seen.claimed, part.isBound]).toEqual([0, false]);
    await part.stop();
  });

  test("that is the page of a replica is not called somebody else's", async () => {
    await using other = answering(proven);
    const { part, seen } = front(other.port, {
      serve: () => {
        throw Object.assign(new Error("no"), { code: "EADDRINUSE" });
      },
    });
    await part.start();
    expect(seen.foreign).toEqual([
      `the front address 127.0.0.1:${other.port} is the page of a replica; this replica runs without it, choose another with --front`,
    ]);
    await part.stop();
  });

  test("that cannot be used is not called somebody else's", async () => {
    const { server, port } = answering(() => new Response());
    await server.stop(true);
    const { part, seen } = front(port, {
      serve: () => {
        throw Object.assign(new Error("no"), { code: "EACCES" });
      },
    });
    await part.start();
    expect(seen.foreign).toEqual([
      `the front address 127.0.0.1:${port} cannot be used (EACCES); this replica runs without it, choose another with --front`,
    ]);
    await part.stop();
  });

  test("is shared with who holds the key, also where the status needs a login", async () => {
    await using other = answering(proven);
    const { part, seen } = front(other.port);
    await part.start();
    expect(seen).toMatchObject({ bound: 1, foreign: [], claimed: 1 });
    await part.stop();
  });

  test("is shared with a frozen replica of the same folder", async () => {
    await using other = answering(
      (request) => new Promise((resolve) => request.signal.addEventListener("abort", () => resolve(new Response()))),
    );
    const { part, seen } = front(other.port, { sharedLocally: () => true });
    await part.start();
    expect(seen).toMatchObject({ bound: 1, foreign: [] });
    await part.stop();
  });

  test("where ports cannot be shared it is tried again until it is free", async () => {
    const other = answering(proven);
    const { part, seen } = front(other.port, { platform: "darwin" });
    await part.start();
    expect(seen).toMatchObject({ bound: 0, foreign: [] });
    await other.server.stop(true);
    await waitFor("the front", () => seen.bound === 1);
    expect(seen.sharing).toBe(false);
    await part.stop();
  });
});

test("a port that stays in use is refused with its owner and the option to change it", async () => {
  // The folder of open files gets the number of this one while it is listed, so one of the listed files is gone.
  const file = openSync("/dev/null", "r");
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  closeSync(file);
  const at = { host: "127.0.0.1", port: server.port! };
  const bind = () => Bun.serve({ port: at.port, hostname: at.host, fetch: () => new Response() });
  const outcome = await bindPort(at, bind, { option: "--web", data: "/nowhere" });
  expect(outcome).toMatchObject({ ok: false, exit: 4, todo: "end that, or choose another with --web" });
  if (process.platform === "linux")
    expect(outcome).toMatchObject({ what: expect.stringContaining(`(pid ${process.pid})`) });
  await server.stop(true);
  const again = await bindPort(at, bind, { option: "--web", data: "/nowhere" });
  if (!again.ok) throw new Error(again.what);
  await again.value.stop(true);
});

describe("the logger", () => {
  test("writes one JSON line an event, from its level on, with listed fields only", () => {
    const lines: string[] = [];
    const logger = createLogger("warn", 2, (line) => lines.push(line));
    logger.info("left_out");
    logger.error("broke", { reason: "a\nb", body: "secret" } as LogFields);
    expect(lines).toHaveLength(1);
    expect(lines[0]!.indexOf("\n")).toBe(lines[0]!.length - 1);
    expect(JSON.parse(lines[0]!)).toMatchObject({ level: "error", event: "broke", replica: 2, reason: "a\nb" });
    expect(lines[0]).not.toContain("secret");
  });
});

describe("status", () => {
  const status: ClusterStatusJson = {
    version: 1,
    clusterId: "0123456789abcdef",
    self: 0,
    consistency: "available",
    recovery: "any",
    writable: true,
    reason: null,
    view: { no: "7.2.1", leader: 1, members: [0, 1], configured: [0, 1], forkRisk: [2] },
    protected: 1,
    seq: { committed: 9, applied: 9 },
    formats: { inForce: 1, next: null, lacking: [], peerProtocol: 1 },
    replicas: [
      {
        id: 0,
        state: "follower",
        pid: 4711,
        bootId: "b",
        version: "1",
        durable: 9,
        applied: 9,
        lag: 0,
        grpc: "127.0.0.1:50051",
        web: "http://localhost:8081",
        since: "2026-01-01T00:00:00Z",
      },
    ],
    lastFailover: { at: "2026-01-01T00:00:00Z", ms: 41, from: 0, to: 1 },
    events: [],
  };

  test("is a table for people", () => {
    const text = statusText(status);
    expect(text).toContain("writable; any one of the replicas may fail without losing a message");
    expect(text).toContain("replica 2 may hold messages that are not visible yet; they appear when it returns");
    expect(text).toContain("last failover: from replica 0 to replica 1 in 41 ms");
    expect(text).toContain("0        follower  1        0    http://localhost:8081");
    expect(text).toContain("view 7.2.1, format 1, peer protocol 1\n");
    const upgrading = { ...status, formats: { ...status.formats, next: 2, lacking: ["replica 2 is at 0.1.0"] } };
    expect(statusText(upgrading)).toContain("\nformat 2 waits: replica 2 is at 0.1.0\n");
    const all = { ...status, formats: { ...status.formats, next: 2 } };
    expect(statusText(all)).toContain("\nformat 2 is being enabled\n");
    const [first] = status.replicas;
    const two = [
      { ...first!, release: SECOND },
      { ...first!, id: 1, release: FIRST, heldOps: 3 },
      { ...first!, id: 2, release: SECOND, heldOps: 1 },
    ];
    expect(statusText({ ...status, replicas: two })).toContain(
      "\nreplicas 0 and 2 announce format 2, schema 2, peer protocol 1 to 2" +
        "\nreplica 1 announces format 1, schema 1, peer protocol 1" +
        "\n3 ops wait at replica 1 for a newer format, after a merge" +
        "\n1 op waits at replica 2 for a newer format, after a merge\n",
    );
    const unread = [{ frame: 18, version: "0.2.0", count: 7 }];
    expect(statusText({ ...status, self: 1, replicas: [{ ...first!, unread }] })).toContain(
      "replica 1 left out frame 18 of replica 0 (version 0.2.0), 7 times",
    );
    const risky = { ...status, protected: 0, view: { ...status.view, forkRisk: [0, 2] } };
    expect(statusText(risky)).toContain("not protected: the newest messages are on one disk only");
    expect(statusText(risky)).toContain(
      "replicas 0 and 2 may hold messages that are not visible yet; they appear when they return",
    );
    const host = { version: "1", data: "/d", disk: { free: 2.5e9, total: 9e9 }, people: 1, warnings: ["mind the gap"] };
    const notes = {
      facts: [
        { replica: 0, ...host },
        { replica: 1, ...host },
      ],
      warnings: ["nobody looks"],
    };
    expect(statusText(status, notes)).toContain(
      "1 account; data in /d, 2.5 GB free; version 1\nwarning from replicas 0 and 1: mind the gap\nwarning: nobody looks\n",
    );
    expect(statusText({ ...status, writable: false, reason: "waiting for replica 2" })).toContain(
      "not writable: waiting for replica 2",
    );
    expect(
      table([
        ["a", "b"],
        ["long", ""],
      ]),
    ).toBe("a     b\nlong\n");
  });

  test("what a command to enable a format came to, and what its operator can do", () => {
    const plain = { command: "lastword enable", without: [] };
    const answer = { enabled: null, before: 1, by: 0, lacking: ["replica 0 is not heard", "replica 2 is at 0.1.0"] };
    const enabled = { enabled: 2, before: 1, by: 1, lacking: [] };
    expect(enableText(enabled, plain)).toEqual({
      said: "format 2 is in force, enabled by replica 1; before it was format 1",
    });
    expect(enableText(enabled, { ...plain, without: [2] })).toEqual({
      said: "format 2 is in force, enabled by replica 1; before it was format 1; replica 2 ends with exit code 5 until it is upgraded",
    });
    expect(enableText(enabled, { ...plain, without: [0, 2] })).toMatchObject({
      said: expect.stringMatching(/; replicas 0 and 2 end with exit code 5 until they are upgraded$/),
    });
    expect(enableText({ ...answer, lacking: [] }, plain)).toEqual({
      said: "format 1 is in force; no replica knows a newer one",
    });
    expect(enableText(answer, { ...plain, command: "lastword enable --data /d" })).toMatchObject({
      exit: 1,
      what: "format 1 stays in force: replica 0 is not heard, replica 2 is at 0.1.0",
      todo: "upgrade replicas 0 and 2, or leave them behind: lastword enable --data /d --without 0,2; a replica that is left behind ends with exit code 5 until it is upgraded; its data stay intact",
    });
    const odd = { ...answer, lacking: ["replica 1 does not keep it from being enabled"] };
    expect(enableText(odd, plain)).toMatchObject({
      exit: 1,
      what: "nothing was enabled: replica 1 does not keep it from being enabled",
    });
  });

  test("the leader's own word counts most, then who can write, then who knows most", () => {
    const stale = { ...status, writable: false, seq: { committed: 99, applied: 99 } };
    const leader = { ...status, self: 1 };
    expect(bestStatus([])).toBeNull();
    expect(bestStatus([stale, status])).toBe(status);
    expect(bestStatus([status, leader, stale])).toBe(leader);
    expect(bestStatus([{ ...stale, self: 2, seq: { committed: 1, applied: 1 } }, stale])).toBe(stale);
  });
});

test("a replica of up keeps the pages of freed memory, unless it was told otherwise", () => {
  expect(childEnvironment({}, 7)).toMatchObject({ MIMALLOC_PURGE_HOLES: "0", LASTWORD_SUPERVISOR: "7" });
  expect(childEnvironment({ MIMALLOC_PURGE_HOLES: "1" }, 7)).toMatchObject({ MIMALLOC_PURGE_HOLES: "1" });
});
