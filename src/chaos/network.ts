/**
 * Gives each replica a network of its own on one machine: namespaces on a bridge, whose links can
 * be cut silently, even in one direction only, and made slow or lossy. A cut is a rule at the
 * receiver that drops packets from one address, so no socket gets an error. Needs root on Linux
 * and `ip`. Everything that it creates has this process's id in its name.
 */
import { pause } from "../host/wait.ts";

/** Part of the block that RFC 2544 reserves for benchmarks between networks, and that nobody routes. */
const BLOCK = "198.19";
const NAME = /^lwchaos(\d+)-\d+$/;
/** Simulates a lossy link without netem: nothing passes for `lost`, everything for `passed`, repeatedly. */
const BURST_MS = { lost: 120, passed: 380 };
const NETEM = { lossy: ["loss", "20%"], slow: ["delay", "50ms", "10ms", "loss", "1%"] };
/** Simulates a slow link without netem: packets of the replica queue behind this rate. */
const TBF = ["rate", "400kbit", "burst", "8k", "latency", "300ms"];
/** By default the rule for own addresses has preference 0. It is moved here, so that a cut can come before it. */
const LOCAL_RULE_PREFERENCE = 100;
const CUT_PREFERENCE = 10;

async function run(words: readonly string[]): Promise<boolean> {
  try {
    const child = Bun.spawn([...words], { stdio: ["ignore", "ignore", "ignore"] });
    return (await child.exited) === 0;
  } catch {
    return false;
  }
}

async function all(commands: readonly (readonly string[])[]): Promise<boolean> {
  for (const words of commands) if (!(await run(words))) return false;
  return true;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Removes what earlier runs left behind because they were killed. */
async function sweep(): Promise<void> {
  const listed = Bun.spawn(["ip", "netns", "list"], { stdio: ["ignore", "pipe", "ignore"] });
  const names = (await new Response(listed.stdout).text()).split("\n").map((line) => line.split(" ")[0]!);
  const dead = new Set<string>();
  for (const name of names) {
    const pid = NAME.exec(name)?.[1];
    if (pid === undefined || exists(Number(pid))) continue;
    await run(["ip", "netns", "delete", name]);
    dead.add(pid);
  }
  for (const pid of dead) await run(["ip", "link", "delete", `lwc${pid}`]);
}

/** Says to a person why chaos cannot create networks here; null if it can. */
export function networkRefusal(): string | null {
  if (process.platform !== "linux") return "needs network namespaces, which only Linux has";
  if (process.getuid?.() !== 0) return "needs network namespaces, and so root";
  if (Bun.which("ip") === null) return "needs the program ip (iproute2)";
  return null;
}

/** The networks of one run, one for each replica; this machine is on the bridge between them. */
export class ChaosNetwork {
  readonly #ids: readonly number[];
  readonly #name: string;
  readonly #net: string;
  readonly #netem: boolean;
  readonly #cuts = new Set<string>();
  readonly #shaped = new Set<number>();
  /** Ends the bursts of a lossy link, and resolves when none is under way. */
  #endBursts: () => Promise<void> = async () => {};

  private constructor(ids: readonly number[], name: string, made: { net: string; netem: boolean }) {
    this.#ids = ids;
    this.#name = name;
    this.#net = made.net;
    this.#netem = made.netem;
  }

  /** Creates the networks. Null if the system refuses; then nothing is left behind. */
  static async open(ids: readonly number[]): Promise<ChaosNetwork | null> {
    if (networkRefusal() !== null) return null;
    await sweep();
    const name = String(process.pid);
    const net = `${BLOCK}.${(process.pid % 250) + 1}`;
    const bridge = `lwc${name}`;
    const network = new ChaosNetwork(ids, name, { net, netem: false });
    const made =
      (await all([
        ["ip", "link", "add", bridge, "type", "bridge"],
        ["ip", "address", "add", `${net}.1/24`, "dev", bridge],
        ["ip", "link", "set", bridge, "up"],
      ])) && (await network.#addReplicas(bridge));
    if (!made) {
      await network.close();
      return null;
    }
    const probe = ["dev", network.#outside(ids[0]!), "root"];
    const netem = await run(["tc", "qdisc", "add", ...probe, "netem", "delay", "0ms"]);
    if (netem) await run(["tc", "qdisc", "del", ...probe]);
    return new ChaosNetwork(ids, name, { net, netem });
  }

  async #addReplicas(bridge: string): Promise<boolean> {
    for (const id of this.#ids) {
      const [inside, outside] = [this.#namespace(id), this.#outside(id)];
      const made = await all([
        ["ip", "netns", "add", inside],
        ["ip", "link", "add", outside, "type", "veth", "peer", "name", "wire", "netns", inside],
        ["ip", "link", "set", outside, "master", bridge, "up"],
        ["ip", "-n", inside, "address", "add", `${this.host(id)}/24`, "dev", "wire"],
        ["ip", "-n", inside, "link", "set", "wire", "up"],
        ["ip", "-n", inside, "link", "set", "lo", "up"],
        ["ip", "-n", inside, "rule", "add", "preference", String(LOCAL_RULE_PREFERENCE), "lookup", "local"],
        ["ip", "-n", inside, "rule", "delete", "preference", "0"],
      ]);
      if (!made) return false;
    }
    return true;
  }

  #namespace(id: number): string {
    return `lwchaos${this.#name}-${id}`;
  }

  #outside(id: number): string {
    return `lwc${this.#name}v${id}`;
  }

  /** IPv4 address of replica `id`. */
  host(id: number): string {
    return `${this.#net}.${10 + id}`;
  }

  /** The command that runs a program in the network of replica `id`, under the same process id. */
  words(id: number, program: readonly string[]): string[] {
    return ["ip", "netns", "exec", this.#namespace(id), ...program];
  }

  /** How slow and lossy links are simulated here, for the report. */
  get means(): string {
    return this.#netem ? "netem" : "bursts of loss and a rate limit (no netem in this kernel)";
  }

  /** Drops everything that `from` sends to `to`, until `heal`. */
  async cut(from: number, to: number): Promise<void> {
    if (this.#cuts.has(`${from}>${to}`)) return;
    this.#cuts.add(`${from}>${to}`);
    const preference = String(CUT_PREFERENCE + from);
    const rule = ["rule", "add", "preference", preference, "from", this.host(from), "blackhole"];
    await run(["ip", "-n", this.#namespace(to), ...rule]);
  }

  async #mend(from: number, to: number): Promise<void> {
    if (!this.#cuts.delete(`${from}>${to}`)) return;
    await run(["ip", "-n", this.#namespace(to), "rule", "delete", "preference", String(CUT_PREFERENCE + from)]);
  }

  /** Cuts both directions between one replica and each of the others. */
  async cutOff(id: number): Promise<void> {
    await this.#around(id, (from, to) => this.cut(from, to));
  }

  async #around(id: number, change: (from: number, to: number) => Promise<void>): Promise<void> {
    const others = this.#ids.filter((other) => other !== id);
    await Promise.all(others.flatMap((other) => [change(id, other), change(other, id)]));
  }

  /** Makes all links of replica `id` lossy or slow, until `heal`. */
  async disturb(id: number, how: "lossy" | "slow"): Promise<void> {
    if (this.#netem || how === "slow") {
      this.#shaped.add(id);
      const shape = this.#netem ? ["netem", ...NETEM[how]] : ["tbf", ...TBF];
      await run(["ip", "netns", "exec", this.#namespace(id), "tc", "qdisc", "add", "dev", "wire", "root", ...shape]);
      await run(["tc", "qdisc", "add", "dev", this.#outside(id), "root", ...shape]);
      return;
    }
    const ending = new AbortController();
    const over = this.#burst(id, ending.signal);
    this.#endBursts = () => {
      ending.abort();
      return over;
    };
  }

  async #burst(id: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.cutOff(id);
      await pause(BURST_MS.lost, signal);
      await this.#around(id, (from, to) => this.#mend(from, to));
      await pause(BURST_MS.passed, signal);
    }
  }

  /** Restores all links. */
  async heal(): Promise<void> {
    await this.#endBursts();
    for (const id of this.#shaped) {
      await run(["ip", "netns", "exec", this.#namespace(id), "tc", "qdisc", "del", "dev", "wire", "root"]);
      await run(["tc", "qdisc", "del", "dev", this.#outside(id), "root"]);
    }
    this.#shaped.clear();
    await Promise.all(
      [...this.#cuts].map((cut) => {
        const [from, to] = cut.split(">").map(Number) as [number, number];
        return this.#mend(from, to);
      }),
    );
  }

  /** Removes everything. The kernel removes the veth pairs together with the namespaces. */
  async close(): Promise<void> {
    await this.#endBursts();
    for (const id of this.#ids) await run(["ip", "netns", "delete", this.#namespace(id)]);
    await run(["ip", "link", "delete", `lwc${this.#name}`]);
  }
}
