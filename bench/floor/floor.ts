/** Starts and ends the three processes of the bare pipeline. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { replicaEnvironment } from "../product.ts";
import { freePorts } from "../../harness/free-ports.ts";

export class Floor {
  readonly grpc: readonly string[];
  readonly #processes: Bun.Subprocess<"ignore", "pipe", "inherit">[] = [];
  readonly #ports: readonly number[];
  readonly #folder: string;

  private constructor(ports: readonly number[]) {
    this.#ports = ports;
    this.#folder = mkdtempSync(join(tmpdir(), "lastword-floor-"));
    this.grpc = ports.map((port) => `127.0.0.1:${port}`);
  }

  static async start(): Promise<Floor> {
    const floor = new Floor(await freePorts(3));
    // The leader starts first, because the others dial it only once.
    for (const id of [0, 1, 2]) await floor.#spawn(id);
    // The followers dial their streams to it when they are ready. The warm-up covers the rest.
    await Bun.sleep(300);
    return floor;
  }

  async #spawn(id: number): Promise<void> {
    const words = [String(id), join(this.#folder, String(id)), this.#ports.join()];
    const child = Bun.spawn([process.execPath, join(import.meta.dir, "floor-replica.ts"), ...words], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ...replicaEnvironment() },
    });
    this.#processes.push(child);
    const { value } = await child.stdout.getReader().read();
    if (value === undefined) throw new Error("a process of the bare pipeline did not start");
  }

  pids(): number[] {
    return this.#processes.map((child) => child.pid);
  }

  async stop(): Promise<void> {
    for (const child of this.#processes) child.kill("SIGKILL");
    await Promise.all(this.#processes.map((child) => child.exited));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
