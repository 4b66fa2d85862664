/** `lastword up` under common events: a closed terminal, a replaced executable, a killed `up`, a second `up`. */
import { afterAll, expect, test } from "bun:test";
import { linkSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readRunFile } from "../../src/host/run-file.ts";
import { BINARY, ENGINE, processLives, runBinary, waitFor, type Finished } from "../../harness/cluster.ts";
import { freePortRow } from "../../harness/free-ports.ts";

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

interface Shown {
  readonly process: Bun.Subprocess<"ignore", "pipe", "pipe">;
  stdout: string;
  stderr: string;
}

async function follow(stream: ReadableStream<Uint8Array>, add: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of stream) add(decoder.decode(chunk, { stream: true }));
}

/** A home folder with three replicas of `up`. It ends every process that it has seen. */
class Home {
  readonly folder = mkdtempSync(join(tmpdir(), "lastword-up-"));
  readonly data = join(this.folder, "data");
  readonly pids = new Set<number>();
  #grpc = 0;

  static async open(): Promise<Home> {
    const home = new Home();
    folders.push(home.folder);
    [home.#grpc] = (await freePortRow(3)) as [number];
    return home;
  }

  get words(): string[] {
    return [`--data=${this.data}`, `--grpc=127.0.0.1:${this.#grpc}`, "--web=localhost:0", "--front=off"];
  }

  /** The command line of replica `id` without `up`. */
  replicaWords(id: number): string[] {
    const peers = [0, 1, 2].map((peer) => `${peer}=127.0.0.1:${this.#grpc + peer}`).join(",");
    return [
      `--data=${this.data}`,
      `--replica-id=${id}`,
      `--peers=${peers}`,
      "--bootstrap",
      "--web=localhost:0",
      "--front=off",
    ];
  }

  spawn(words: readonly string[], program: readonly string[] = [BINARY]): Shown {
    const process = Bun.spawn([...program, ...words], {
      cwd: this.folder,
      env: { HOME: this.folder, PATH: "/usr/bin:/bin", ...ENGINE },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.pids.add(process.pid);
    const shown: Shown = { process, stdout: "", stderr: "" };
    void follow(process.stdout, (text) => (shown.stdout += text));
    void follow(process.stderr, (text) => (shown.stderr += text));
    return shown;
  }

  command(words: readonly string[]): Promise<Finished> {
    return runBinary([...words, `--data=${this.data}`], { env: { HOME: this.folder, ...ENGINE }, cwd: this.folder });
  }

  /** The process id of a running replica other than `before`. */
  async pid(id: number, before = 0): Promise<number> {
    const pid = await waitFor(
      `replica ${id}`,
      () => {
        const found = readRunFile(this.data, id)?.pid ?? null;
        return found !== null && found !== before && processLives(found) ? found : null;
      },
      60_000,
    );
    this.pids.add(pid);
    return pid;
  }

  async kill(pid: number): Promise<void> {
    process.kill(pid, "SIGKILL");
    await waitFor(`pid ${pid} to be gone`, () => !processLives(pid));
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const id of [0, 1, 2]) this.pids.add(readRunFile(this.data, id)?.pid ?? 0);
    for (const pid of this.pids) if (pid > 0 && processLives(pid)) process.kill(pid, "SIGKILL");
    return Promise.resolve();
  }
}

async function said(shown: Shown, what: RegExp | string): Promise<string> {
  return waitFor(`the line ${what}`, () => shown.stdout.match(what)?.[0], 60_000);
}

test.concurrent(
  "nohup: a closed terminal stops neither a replica nor up; without nohup it stops both",
  async () => {
    await using home = await Home.open();
    const nohup = ["nohup", BINARY];
    const up = home.spawn(["up", ...home.words], nohup);
    await said(up, "Ctrl-C stops them.");
    process.kill(up.process.pid, "SIGHUP");
    const victim = await home.pid(0);
    process.kill(victim, "SIGHUP");
    // A process that ignored the signal shows it only by what it still does afterwards.
    await home.kill(await home.pid(1));
    await said(up, "replica 1 is in step again");
    expect([processLives(victim), processLives(up.process.pid)]).toEqual([true, true]);
    up.process.kill("SIGINT");
    expect(await up.process.exited).toBe(0);

    const plain = home.spawn(["up", ...home.words, "--registration=invite"]);
    await said(plain, "Ctrl-C, or closing this terminal, stops them.");
    await said(plain, /nobody has an account yet; .* invite --owner/);
    process.kill(plain.process.pid, "SIGHUP");
    expect(await plain.process.exited).toBe(0);
    expect((await home.command(["status"])).stdout).toContain("no replica is running");
  },
  180_000,
);

test.concurrent(
  "the executable is away at a restart: one line, tried again, and Ctrl-C ends it",
  async () => {
    await using home = await Home.open();
    // Beside the executable, so that it can be linked: a copy is 118 MB for the disk, and every fsync waits for them.
    const folder = mkdtempSync(join(dirname(BINARY), "away-"));
    folders.push(folder);
    const binary = join(folder, "lastword");
    linkSync(BINARY, binary);
    const up = home.spawn(["up", ...home.words], [binary]);
    await said(up, /stops them/);
    expect(up.stdout).toContain(`data: ${home.data}; to look at it: ${binary} status --data ${home.data}\n`);
    renameSync(binary, `${binary}.away`);
    const victim = await home.pid(1);
    await home.kill(victim);
    await said(up, "replica 1 was killed; starting it again in 2 s");
    const line = await said(up, /replica 1 could not be started: .*/);
    expect(line).toBe(
      `replica 1 could not be started: cannot run ${binary}: the file is missing (ENOENT); put it back; starting it again in 4 s`,
    );
    renameSync(`${binary}.away`, binary);
    await home.pid(1, victim);
    await said(up, "replica 1 is in step again");
    renameSync(binary, `${binary}.away`);
    await home.kill(await home.pid(2));
    await said(up, /replica 2 could not be started/);
    up.process.kill("SIGINT");
    expect(await up.process.exited).toBe(0);
    expect(up.stderr).toBe("");
    for (const pid of home.pids) expect(processLives(pid)).toBe(false);
  },
  180_000,
);

test.concurrent(
  "a killed up: status says that nobody looks after the replicas; the next one takes them over, a third is refused",
  async () => {
    await using home = await Home.open();
    const first = home.spawn(["up", ...home.words]);
    await said(first, /stops them/);
    const pids = await Promise.all([0, 1, 2].map((id) => home.pid(id)));
    await home.kill(first.process.pid);
    // A replica that gets no processor time for a second is left out for a moment, on a busy machine.
    const status = await waitFor("status to find all in step", async () => {
      const read = await home.command(["status"]);
      return read.exit === 0 && read;
    });
    expect(status.stdout).toContain(
      `nobody starts replicas 0, 1 and 2 again if they die: lastword up (pid ${first.process.pid}) has ended; ${BINARY} up --data ${home.data} takes over`,
    );
    const second = home.spawn(["up", ...home.words]);
    await said(second, "Ctrl-C, or closing this terminal, stops them.");
    for (const id of [0, 1, 2]) await said(second, `replica ${id} runs already and nothing managed it`);
    expect((await home.command(["status"])).stdout).not.toContain("nobody");
    const third = await runBinary(["up", ...home.words], { env: { HOME: home.folder, ...ENGINE }, cwd: home.folder });
    expect([third.exit, third.stderr]).toEqual([
      3,
      `lastword: lastword up (pid ${second.process.pid}) already manages the replicas in ${home.data}; look at them (${BINARY} status --data ${home.data}), or stop them with ${BINARY} down --data ${home.data}\n`,
    ]);
    second.process.kill("SIGINT");
    expect(await second.process.exited).toBe(0);
    // They are not its children, so it sees that they have stopped by their locks, a moment before they are gone.
    await waitFor("the replicas to be gone", () => !pids.some(processLives));
  },
  180_000,
);

test.concurrent(
  "up beside a replica that somebody started by itself: says whom Ctrl-C stops, and who is left",
  async () => {
    await using home = await Home.open();
    home.spawn(home.replicaWords(0));
    const alone = await home.pid(0);
    const up = home.spawn(["up", ...home.words]);
    await said(up, "replica 0 runs already and was started on its own; Ctrl-C leaves it running");
    await said(up, "Ctrl-C, or closing this terminal, stops replicas 1 and 2 only.");
    up.process.kill("SIGINT");
    expect(await up.process.exited).toBe(0);
    await waitFor("the last line", () => up.stdout.includes(`replica 0 still runs; to stop: ${BINARY} down --data`));
    expect(processLives(alone)).toBe(true);
  },
  180_000,
);

test.concurrent(
  "the front is another program's: up says so once, and names an address that works; --no-restart: who was killed stays away",
  async () => {
    await using home = await Home.open();
    const other = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("mine") });
    try {
      const up = home.spawn([
        "up",
        ...home.words.filter((word) => word !== "--front=off"),
        `--front=localhost:${other.port}`,
        "--no-restart",
      ]);
      const line = await said(up, /^Lastword is running: .*$/m);
      const page = line.replace("Lastword is running: ", "");
      expect(page).not.toContain(`:${other.port}`);
      expect((await fetch(`${page}/healthz`)).status).toBe(200);
      expect(up.stderr).toBe(
        `lastword: no replica has the front address localhost:${other.port}: another program or cluster uses it; choose another with --front\n`,
      );
      const pids = await Promise.all([0, 1, 2].map((id) => home.pid(id)));
      for (const pid of pids) await home.kill(pid);
      expect(await up.process.exited).toBe(1);
    } finally {
      await other.stop(true);
    }
  },
  180_000,
);

test.concurrent(
  "what is suggested is what was typed: a link with another name, by its path, and found by its name",
  async () => {
    await using home = await Home.open();
    const [bin, link] = [join(home.folder, "bin"), join(home.folder, "bin", "chat")];
    mkdirSync(bin);
    symlinkSync(BINARY, link);
    const up = home.spawn(["up", ...home.words], ["bin/chat"]);
    await said(up, "Ctrl-C, or closing this terminal, stops them.");
    expect(up.stdout).toContain(`to look at it: bin/chat status --data ${home.data}\n`);
    // Another name of the executable must not make it take the replicas for another program's.
    expect((await home.command(["status"])).stdout).not.toContain("nobody starts");
    expect(await home.command(["down"])).toMatchObject({ exit: 0, stderr: "" });
    expect(await up.process.exited).toBe(0);
    const byName = await runBinary(["status", "--data=data"], {
      env: { HOME: home.folder, PATH: `${bin}:/usr/bin:/bin`, ...ENGINE },
      cwd: home.folder,
      binary: "chat",
    });
    expect(byName.stdout).toBe(`no replica is running in ${home.data}; start them with: chat up --data ${home.data}\n`);
  },
  180_000,
);
