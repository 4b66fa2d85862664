/**
 * Simulates another computer on this one. If the tests run as root on Linux, it is a network
 * namespace with a wire into it, which the test makes and removes; otherwise it is another loopback
 * address. No real network is used.
 */
import { isIP } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

function run(words: readonly string[]): boolean {
  return Bun.spawnSync([...words], { stdout: "ignore", stderr: "ignore" }).exitCode === 0;
}

/** See the top of this file. `open` makes it, `close` removes it. */
export class SecondHost {
  /** Two addresses of this computer that the other one reaches, to simulate two hosts. */
  readonly addresses: readonly [string, string];
  /** True if it is a network namespace. */
  readonly separate: boolean;
  readonly #name: string;

  private constructor(name: string, separate: boolean, addresses: readonly [string, string]) {
    this.#name = name;
    this.separate = separate;
    this.addresses = addresses;
  }

  static open(): SecondHost {
    // From the block for benchmarks between networks (RFC 2544), which is never routed.
    const net = `198.18.${(process.pid % 250) + 1}`;
    const name = `lw${process.pid}`;
    const made =
      process.platform === "linux" &&
      process.getuid?.() === 0 &&
      run(["ip", "netns", "add", name]) &&
      run(["ip", "link", "add", `${name}a`, "type", "veth", "peer", "name", `${name}b`, "netns", name]) &&
      run(["ip", "address", "add", `${net}.1/24`, "dev", `${name}a`]) &&
      run(["ip", "address", "add", `${net}.2/24`, "dev", `${name}a`]) &&
      run(["ip", "link", "set", `${name}a`, "up"]) &&
      run(["ip", "-n", name, "address", "add", `${net}.9/24`, "dev", `${name}b`]) &&
      run(["ip", "-n", name, "link", "set", `${name}b`, "up"]) &&
      run(["ip", "-n", name, "link", "set", "lo", "up"]);
    if (made) return new SecondHost(name, true, [`${net}.1`, `${net}.2`]);
    run(["ip", "netns", "delete", name]);
    return new SecondHost(name, false, ["127.0.0.2", "127.0.0.3"]);
  }

  /** The command line that runs a program on the second host. */
  words(program: readonly string[]): string[] {
    return this.separate ? ["ip", "netns", "exec", this.#name, ...program] : [...program];
  }

  /** Writes a script that starts `program` on the second host and passes its arguments on. Returns its path. */
  launcher(folder: string, program: string): string {
    const path = join(folder, "on-second-host");
    writeFileSync(path, `#!/bin/sh\nexec ${this.words([program]).join(" ")} "$@"\n`, { mode: 0o755 });
    return path;
  }

  /** Runs curl on the second host: status, headers and body of one request. */
  async curl(words: readonly string[]): Promise<{ exit: number; text: string }> {
    const child = Bun.spawn(this.words(["curl", "-sS", "-i", "--max-time", "10", ...words]), {
      stdout: "pipe",
      stderr: "pipe",
    });
    const [out, err, exit] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    return { exit, text: out + err };
  }

  /** Removes the namespace, and the wire with it. */
  close(): void {
    if (this.separate) run(["ip", "netns", "delete", this.#name]);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** A certificate authority for one test, which signs certificates. */
export class TestAuthority {
  readonly folder: string;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "lastword-ca-"));
    this.#openssl([
      ..."req -x509 -days 2 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256".split(" "),
      "-subj",
      "/CN=test authority",
      "-keyout",
      "ca.key",
      "-out",
      "ca.crt",
    ]);
  }

  get ca(): string {
    return join(this.folder, "ca.crt");
  }

  /** Makes `<name>.crt` and `<name>.key` for these addresses and names. */
  issue(name: string, addresses: readonly string[]): { cert: string; key: string } {
    writeFileSync(
      join(this.folder, "names"),
      `subjectAltName=${addresses.map((one) => `${isIP(one) === 0 ? "DNS" : "IP"}:${one}`).join(",")}\n`,
    );
    this.#openssl([
      ..."req -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256".split(" "),
      "-subj",
      `/CN=${name}`,
      "-keyout",
      `${name}.key`,
      "-out",
      "request",
    ]);
    this.#openssl([
      ..."x509 -req -days 2 -CA ca.crt -CAkey ca.key -CAcreateserial -extfile names -in request".split(" "),
      "-out",
      `${name}.crt`,
    ]);
    return { cert: join(this.folder, `${name}.crt`), key: join(this.folder, `${name}.key`) };
  }

  #openssl(words: readonly string[]): void {
    const done = Bun.spawnSync(["openssl", ...words], { cwd: this.folder, stdout: "ignore", stderr: "pipe" });
    if (done.exitCode !== 0) throw new Error(`openssl ${words[0]}: ${done.stderr.toString()}`);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
