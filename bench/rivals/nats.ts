/**
 * Three nodes of NATS with one JetStream stream of three replicas on disk. A publish is answered
 * when a majority has written it. Unlike the other systems here, NATS does not sync each write;
 * by default its server syncs every two minutes.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Connection, Target } from "../load.ts";
import { NatsSocket } from "../wires/nats-socket.ts";
import { eventually, findProgram, NODES, Nodes } from "./nodes.ts";

const PROGRAM = "nats-server";
const STREAM = "bench";
const SUBJECTS = "bench.*";
const ASK_TIMEOUT_MS = 2_000;
const START_TIMEOUT_MS = 30_000;

interface StreamInfo {
  readonly error?: { readonly description: string };
  readonly cluster?: {
    readonly leader?: string;
    readonly replicas?: readonly { readonly current: boolean; readonly offline?: boolean }[];
  };
}

function configOf(node: number, folder: string, ports: readonly (readonly number[])[]): string {
  const routes = NODES.filter((id) => id !== node).map((id) => `nats://127.0.0.1:${ports[id]![1]}`);
  return [
    `server_name: n${node}`,
    `listen: 127.0.0.1:${ports[node]![0]}`,
    `jetstream { store_dir: ${JSON.stringify(join(folder, "data"))} }`,
    `cluster { name: bench, listen: 127.0.0.1:${ports[node]![1]}, routes: ${JSON.stringify(routes)} }`,
  ].join("\n");
}

/** A running cluster with its stream. */
export class Nats {
  readonly #nodes: Nodes;

  private constructor(nodes: Nodes) {
    this.#nodes = nodes;
  }

  /** The reason why NATS cannot be started here; null if it can. */
  static missing(): string | null {
    return findProgram(PROGRAM) === null ? "nats-server is not installed: make bench-setup" : null;
  }

  static async start(): Promise<Nats> {
    const nodes = await Nodes.create({
      program: findProgram(PROGRAM)!,
      portsPerNode: 2,
      words: (node, folder, ports) => {
        const path = join(folder, "nats.conf");
        writeFileSync(path, configOf(node, folder, ports));
        return ["--config", path];
      },
    });
    const nats = new Nats(nodes);
    try {
      for (const node of NODES) nodes.start(node);
      const config = { name: STREAM, subjects: [SUBJECTS], num_replicas: 3, storage: "file", retention: "limits" };
      await eventually(
        "a stream of NATS",
        async () => {
          const made = await nats.#ask(0, `$JS.API.STREAM.CREATE.${STREAM}`, config);
          return made?.error === undefined && made !== null ? made : null;
        },
        START_TIMEOUT_MS,
      );
      await nats.inStep();
      return nats;
    } catch (error) {
      await nats.stop();
      throw error;
    }
  }

  address(node: number): string {
    return `127.0.0.1:${this.#nodes.ports[node]![0]}`;
  }

  pid(node: number): number {
    return this.#nodes.pid(node);
  }

  /** Asks the JetStream API through this node; null if there is no answer in time. */
  async #ask(node: number, subject: string, body: object = {}): Promise<StreamInfo | null> {
    const socket = await NatsSocket.connect(this.address(node));
    try {
      const text = await Promise.race([socket.request(subject, JSON.stringify(body)), Bun.sleep(ASK_TIMEOUT_MS)]);
      return text === undefined || text === "" ? null : (JSON.parse(text) as StreamInfo);
    } finally {
      socket.close();
    }
  }

  async #info(): Promise<StreamInfo | null> {
    for (const node of NODES) {
      const info = await this.#ask(node, `$JS.API.STREAM.INFO.${STREAM}`).catch(() => null);
      if (info !== null) return info;
    }
    return null;
  }

  /** The node that leads the stream. */
  leader(): Promise<number> {
    return eventually("a leader of the stream", async () => {
      const name = (await this.#info())?.cluster?.leader;
      return name === undefined ? null : Number(name.slice(1));
    });
  }

  /** Waits until the stream has a leader and both other nodes have all of it. */
  async inStep(): Promise<void> {
    await eventually("NATS to be in step", async () => {
      const replicas = (await this.#info())?.cluster?.replicas ?? [];
      return replicas.length === 2 && replicas.every(({ current, offline }) => current && offline !== true)
        ? true
        : null;
    });
  }

  kill(node: number): Promise<void> {
    return this.#nodes.kill(node);
  }

  restart(node: number): void {
    this.#nodes.start(node);
  }

  /** A sender's connection for one publish at a time, to `subject` of the stream. */
  async connect(node: number, subject = `${STREAM}.0`): Promise<Connection> {
    const socket = await NatsSocket.connect(this.address(node));
    return {
      send: async (_, body) => {
        const answer = await socket.request(subject, body);
        if (!answer.includes('"seq"')) throw new Error(answer === "" ? "no stream is served" : "refused");
      },
      close: () => socket.close(),
    };
  }

  target(senders: number, leader: number): Target {
    const order = [leader, ...NODES.filter((node) => node !== leader)];
    return {
      senders,
      connect: (index) => this.connect(order[index % order.length]!, `${STREAM}.${index % 50}`),
      pids: () => order.map((node) => this.pid(node)),
    };
  }

  stop(): Promise<void> {
    return this.#nodes.stop();
  }
}
