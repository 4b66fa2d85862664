/**
 * The people of `lastword chaos`: each is connected to one replica by preference, writes
 * to the next one as fast as it gets answers, and remembers what was promised. Afterwards
 * every replica is asked for everything, by calls that any client could make.
 */
import { ChatClient } from "./chat-client.ts";
import { pause } from "./command-deps.ts";

/** Breath between two messages of one writer, so that the load does not starve what it tests. */
const BREATH_MS = 4;
/** A message is tried at all replicas for this long before its outcome is called unknown. */
const SEND_DEADLINE_MS = 20_000;
const ATTEMPT_MS = 1_500;
const PAGE = 200;
/** Memory for what was promised; a long run stops writing here. */
export const ACKNOWLEDGED_MAX = 2_000_000;

/** One message as its writer saw it end. */
interface Sent {
  readonly body: string;
  readonly clientId: string;
  /** Null: unknown, once or never. */
  id: string | null;
}

interface Writer {
  readonly name: string;
  readonly client: ChatClient;
  readonly to: string;
  conversationId: string | null;
  readonly sent: Sent[];
}

export interface LoadCounts {
  acknowledged: number;
  refused: number;
  unknown: number;
  /** Longest time, ms, in which nobody got an acknowledgement. */
  longestGapMs: number;
}

/** Writers spread over the replicas. */
export class ChaosLoad {
  readonly counts: LoadCounts = { acknowledged: 0, refused: 0, unknown: 0, longestGapMs: 0 };
  readonly #writers: Writer[];
  #stopping = false;
  #lastAckAt = 0;
  #running: Promise<void>[] = [];

  private constructor(writers: Writer[]) {
    this.#writers = writers;
  }

  /** Registers the writers; answers null if one could not. */
  static async create(addresses: readonly string[], writers: number): Promise<ChaosLoad | null> {
    const tag = crypto.randomUUID().slice(0, 8);
    const nameOf = (i: number): string => `chaos-${tag}-${i % writers}`;
    const made: Writer[] = [];
    for (let i = 0; i < writers; i++) {
      const first = i % addresses.length;
      const client = new ChatClient({
        addresses: [...addresses.slice(first), ...addresses.slice(0, first)],
        attemptMs: ATTEMPT_MS,
        ownConnections: true,
      });
      const registered = await client.register(nameOf(i), crypto.randomUUID());
      if (!registered.ok) return null;
      made.push({ name: nameOf(i), client, to: nameOf(i + 1), conversationId: null, sent: [] });
    }
    return new ChaosLoad(made);
  }

  start(): void {
    this.#lastAckAt = performance.now();
    this.#running = this.#writers.map((writer) => this.#write(writer));
  }

  /** Stops writing; resolves when every message has its outcome. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#running);
    this.#gap();
  }

  close(): void {
    for (const { client } of this.#writers) client.close();
  }

  /** Reads every conversation back at one replica; answers what is wrong, in sentences. */
  async check(address: string): Promise<string[]> {
    const wrong: string[] = [];
    for (const writer of this.#writers) wrong.push(...(await checkWriter(writer, address)));
    return wrong;
  }

  async #write(writer: Writer): Promise<void> {
    for (let n = 0; !this.#stopping && this.counts.acknowledged < ACKNOWLEDGED_MAX; n++) {
      const message: Sent = { body: `${writer.name} ${n}`, clientId: Bun.randomUUIDv7(), id: null };
      const result = await writer.client.send(
        { to: writer.to, body: message.body, clientId: message.clientId },
        { deadlineMs: SEND_DEADLINE_MS },
      );
      if (result.ok) {
        message.id = result.value.message?.id ?? null;
        writer.conversationId ??= result.value.message?.conversationId ?? null;
        writer.sent.push(message);
        this.counts.acknowledged += 1;
        this.#gap();
      } else if (result.outcome === "unknown") {
        writer.sent.push(message);
        this.counts.unknown += 1;
      } else {
        this.counts.refused += 1;
      }
      await pause(BREATH_MS);
    }
  }

  #gap(): void {
    const now = performance.now();
    this.counts.longestGapMs = Math.max(this.counts.longestGapMs, Math.round(now - this.#lastAckAt));
    this.#lastAckAt = now;
  }
}

/** The writer's own messages in order, as one replica has them; or why they could not be read. */
async function readBack(writer: Writer, address: string): Promise<{ id: string; body: string }[] | string> {
  const { token } = writer.client;
  const reader = new ChatClient({ addresses: [address], ...(token === null ? {} : { token }) });
  const own: { id: string; body: string }[] = [];
  try {
    for (let before = ""; ;) {
      const page = await reader.call("GetMessages", {
        conversationId: writer.conversationId ?? "",
        before,
        limit: PAGE,
      });
      if (!page.ok) return `${address} could not be read: ${page.code}`;
      const { messages } = page.value;
      const mine = messages.filter(({ body }) => body.startsWith(`${writer.name} `));
      own.unshift(...mine.map(({ id, body }) => ({ id, body })));
      if (messages.length < PAGE) return own;
      before = messages[0]!.id;
    }
  } finally {
    reader.close();
  }
}

async function checkWriter(writer: Writer, address: string): Promise<string[]> {
  if (writer.conversationId === null) return [];
  const found = await readBack(writer, address);
  return typeof found === "string" ? [found] : compareSent(writer.sent, found, address);
}

/** Every acknowledged message exactly once under its id, unknown ones at most once, nothing else, in the writer's order. */
export function compareSent(
  sent: readonly Sent[],
  found: readonly { readonly id: string; readonly body: string }[],
  address: string,
): string[] {
  const wrong: string[] = [];
  const times = new Map<string, number>();
  const places = new Map<string, number>();
  for (const [place, { id, body }] of found.entries()) {
    times.set(body, (times.get(body) ?? 0) + 1);
    places.set(id, place);
  }
  let lastPlace = -1;
  for (const { body, id } of sent) {
    const count = times.get(body) ?? 0;
    times.delete(body);
    if (count > 1) wrong.push(`${address} has "${body}" ${count} times`);
    if (id === null) continue;
    const place = places.get(id);
    if (count === 0 || place === undefined) {
      wrong.push(`${address} lacks the acknowledged "${body}"`);
      continue;
    }
    if (place < lastPlace) wrong.push(`${address} has "${body}" before a message that was acknowledged earlier`);
    lastPlace = place;
  }
  for (const body of times.keys()) wrong.push(`${address} has "${body}", which was refused or never sent`);
  return wrong;
}
