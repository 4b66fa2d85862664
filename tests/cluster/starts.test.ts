/** First starts: three without options on the documented ports, a fourth, one alone, ports in use, and stops. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, linkSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createClusterKey, defaultKeyPath } from "../../src/host/cluster-key.ts";
import { readRunFile } from "../../src/host/run-file.ts";
import type { ClusterStatusJson } from "../../src/ops/cluster-status.ts";
import { BINARY, Cluster, ENGINE, processLives, runBinary, waitFor } from "../../harness/cluster.ts";
import { freePortRow, freePorts } from "../../harness/free-ports.ts";

/** The version of the executable under test. */
const { version: VERSION } = JSON.parse(readFileSync(join(import.meta.dir, "../../package.json"), "utf8")) as {
  version: string;
};
const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lastword-starts-"));
  folders.push(folder);
  return folder;
}

function oneLine(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => line.startsWith("lastword: "));
  expect(lines).toHaveLength(1);
  expect(stderr).not.toContain("    at ");
  return lines[0]!;
}

async function portsAreFree(ports: readonly number[]): Promise<boolean> {
  for (const port of ports) {
    try {
      Bun.listen({ hostname: "127.0.0.1", port, socket: { data() {} } }).stop(true);
    } catch {
      return false;
    }
  }
  return true;
}

test("three bare starts: documented ports, a view of three, the first alone took writes; a fourth is refused", async () => {
  // Wait until nothing uses these ports. The system may give three of them to outgoing connections, such as those of
  // other tests.
  const documented = [50051, 50052, 50053, 8080, 8081, 8082, 8083];
  await waitFor("the documented ports to be free", () => portsAreFree(documented));
  await using cluster = await Cluster.create();
  const web = (id: number): string => `http://localhost:${8081 + id}`;
  const status = async (id: number): Promise<ClusterStatusJson | null> => {
    const answer = await fetch(`${web(id)}/cluster.json`).catch(() => null);
    return answer === null || !answer.ok ? null : ((await answer.json()) as ClusterStatusJson);
  };
  cluster.spawn(0, []);
  const alone = await waitFor("the first to take writes", async () => {
    const said = await status(0);
    return said?.writable === true ? said : null;
  });
  expect(alone.view.members).toEqual([0]);
  cluster.spawn(1, []);
  await waitFor("replica 1 to have its ports", () => readRunFile(cluster.data, 1));
  cluster.spawn(2, []);
  const inStep = async (id: number): Promise<boolean> => {
    const seen = await status(id);
    return seen?.writable === true && seen.protected === 2 && seen.view.members.join() === "0,1,2";
  };
  for (const id of [0, 1, 2]) await waitFor(`replica ${id} to see three`, () => inStep(id));
  const said = (await status(2))!;
  expect(said).toMatchObject({ self: 2, writable: true, protected: 2, consistency: "available", recovery: "any" });
  expect(said.replicas.map(({ grpc, web: page }) => [grpc, page])).toEqual([
    ["127.0.0.1:50051", "http://localhost:8081"],
    ["127.0.0.1:50052", "http://localhost:8082"],
    ["127.0.0.1:50053", "http://localhost:8083"],
  ]);
  const front = await fetch("http://localhost:8080/healthz");
  expect([front.status, ((await front.json()) as { ok: boolean }).ok]).toEqual([200, true]);

  const fourth = await cluster.command([]);
  expect(fourth.exit).toBe(3);
  expect(oneLine(fourth.stderr)).toMatch(/^lastword: all replicas of .* are running already: .*; use one of them/);

  const shown = await cluster.command(["status"]);
  expect(shown).toMatchObject({ exit: 0, stderr: "" });
  expect(shown.stdout).toContain("writable; any two of the replicas may fail without losing a message");
  const hashes = await cluster.command(["status", "--hash", "--json"]);
  expect(JSON.parse(hashes.stdout)).toMatchObject({ equal: true });

  const down = await cluster.command(["down"]);
  expect(down).toMatchObject({ exit: 0, stderr: "" });
  for (const id of [0, 1, 2]) expect((await cluster.exited(id)).exit).toBe(0);
  expect(readRunFile(cluster.data, 0)).toBeNull();
  const stopped = await cluster.command(["status", "--json"]);
  expect([stopped.exit, (JSON.parse(stopped.stdout) as ClusterStatusJson).reason]).toEqual([
    1,
    `no replica is running in ${cluster.data}; start them with: ${BINARY} up`,
  ]);
}, 180_000);

test("alone: in an empty folder with an empty environment, beside a hostile .env and bunfig.toml", async () => {
  // Beside the executable, so that it can be linked: a copy is 118 MB for the disk, and every fsync waits for them.
  const folder = mkdtempSync(join(dirname(BINARY), "alone-"));
  folders.push(folder);
  const binary = join(folder, "lastword");
  linkSync(BINARY, binary);
  writeFileSync(join(folder, ".env"), "LASTWORD_WEB=nonsense\nLASTWORD_CONSISTENCY=strict\nBUN_OPTIONS=--version\n");
  writeFileSync(join(folder, "bunfig.toml"), 'preload = ["./evil.ts"]\n[run]\nsilent = true\n');
  writeFileSync(join(folder, "evil.ts"), 'require("node:fs").writeFileSync("evil-was-here", "");\n');
  const [grpc, web] = await freePorts(2);
  const data = join(folder, "data");
  const replica = Bun.spawn(
    [binary, `--data=${data}`, `--peers=0=127.0.0.1:${grpc}`, "--bootstrap", `--web=localhost:${web}`, "--front=off"],
    { cwd: folder, env: {}, stdio: ["ignore", "pipe", "pipe"] },
  );
  try {
    const health = await waitFor("it to be well", async () => {
      const answer = await fetch(`http://localhost:${web}/healthz`).catch(() => null);
      return answer?.status === 200 ? answer : null;
    });
    expect(await health.json()).toMatchObject({ ok: true });
    const status = await runBinary(["status", "--json", `--data=${data}`], { env: {}, cwd: folder, binary });
    expect(JSON.parse(status.stdout)).toMatchObject({ consistency: "available", writable: true });
    const page = await fetch(`http://localhost:${web}/login`);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("<form")]);
    expect(existsSync(join(folder, "evil-was-here"))).toBe(false);
  } finally {
    replica.kill("SIGTERM");
  }
  expect(await replica.exited).toBe(0);
}, 180_000);

describe("ports in use", () => {
  test.concurrent.each(["grpc", "web"] as const)(
    "%s: exit code 4, by whom, and the option; nothing is left behind",
    async (which) => {
      await using cluster = await Cluster.create({ replicas: 1 });
      const port = Number((which === "grpc" ? cluster.grpc(0) : cluster.web(0)).replace(/^.*:/, ""));
      const squatter = Bun.listen({ hostname: "127.0.0.1", port, socket: { data() {} } });
      try {
        const refused = await cluster.command(cluster.words(0));
        expect(refused.exit).toBe(4);
        expect(oneLine(refused.stderr)).toBe(
          `lastword: port ${port} is in use by ${readFileSync("/proc/self/comm", "utf8").trim()} (pid ${process.pid}); end that, or choose another with --${which}`,
        );
        expect(existsSync(cluster.data)).toBe(false);
      } finally {
        squatter.stop(true);
      }
      await cluster.startAll();
    },
    180_000,
  );

  test.concurrent(
    "a port that becomes free within 2 s is taken",
    async () => {
      await using cluster = await Cluster.create({ replicas: 1 });
      const port = Number(cluster.grpc(0).replace(/^.*:/, ""));
      const squatter = Bun.listen({ hostname: "127.0.0.1", port, socket: { data() {} } });
      const child = cluster.spawn(0, cluster.words(0));
      // The page's port is bound first, so the gRPC port is next.
      await waitFor("the page's port", () => fetch(cluster.web(0)).catch(() => null));
      expect(child.process.exitCode).toBeNull();
      squatter.stop(true);
      await cluster.inStep([0]);
    },
    180_000,
  );

  test.concurrent(
    "the front in use by another program: one line, and the replica goes on",
    async () => {
      await using cluster = await Cluster.create({ replicas: 1, front: true });
      const other = Bun.serve({ port: cluster.frontPort!, hostname: "127.0.0.1", fetch: () => new Response("mine") });
      try {
        await cluster.startAll();
        const line = await waitFor("the line", () => cluster.log(0).match(/^lastword: the front address .*$/m)?.[0]);
        expect(line).toContain("--front");
        expect(await (await fetch(cluster.front)).text()).toBe("mine");
      } finally {
        await other.stop(true);
      }
    },
    180_000,
  );
});

describe("stopping", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.create();
    await cluster.startAll();
  }, 180_000);
  afterAll(async () => await cluster.stop());

  test("Ctrl-C of all three, one after the other: exit 0 each; the last one starts alone at once", async () => {
    for (const id of [1, 0, 2]) {
      expect((await cluster.interrupt(id)).exit).toBe(0);
      expect(readRunFile(cluster.data, id)).toBeNull();
      const left = cluster.running();
      if (left.length > 0) await cluster.inStep(left);
    }
    await cluster.start(2);
    await cluster.inStep([2]);
    await cluster.start(0);
    await cluster.start(1);
    await cluster.inStep([0, 1, 2]);
  }, 180_000);

  test("all at the same instant: exit 0 each, and they come back", async () => {
    const stopped = await Promise.all(cluster.ids.map((id) => cluster.terminate(id)));
    expect(stopped.map(({ exit }) => exit)).toEqual([0, 0, 0]);
    await cluster.startAll([2, 1, 0]);
  }, 180_000);

  test("a killed one leaves run.json, comes back with another pid, and counts again", async () => {
    const leader = await cluster.leader();
    const { pid } = await cluster.kill(leader);
    expect(readRunFile(cluster.data, leader)?.pid).toBe(pid);
    const others = cluster.running();
    await cluster.inStep(others);
    const status = await cluster.command(["status", "--json"]);
    const said = JSON.parse(status.stdout) as ClusterStatusJson;
    expect(said.replicas[leader]).toMatchObject({ state: "unreachable", pid: null });
    expect(said.lastFailover).toMatchObject({ from: leader });
    const again = await cluster.start(leader);
    expect(again.pid).not.toBe(pid);
    await cluster.inStep([0, 1, 2]);
  }, 180_000);
});

test.concurrent(
  "up: three children, a killed one comes back, Ctrl-C stops all with exit 0",
  async () => {
    const home = freshFolder();
    const [first] = await freePortRow(3);
    const words = ["up", "--grpc", `127.0.0.1:${first}`, "--web", "localhost:0", "--front", "off"];
    const environment = { HOME: home, PATH: "/usr/bin:/bin", ...ENGINE };
    const data = join(home, ".local", "share", "lastword");
    const up = Bun.spawn([BINARY, ...words], { cwd: home, env: environment, stdio: ["ignore", "pipe", "pipe"] });
    const pids = new Set<number>();
    const status = async (): Promise<ClusterStatusJson> => {
      const shown = await runBinary(["status", "--json"], { env: environment, cwd: home });
      const said = JSON.parse(shown.stdout) as ClusterStatusJson;
      for (const { pid } of said.replicas) if (pid !== null) pids.add(pid);
      return said;
    };
    const three = () =>
      waitFor("a view of three", async () => {
        const said = await status();
        return said.writable && said.view.members.length === 3 ? said : null;
      });
    try {
      const before = await three();
      const victim = before.replicas[1]!.pid!;
      expect(readRunFile(data, 1)?.supervisor).toBe(up.pid);
      process.kill(victim, "SIGKILL");
      await waitFor("the death", () => !processLives(victim));
      await waitFor("another process", async () => {
        const { pid } = (await status()).replicas[1]!;
        return pid !== null && pid !== victim;
      });
      await three();
      up.kill("SIGINT");
      expect(await up.exited).toBe(0);
      const said = await new Response(up.stdout).text();
      expect(said).toMatch(/^Lastword is running: http:\/\/localhost:\d+$/m);
      expect(said).toContain("replica 1 was killed; starting it again in 2 s\n");
      expect(said).toMatch(/replica \d stopped\n$/);
      for (const pid of pids) expect(processLives(pid)).toBe(false);
    } finally {
      if (up.exitCode === null) up.kill("SIGKILL");
      for (const pid of pids) if (processLives(pid)) process.kill(pid, "SIGKILL");
    }
  },
  180_000,
);

test.concurrent(
  "down stops up too: also while it waits to start a killed replica again",
  async () => {
    const home = freshFolder();
    const data = join(home, ".local", "share", "lastword");
    const environment = { HOME: home, PATH: "/usr/bin:/bin", ...ENGINE };
    const [first] = await freePortRow(3);
    const words = ["up", "--grpc", `127.0.0.1:${first}`, "--web=localhost:0", "--front=off"];
    const up = Bun.spawn([BINARY, ...words], { cwd: home, env: environment, stdio: ["ignore", "ignore", "ignore"] });
    const pids = new Set<number>();
    try {
      for (const id of [0, 1, 2]) pids.add((await waitFor(`replica ${id}`, () => readRunFile(data, id))).pid);
      const status = () => runBinary(["status"], { env: environment, cwd: home });
      await waitFor("writes", async () => (await status()).exit === 0);
      const victim = readRunFile(data, 1)!.pid;
      process.kill(victim, "SIGKILL");
      await waitFor("the death", () => !processLives(victim));
      const down = await runBinary(["down"], { env: environment, cwd: home });
      expect([down.exit, down.stderr]).toEqual([0, ""]);
      expect(await up.exited).toBe(0);
      for (const id of [0, 1, 2]) pids.add(readRunFile(data, id)?.pid ?? victim);
      for (const pid of pids) expect(processLives(pid)).toBe(false);
    } finally {
      if (up.exitCode === null) up.kill("SIGKILL");
      for (const pid of pids) if (processLives(pid)) process.kill(pid, "SIGKILL");
    }
  },
  180_000,
);

test.concurrent(
  "up beside a replica that runs already: shows it, starts the others, leaves it alone; a second Ctrl-C kills",
  async () => {
    const home = freshFolder();
    const data = join(home, ".local", "share", "lastword");
    const [g0, g1, g2, web] = await freePorts(4);
    const environment = { HOME: home, PATH: "/usr/bin:/bin", ...ENGINE };
    const common = [`--peers=0=127.0.0.1:${g0},1=127.0.0.1:${g1},2=127.0.0.1:${g2}`, "--front=off"];
    const start = (words: string[]) =>
      Bun.spawn([BINARY, ...words, ...common], { cwd: home, env: environment, stdio: ["ignore", "pipe", "ignore"] });
    const first = start(["--replica-id=0", "--bootstrap", `--web=localhost:${web}`]);
    const pids = new Set<number>([first.pid]);
    let up: ReturnType<typeof start> | null = null;
    try {
      await waitFor("replica 0", () => readRunFile(data, 0));
      up = start(["up", "--web=localhost:0"]);
      for (const id of [1, 2]) pids.add((await waitFor(`replica ${id}`, () => readRunFile(data, id))).pid);
      const [frozen, well] = [1, 2].map((id) => readRunFile(data, id)!.pid);
      process.kill(frozen!, "SIGSTOP");
      up.kill("SIGINT");
      await waitFor("the graceful one", () => !processLives(well!));
      up.kill("SIGINT");
      expect(await up.exited).toBe(1);
      expect([processLives(frozen!), processLives(first.pid)]).toEqual([false, true]);
      expect(await new Response(up.stdout).text()).toContain(
        "replica 0 runs already and was started on its own; Ctrl-C leaves it running\n",
      );
    } finally {
      if (up?.exitCode === null) up.kill("SIGKILL");
      for (const pid of pids) if (processLives(pid)) process.kill(pid, "SIGKILL");
    }
  },
  180_000,
);

describe("a folder that does not fit", () => {
  test("without its key, or with another mode: exit code 5, nothing changed", async () => {
    await using cluster = await Cluster.create({ replicas: 1 });
    await cluster.startAll();
    await cluster.interrupt(0);
    const key = join(cluster.data, "cluster.key");
    expect(statSync(key).mode & 0o777).toBe(0o600);
    const strict = await cluster.command([...cluster.words(0), "--consistency=strict"]);
    expect([strict.exit, oneLine(strict.stderr)]).toEqual([
      5,
      "lastword: this cluster was created with --consistency available, not strict; leave --consistency out, or start another cluster with --data",
    ]);
    const content = readFileSync(key);
    rmSync(key);
    const keyless = await cluster.command(cluster.words(0));
    expect(keyless.exit).toBe(5);
    expect(oneLine(keyless.stderr)).toContain("put the key back");
    expect(existsSync(key)).toBe(false);
    writeFileSync(key, content);
    await cluster.startAll();
  }, 180_000);

  test.concurrent(
    "another cluster's key: the newcomer says so and ends with 5, the other goes on",
    async () => {
      await using cluster = await Cluster.create({ replicas: 2 });
      await cluster.startAll([0]);
      const foreign = freshFolder();
      const creator = { replicaId: 0, storeId: "another" };
      createClusterKey(defaultKeyPath(foreign), { creator, consistency: "available", recovery: "any" });
      const words = [...cluster.words(1), `--data=${foreign}`];
      const refused = await cluster.command(words);
      expect([refused.exit, oneLine(refused.stderr)]).toEqual([
        5,
        expect.stringMatching(/replica 0 has another cluster key/),
      ]);
      await cluster.inStep([0]);
    },
    180_000,
  );
});

test.concurrent(
  "another list of replicas: the newcomer says so and ends with 5, the other goes on",
  async () => {
    await using cluster = await Cluster.create({ replicas: 2 });
    await cluster.startAll([0]);
    const peers = cluster.words(1).find((word) => word.startsWith("--peers="))!;
    const words = cluster.words(1).map((word) => (word === peers ? `${peers},2=127.0.0.1:9` : word));
    const refused = await cluster.command(words);
    expect([refused.exit, oneLine(refused.stderr)]).toEqual([
      5,
      "lastword: replica 0 has other replica ids in --peers; give the same ids on every host",
    ]);
    await cluster.inStep([0]);
  },
  180_000,
);

test.each([
  [["--help"], 0, /^Lastword: a chat/, ""],
  [["--version"], 0, /^lastword \d+\.\d+\.\d+ \(commit [0-9a-f]+, Bun 1\.4\.5, storage format 1\)\n$/, ""],
  [["status", "--help"], 0, /--hash/, ""],
  [["--zzzz"], 2, /^$/, `lastword: unknown option --zzzz; see ${BINARY} --help, of version ${VERSION}\n`],
  [["fly"], 2, /^$/, `lastword: unknown command "fly"; see ${BINARY} --help, of version ${VERSION}\n`],
  [["help"], 0, /^Lastword: a chat/, ""],
  [["version"], 0, /^lastword \d/, ""],
  [
    ["down", "--data", "/nowhere/at/all"],
    3,
    /^$/,
    "lastword: there is no data folder at /nowhere/at/all; correct --data\n",
  ],
  [["status", "--data", "/nowhere/at/all"], 3, /^$/, expect.stringMatching(/there is no data folder at/)],
  [["status"], 1, /^no replica is running in .*; start them with: \S+\/lastword up\n$/, ""],
  [["--front=http"], 2, /^$/, expect.stringMatching(/^lastword: --front must be HOST:PORT.*\n$/)],
  [
    ["up", "--replica-id=1"],
    2,
    /^$/,
    expect.stringMatching(/^lastword: --replica-id does not belong to lastword up; .*\n$/),
  ],
  [["down"], 0, /^nothing is running in /, ""],
])("%j ends with %d", async (words, exit, stdout, stderr) => {
  const home = freshFolder();
  const finished = await runBinary(words, { env: { HOME: home, ...ENGINE }, cwd: home });
  expect(finished).toEqual({ exit, stdout: expect.stringMatching(stdout), stderr });
  expect(existsSync(join(home, ".local"))).toBe(false);
});
