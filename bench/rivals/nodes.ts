/** Runs three processes of another system on this host, with a folder and ports, and cleans up after them. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "../../harness/free-ports.ts";

export const NODES = [0, 1, 2] as const;
const POLL_MS = 20;

/** The program's path, or null if it is not installed. */
export function findProgram(name: string): string | null {
  return Bun.which(name) ?? [`/usr/sbin/${name}`, `/usr/bin/${name}`].find((path) => existsSync(path)) ?? null;
}

export interface Plan {
  readonly program: string;
  readonly portsPerNode: number;
  /** The arguments of one node, from its own folder and the ports of all nodes. */
  readonly words: (node: number, folder: string, ports: readonly (readonly number[])[]) => readonly string[];
}

/** The processes of the three nodes. */
export class Nodes {
  /** The ports of each node; the plan's `words` gives each of them a meaning by its index. */
  readonly ports: readonly (readonly number[])[];
  readonly #plan: Plan;
  readonly #folder: string;
  readonly #processes = new Map<number, Bun.Subprocess>();

  private constructor(plan: Plan, ports: number[]) {
    this.#plan = plan;
    // The folders of replicas are on the same file system.
    this.#folder = mkdtempSync(join(tmpdir(), "lastword-bench-"));
    this.ports = NODES.map((node) => ports.slice(node * plan.portsPerNode, (node + 1) * plan.portsPerNode));
  }

  static async create(plan: Plan): Promise<Nodes> {
    return new Nodes(plan, await freePorts(NODES.length * plan.portsPerNode));
  }

  start(node: number): void {
    const folder = join(this.#folder, String(node));
    mkdirSync(folder, { recursive: true });
    const words = this.#plan.words(node, folder, this.ports);
    const child = Bun.spawn([this.#plan.program, ...words], { cwd: folder, stdio: ["ignore", "ignore", "ignore"] });
    this.#processes.set(node, child);
  }

  pid(node: number): number {
    return this.#processes.get(node)!.pid;
  }

  /** Sends SIGKILL, and resolves when the process has ended. */
  async kill(node: number): Promise<void> {
    const child = this.#processes.get(node)!;
    child.kill("SIGKILL");
    await child.exited;
  }

  async stop(): Promise<void> {
    for (const child of this.#processes.values()) child.kill("SIGKILL");
    await Promise.all([...this.#processes.values()].map((child) => child.exited));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Asks until the answer is not null; a rejection counts as null. Throws after `timeoutMs`. */
export async function eventually<T>(what: string, ask: () => Promise<T | null>, timeoutMs = 60_000): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask().catch(() => null);
    if (answer !== null) return answer;
    if (performance.now() > end) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await Bun.sleep(POLL_MS);
  }
}
