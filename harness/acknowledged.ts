/**
 * Records acknowledged messages, so that a test can check that none of them is lost: one person
 * writes to another through the replicas that the test names.
 */
import { ChatClient } from "../src/client/chat-client.ts";
import type { Cluster } from "./cluster.ts";

/** A person who writes, and the messages that were acknowledged to her. */
export class AcknowledgedWriter {
  readonly name: string;
  readonly to: string;
  readonly acknowledged: {
    readonly id: string;
    readonly body: string;
    readonly cursor: string;
    readonly at: number;
  }[] = [];
  readonly unknown: string[] = [];
  readonly #cluster: Cluster;
  readonly #client: ChatClient;
  /** Part of every body, so that no two bodies are equal. */
  readonly #tag = crypto.randomUUID().slice(0, 8);
  #n = 0;
  #conversationId = "";

  private constructor(cluster: Cluster, client: ChatClient, names: { name: string; to: string }) {
    this.#cluster = cluster;
    this.#client = client;
    this.name = names.name;
    this.to = names.to;
  }

  /** Registers the writer and the reader through these replicas, the preferred one first. */
  static async create(cluster: Cluster, replicas: readonly number[] = cluster.ids): Promise<AcknowledgedWriter> {
    const tag = crypto.randomUUID().slice(0, 8);
    const client = new ChatClient({ addresses: replicas.map((id) => cluster.grpc(id)), ownConnections: true });
    const names = { name: `writer-${tag}`, to: `reader-${tag}` };
    for (const name of [names.to, names.name]) {
      const made = await client.register(name, "a long password");
      if (!made.ok) throw new Error(`${name} could not register: ${made.code}`);
    }
    return new AcknowledgedWriter(cluster, client, names);
  }

  /** The same person at other replicas. */
  at(replicas: readonly number[]): AcknowledgedWriter {
    const token = this.#client.token ?? "";
    const addresses = replicas.map((id) => this.#cluster.grpc(id));
    const other = new AcknowledgedWriter(
      this.#cluster,
      new ChatClient({ addresses, token, ownConnections: true }),
      this,
    );
    other.#conversationId = this.#conversationId;
    return other;
  }

  /** Sends one message; true if it was acknowledged. */
  async send(deadlineMs = 10_000): Promise<boolean> {
    const body = `${this.#tag} ${this.#n++}`;
    const result = await this.#client.send({ to: this.to, body }, { deadlineMs });
    if (!result.ok) {
      if (result.outcome === "unknown") this.unknown.push(body);
      return false;
    }
    const { cursor, message } = result.value;
    this.#conversationId ||= message?.conversationId ?? "";
    this.acknowledged.push({ id: message?.id ?? "", body, cursor, at: performance.now() });
    return true;
  }

  /** Sends one message after another until `enough` returns true. */
  async sendUntil(enough: () => boolean, deadlineMs = 20_000): Promise<void> {
    while (!enough()) await this.send(deadlineMs);
  }

  /** The bodies of this conversation at a replica, oldest first. */
  async readAt(replica: number): Promise<string[]> {
    const token = this.#client.token ?? "";
    const reader = new ChatClient({ addresses: [this.#cluster.grpc(replica)], token });
    const bodies: string[] = [];
    try {
      for (let before = ""; ;) {
        const page = await reader.call("GetMessages", { conversationId: this.#conversationId, before, limit: 200 });
        if (!page.ok) throw new Error(`replica ${replica} does not show the conversation: ${page.code}`);
        bodies.unshift(...page.value.messages.map((message) => message.body));
        if (page.value.messages.length < 200) return bodies;
        before = page.value.messages[0]!.id;
      }
    } finally {
      reader.close();
    }
  }

  close(): void {
    this.#client.close();
  }
}

/** Complaints about a replica's copy: acknowledged messages that are missing, and messages that are there twice. */
export function wrongWith(bodies: readonly string[], writers: readonly AcknowledgedWriter[]): string[] {
  const counts = new Map<string, number>();
  for (const body of bodies) counts.set(body, (counts.get(body) ?? 0) + 1);
  const doubled = [...counts].filter(([, count]) => count > 1).map(([body, count]) => `${body}: ${count} times`);
  const acknowledged = writers.flatMap((writer) => writer.acknowledged.map(({ body }) => body));
  return [...doubled, ...acknowledged.filter((body) => !counts.has(body)).map((body) => `${body}: lost`)];
}
