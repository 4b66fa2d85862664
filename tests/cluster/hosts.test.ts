/** Problems of hosts: other users' files, limits, file systems, keys in other places. */
import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRunFile } from "../../src/host/run-file.ts";
import { BINARY, Cluster, ENGINE, processLives, waitFor, type Finished } from "../../harness/cluster.ts";
import { freePortRow, freePorts } from "../../harness/free-ports.ts";

const NOBODY = 65_534;
const isRoot = process.platform === "linux" && process.getuid?.() === 0;

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A data folder for a single replica, in a folder that every user may enter. */
async function place(): Promise<{ data: string; words: string[]; web: string }> {
  const folder = mkdtempSync(join(tmpdir(), "lastword-hosts-"));
  folders.push(folder);
  chmodSync(folder, 0o777);
  const [grpc, web] = await freePorts(2);
  const data = join(folder, "data");
  const words = [
    `--data=${data}`,
    `--peers=0=127.0.0.1:${grpc}`,
    "--bootstrap",
    `--web=localhost:${web}`,
    "--front=off",
  ];
  return { data, words, web: `http://localhost:${web}` };
}

function asNobody(words: readonly string[]): string[] {
  return ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", ...words];
}

function spawn(words: readonly string[]) {
  return Bun.spawn([...words], {
    cwd: "/",
    env: { HOME: "/tmp", PATH: "/usr/bin:/bin", ...ENGINE },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function run(words: readonly string[]): Promise<Finished> {
  const child = spawn(words);
  const [stdout, stderr, exit] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exit, stdout, stderr };
}

describe.if(isRoot)("files and processes of another user", () => {
  test("a folder that root used once; who may look and not signal; who may not even look", async () => {
    const { data, words } = await place();
    const replica = spawn([BINARY, ...words]);
    try {
      const { pid } = await waitFor("the replica", () => readRunFile(data, 0));
      const hidden = await run(asNobody([BINARY, "status", `--data=${data}`]));
      expect([hidden.exit, hidden.stderr]).toEqual([
        3,
        `lastword: cannot look at ${data}: it belongs to another user (uid 0) (EACCES); give it to this user (chown -R), or choose another folder with --data\n`,
      ]);
      for (const path of [data, join(data, "replica-0")]) chmodSync(path, 0o755);
      for (const path of ["cluster.key", "replica-0/run.json", "replica-0/lock"]) chmodSync(join(data, path), 0o644);
      const looking = await run(asNobody([BINARY, "status", `--data=${data}`]));
      expect([looking.exit, looking.stderr]).toEqual([0, ""]);
      const down = await run(asNobody([BINARY, "down", `--data=${data}`]));
      expect(down).toEqual({
        exit: 1,
        stdout: "",
        stderr: `lastword: this user may not stop replica 0 (pid ${pid}) (EPERM): another user started it; run this as that user\n`,
      });
      expect(processLives(pid)).toBe(true);
    } finally {
      replica.kill("SIGTERM");
      await replica.exited;
    }
    for (const path of [data, join(data, "replica-0"), join(data, "cluster.key"), join(data, "replica-0", "lock")]) {
      chownSync(path, NOBODY, NOBODY);
    }
    const later = await run(asNobody([BINARY, ...words]));
    expect([later.exit, later.stdout]).toEqual([3, ""]);
    expect(later.stderr).toMatch(
      /^lastword: cannot write to .*\.db: it belongs to another user \(uid 0\) \(EACCES\); give it to this user \(chown -R\), or choose another folder with --data\n$/,
    );
  }, 180_000);
});

test.if(Bun.which("strace") !== null)(
  "a file system without hard links: the key is made all the same",
  async () => {
    const { data, words } = await place();
    const inject = ["-e", "trace=link,linkat", "-e", "inject=link,linkat:error=EPERM"];
    const replica = spawn(["strace", "-f", "-qq", ...inject, BINARY, ...words]);
    let pid = 0;
    try {
      ({ pid } = await waitFor("the replica", () => readRunFile(data, 0), 60_000));
      expect(readdirSync(data).toSorted()).toEqual(["cluster.key", "replica-0"]);
      const status = await run([BINARY, "status", `--data=${data}`]);
      expect([status.exit, status.stderr]).toEqual([0, ""]);
      expect(await run([BINARY, "down", `--data=${data}`])).toMatchObject({ exit: 0 });
    } finally {
      // The replica would continue without strace, and keep our pipe open.
      if (processLives(pid)) process.kill(pid, "SIGKILL");
      replica.kill("SIGKILL");
    }
    expect(await new Response(replica.stderr).text()).toContain("EPERM");
  },
  180_000,
);

test.if(Bun.which("script") !== null)("at a terminal a replica writes sentences, elsewhere JSON", async () => {
  for (const [at, isSentence] of [
    [(command: string) => ["script", "-qec", command, "/dev/null"], true],
    [(command: string) => ["sh", "-c", `${command} 2>&1`], false],
  ] as const) {
    const { data, words } = await place();
    const replica = spawn(at([BINARY, ...words].join(" ")));
    const said = new Response(replica.stdout).text();
    await waitFor("the replica", () => readRunFile(data, 0));
    await waitFor("a leader", async () => (await run([BINARY, "status", `--data=${data}`])).exit === 0);
    expect(await run([BINARY, "down", `--data=${data}`])).toMatchObject({ exit: 0 });
    expect(await replica.exited).toBe(0);
    const text = await said;
    expect(text).toContain("replica 0 runs: ");
    expect(text.includes("in step: replica 0; replica 0 leads")).toBe(isSentence);
    expect(/^\{"at":/m.test(text)).toBe(!isSentence);
  }
});

test.if(existsSync("/dev/full"))("an answer that cannot be written is not taken for one", async () => {
  for (const words of ["version", "help", "status"]) {
    const shell = await run(["sh", "-c", `"$0" ${words} > /dev/full`, BINARY]);
    expect([words, shell.exit, shell.stderr]).toEqual([
      words,
      6,
      "lastword: cannot write the answer: the disk is full (ENOSPC); free some space and start again\n",
    ]);
  }
});

test("in a folder that was deleted nothing is started, and the runtime says why", async () => {
  const { data, words } = await place();
  for (const command of [["status", `--data=${data}`], words]) {
    const script = 'mkdir "$0" && cd "$0" && rmdir "$0" && exec "$@"';
    const shell = await run(["sh", "-c", script, join(data, "..", "gone"), BINARY, ...command]);
    expect(shell).toMatchObject({ exit: 1, stdout: "" });
    expect(shell.stderr).toMatch(/^error: The current working directory was deleted, [^\n]+\n$/);
    expect(existsSync(data)).toBe(false);
  }
});

describe("open files", () => {
  const limited = (files: number, words: readonly string[]): string[] => {
    const shell = ["sh", "-c", `ulimit -n ${files}; exec "$0" "$@"`, ...words];
    return isRoot ? asNobody(shell) : shell;
  };

  test("too low a limit is said at the start: exit code 7", async () => {
    const { data, words } = await place();
    expect(await run(limited(20, [BINARY, ...words]))).toEqual({
      exit: 7,
      stdout: "",
      stderr:
        "lastword: this process may open 20 files at most (ulimit -n), and a replica needs 64 at least; raise the limit: ulimit -n 1024, or LimitNOFILE=1024 in its systemd unit\n",
    });
    expect(existsSync(data)).toBe(false);
  });

  test.concurrent(
    "used up by idle connections: said, no new ones are taken, and it is well again by itself",
    async () => {
      const { data, words, web } = await place();
      const replica = spawn(limited(90, [BINARY, ...words]));
      const sockets: Socket[] = [];
      const port = Number(new URL(web).port);
      const refused = (): Promise<boolean> =>
        new Promise((resolve) => {
          const socket = connect(port, "127.0.0.1");
          socket.on("connect", () => resolve((socket.destroy(), false)));
          socket.on("error", () => resolve(true));
        });
      try {
        await waitFor("the replica", () => readRunFile(data, 0));
        for (let i = 0; i < 150; i++) sockets.push(connect(port, "127.0.0.1").on("error", () => {}));
        await waitFor("new connections to be refused", refused);
        const status = await run(
          isRoot ? asNobody([BINARY, "status", `--data=${data}`]) : [BINARY, "status", `--data=${data}`],
        );
        expect(status.exit).toBe(0);
        expect(status.stdout).toContain(
          "warning from replica 0: almost all of the 90 files that this process may open are in use",
        );
        for (const socket of sockets) socket.destroy();
        const health = await waitFor("health", async () => {
          const answer = await fetch(`${web}/healthz`).catch(() => null);
          return answer?.status === 200 ? answer : null;
        });
        expect(await health.json()).toMatchObject({ ok: true });
      } finally {
        for (const socket of sockets) socket.destroy();
        replica.kill("SIGTERM");
      }
      expect(await replica.exited).toBe(0);
      const said = await new Response(replica.stderr).text();
      expect(said.match(/^lastword: almost all of the 90 files/gm)).toHaveLength(1);
      expect(said).toContain('"files_enough"');
    },
    180_000,
  );
});

describe("the key is not where it is looked for", () => {
  test.concurrent(
    "status finds it by the replica that runs with it, and says which file is missing",
    async () => {
      await using cluster = await Cluster.create({ replicas: 1 });
      const key = join(cluster.home, "cwd", "key");
      const words = [...cluster.words(0), "--cluster-key=key"];
      await cluster.start(0, ["--cluster-key=key"]);
      expect((await cluster.command(["status"])).exit).toBe(0);
      renameSync(key, `${key}.away`);
      const status = await cluster.command(["status"]);
      expect([status.exit, status.stdout]).toEqual([
        1,
        `replica 0 runs here, but there is no cluster key at ${key} to ask with; give its file with --cluster-key\n`,
      ]);
      // Neither command may report that a healthy cluster differs or is not in step.
      const hash = await cluster.command(["status", "--hash"]);
      expect([hash.exit, hash.stdout]).toEqual([1, status.stdout]);
      const chaos = await cluster.command(["chaos"]);
      expect([chaos.exit, chaos.stderr]).toEqual([
        5,
        `lastword: replicas run here, but there is no cluster key at ${key} to ask with; give its file with --cluster-key\n`,
      ]);
      expect((await cluster.command(["status", `--cluster-key=${key}.away`])).exit).toBe(0);
      await cluster.interrupt(0);
      const keyless = await cluster.command(words.filter((word) => word !== "--bootstrap").map((word) => `${word}`));
      expect([keyless.exit, keyless.stderr.includes(`the cluster key ${key} is missing`)]).toEqual([5, true]);
      rmSync(cluster.data, { recursive: true });
      const newcomer = await cluster.command(words.filter((word) => word !== "--bootstrap"));
      expect([newcomer.exit, newcomer.stderr]).toEqual([
        5,
        `lastword: there is no cluster key at ${key}; copy it to that place from the host where the cluster was created (the file of --cluster-key there, else cluster.key in the data folder), or create a new cluster here with --bootstrap\n`,
      ]);
      expect(existsSync(cluster.data)).toBe(false);
    },
    180_000,
  );

  test.concurrent(
    "`up` beside the data of a replica of several hosts: not advised, and it makes no cluster of its own",
    async () => {
      await using cluster = await Cluster.create({ replicas: 1, words: ["--cluster-key=key"] });
      await cluster.startAll();
      await cluster.interrupt(0);
      const before = readdirSync(cluster.data);
      for (const words of [["status"], ["status", "--cluster-key=key"]]) {
        const status = await cluster.command(words);
        expect([status.exit, status.stdout]).toEqual([
          1,
          `no replica is running in ${cluster.data}; start replica 0 with the same options, or by the same service, as before\n`,
        ]);
      }
      const [grpc] = await freePortRow(3);
      const up = await cluster.command(["up", `--grpc=127.0.0.1:${grpc}`, "--web=localhost:0", "--front=off"]);
      expect([up.exit, up.stdout]).toEqual([5, expect.not.stringContaining("Lastword is running")]);
      const missing = `the cluster key ${join(cluster.data, "cluster.key")} is missing, but replica 0 has data of a cluster`;
      expect(up.stderr.split(missing)).toHaveLength(4);
      expect(readdirSync(cluster.data)).toEqual(before);
      await cluster.startAll();
    },
    180_000,
  );

  test.concurrent(
    "an old key and a new data folder: --bootstrap does not wait for ever",
    async () => {
      await using cluster = await Cluster.create({ replicas: 2, words: ["--cluster-key=key"] });
      await cluster.startAll();
      await cluster.interrupt(1);
      await cluster.interrupt(0);
      rmSync(cluster.data, { recursive: true });
      await cluster.start(1);
      cluster.spawn(0, cluster.words(0));
      const { exit, stderr } = await cluster.exited(0);
      const key = join(cluster.home, "cwd", "key");
      const line = `the cluster key ${key} belongs to a cluster that this replica has no data of`;
      const anew = "to create a new cluster instead, move the key away on every host and start again with --bootstrap";
      expect([exit, stderr.split("\n").filter((one) => one.startsWith("lastword: "))]).toEqual([
        5,
        [`lastword: ${line}; put the data folder back; ${anew}`],
      ]);
      const warning = `warning from replica 1: ${line}, and no replica that has some answers`;
      await waitFor("the warning", async () => (await cluster.command(["status"])).stdout.includes(warning));
    },
    180_000,
  );
});
