/** Three nodes of etcd with its defaults. A Put is answered when a majority has it on disk. */
import type { Connection, Target } from "../load.ts";
import { callHeaders } from "../../harness/http2-frames.ts";
import { GrpcSocket } from "../wires/grpc-socket.ts";
import { eventually, findProgram, NODES, Nodes } from "./nodes.ts";

const PROGRAM = "etcd";
const PUT_PATH = "/etcdserverpb.KV/Put";
const STATUS_TIMEOUT_MS = 1_000;
/** Entries that a restarted node may be behind the leader and still count as in step. */
const BEHIND_MAX = 5;

interface NodeStatus {
  readonly self: string;
  readonly leader: string;
  readonly index: number;
}

/** PutRequest { bytes key = 1; bytes value = 2; } */
function encodePut(key: string, value: string): Buffer {
  const field = (tag: number, text: string): Buffer => {
    const bytes = Buffer.from(text, "latin1");
    const size = bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7];
    return Buffer.concat([Buffer.from([tag, ...size]), bytes]);
  };
  return Buffer.concat([field(0x0a, key), field(0x12, value)]);
}

/** A running cluster. */
export class Etcd {
  readonly #nodes: Nodes;

  private constructor(nodes: Nodes) {
    this.#nodes = nodes;
  }

  /** The reason why etcd cannot be started here; null if it can. */
  static missing(): string | null {
    return findProgram(PROGRAM) === null ? "etcd is not installed: make bench-setup" : null;
  }

  static async start(): Promise<Etcd> {
    const nodes = await Nodes.create({
      program: findProgram(PROGRAM)!,
      portsPerNode: 2,
      words: (node, folder, ports) => {
        const [client, peer] = ports[node]!.map((port) => `http://127.0.0.1:${port}`);
        return [
          `--name=n${node}`,
          `--data-dir=${folder}/data`,
          `--listen-client-urls=${client}`,
          `--advertise-client-urls=${client}`,
          `--listen-peer-urls=${peer}`,
          `--initial-advertise-peer-urls=${peer}`,
          `--initial-cluster=${NODES.map((id) => `n${id}=http://127.0.0.1:${ports[id]![1]}`).join()}`,
          "--initial-cluster-state=new",
          "--logger=zap",
          "--log-level=error",
        ];
      },
    });
    const etcd = new Etcd(nodes);
    try {
      for (const node of NODES) nodes.start(node);
      await etcd.inStep();
      return etcd;
    } catch (error) {
      await etcd.stop();
      throw error;
    }
  }

  address(node: number): string {
    return `127.0.0.1:${this.#nodes.ports[node]![0]}`;
  }

  pid(node: number): number {
    return this.#nodes.pid(node);
  }

  async #status(node: number): Promise<NodeStatus | null> {
    const answer = await fetch(`http://${this.address(node)}/v3/maintenance/status`, {
      method: "POST",
      body: "{}",
      signal: AbortSignal.timeout(STATUS_TIMEOUT_MS),
    });
    if (!answer.ok) return null;
    const { header, leader, raftIndex } = (await answer.json()) as {
      header: { member_id: string };
      leader?: string;
      raftIndex?: string;
    };
    return leader === undefined || leader === "0" ? null : { self: header.member_id, leader, index: Number(raftIndex) };
  }

  /** The node that leads. */
  leader(): Promise<number> {
    return eventually("a leader of etcd", async () => {
      for (const node of NODES) {
        const status = await this.#status(node).catch(() => null);
        if (status !== null && status.leader === status.self) return node;
      }
      return null;
    });
  }

  /** Waits until all nodes agree on the leader and none is far behind. */
  async inStep(): Promise<void> {
    await eventually("etcd to be in step", async () => {
      const all = await Promise.all(NODES.map((node) => this.#status(node)));
      const indexes = all.map((status) => status?.index ?? -Infinity);
      const near = Math.max(...indexes) - Math.min(...indexes) <= BEHIND_MAX;
      return all.every((status) => status !== null && status.leader === all[0]!.leader) && near ? true : null;
    });
  }

  kill(node: number): Promise<void> {
    return this.#nodes.kill(node);
  }

  restart(node: number): void {
    this.#nodes.start(node);
  }

  /** A sender's connection for one Put at a time, each to a key of its own. */
  async connect(node: number): Promise<Connection> {
    const socket = await GrpcSocket.connect(this.address(node));
    const headers = callHeaders(this.address(node), PUT_PATH);
    return {
      send: (clientId, body) =>
        new Promise((resolve, reject) => {
          socket.unary(headers, encodePut(clientId, body), { onMessage: () => resolve(), onEnd: reject });
        }),
      close: () => socket.close(),
    };
  }

  target(senders: number, leader: number): Target {
    const order = [leader, ...NODES.filter((node) => node !== leader)];
    return {
      senders,
      connect: (index) => this.connect(order[index % order.length]!),
      pids: () => order.map((node) => this.pid(node)),
    };
  }

  stop(): Promise<void> {
    return this.#nodes.stop();
  }
}
