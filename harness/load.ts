/**
 * Writers that write without pause while a test kills replicas. Each writer has a home replica and
 * continues at the next one when that fails. The load records what was acknowledged, when, and by
 * which replica. The rate is offered, not reached: messages fall due by the clock, so writers also
 * write to a cluster that does not answer, until very many messages wait for an answer.
 */
import type { SendResult } from "../src/client/send-stream.ts";
import { ChatClient } from "../src/client/chat-client.ts";
import type { ChatSendStream } from "../src/client/send-stream.ts";
import { waitFor } from "./cluster.ts";

/** How one message ended for its writer. */
export interface Sent {
  readonly writer: number;
  readonly body: string;
  readonly clientId: string;
  /** Monotonic ms. */
  readonly startedAt: number;
  endedAt: number;
  outcome: "pending" | "acknowledged" | "unknown" | "refused";
  /** Set once it is acknowledged, like cursor and seq. */
  messageId: string;
  cursor: string;
  seq: number;
  /** Address of the replica that acknowledged it; for a failure, its code. */
  by: string;
}

/** One writer. */
export interface Writer {
  readonly index: number;
  readonly name: string;
  readonly token: string;
  readonly userId: string;
  /** Index of the writer it writes to. */
  readonly to: number;
  /** The replica that it uses while that one lives. */
  readonly home: number;
  client: ChatClient;
  stream: ChatSendStream;
  count: number;
  underWay: number;
}

/** How a {@link Load} is made. */
export interface LoadOptions {
  /** host:port by replica id. The writers get these replicas as homes in turn. */
  readonly addresses: readonly string[];
  /** Default 1. */
  readonly writersPerReplica?: number;
  /**
   * Messages a second of all writers together, default 300. With a very high rate they write as fast as answers come.
   */
  readonly rate?: number;
  /** Length of each body in bytes; by default as short as possible. */
  readonly bodyBytes?: number;
  /** Time limit of a message with all its attempts, default 60 s. */
  readonly deadlineMs?: number;
  /** True if writers use only their home replica; default false. */
  readonly faithful?: boolean;
}

const TICK_MS = 10;
/**
 * Maximum number of messages under way; while it is reached, no message falls due. Each writer has a part of it, so
 * that writers whose replica is cut off do not keep the others from writing.
 */
const UNDER_WAY_MAX = 600;
const REGISTER_ATTEMPTS = 3;
/** The password of every writer. */
export const LOAD_PASSWORD = "a password for load";
/** How long it may take until enough is acknowledged. Generous, because other tests may keep both cores busy. */
const FLOWS_MS = 120_000;

/** All writers of one test. */
export class Load {
  readonly sent: Sent[] = [];
  readonly writers: Writer[] = [];
  readonly #options: Required<LoadOptions>;
  #rate: number;
  readonly #waiting = new Set<Promise<void>>();
  readonly #retired: ChatClient[] = [];
  #timer: ReturnType<typeof setInterval> | null = null;
  #startedAt = 0;
  #due = 0;
  #next = 0;
  /** Homes whose writers do not write at the moment. */
  readonly #idleHomes = new Set<number>();

  private constructor(options: LoadOptions) {
    this.#options = {
      writersPerReplica: 1,
      rate: 300,
      bodyBytes: 0,
      deadlineMs: 60_000,
      faithful: false,
      ...options,
    };
    this.#rate = this.#options.rate;
  }

  /** Registers the writers at the replicas that run; nothing is written yet. */
  static async create(options: LoadOptions): Promise<Load> {
    const load = new Load(options);
    const count = options.addresses.length * load.#options.writersPerReplica;
    const tag = crypto.randomUUID().slice(0, 6);
    const registered = Array.from({ length: count }, (_, i) => load.#register(i, `w-${tag}-${i}`, (i + 1) % count));
    load.writers.push(...(await Promise.all(registered)));
    return load;
  }

  async #register(index: number, name: string, to: number): Promise<Writer> {
    const home = index % this.#options.addresses.length;
    const client = new ChatClient({ addresses: this.#rotated(home, false), ownConnections: true, deadlineMs: 30_000 });
    const clientId = crypto.randomUUID();
    for (let attempt = 1; ; attempt++) {
      // The same client id each time, because an attempt without an answer may have made the account.
      const registered = await client.call("Register", { name, password: LOAD_PASSWORD, clientId });
      if (registered.ok) {
        const { token, user } = registered.value;
        client.close();
        return { index, name, token, userId: user!.id, to, home, count: 0, underWay: 0, ...this.#connect(home, token) };
      }
      if (attempt === REGISTER_ATTEMPTS) throw new Error(`${name} could not register: ${registered.sentence}`);
    }
  }

  #rotated(home: number, faithful = this.#options.faithful): string[] {
    const { addresses } = this.#options;
    return faithful ? [addresses[home]!] : [...addresses.slice(home), ...addresses.slice(0, home)];
  }

  #connect(home: number, token: string): { client: ChatClient; stream: ChatSendStream } {
    const { deadlineMs } = this.#options;
    const client = new ChatClient({ addresses: this.#rotated(home), token, deadlineMs, ownConnections: true });
    return { client, stream: client.sendStream() };
  }

  /** Sends all writers back to their home replicas. Messages under way end where they are. */
  goHome(): void {
    for (const writer of this.writers) {
      this.#retired.push(writer.client);
      Object.assign(writer, this.#connect(writer.home, writer.token));
    }
  }

  /** Lets the writers of these homes stop writing, or continue. */
  idle(homes: readonly number[], how: "stop" | "goOn" = "stop"): void {
    for (const home of homes) {
      if (how === "stop") this.#idleHomes.add(home);
      else this.#idleHomes.delete(home);
    }
  }

  /** Changes the rate from now on. */
  setRate(rate: number): void {
    this.#rate = rate;
    this.#startedAt = performance.now();
    this.#due = 0;
  }

  start(): void {
    this.#startedAt = performance.now();
    this.#due = 0;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  #tick(): void {
    const due = ((performance.now() - this.#startedAt) / 1000) * this.#rate;
    for (; this.#due < due; this.#due++) {
      if (this.#waiting.size >= UNDER_WAY_MAX) {
        // Stop the clock of the load meanwhile, so that no flood of due messages follows.
        this.#startedAt += ((due - this.#due) / this.#rate) * 1000;
        return;
      }
      const writer = this.writers[this.#next++ % this.writers.length]!;
      const isFull = writer.underWay >= UNDER_WAY_MAX / this.writers.length;
      if (!isFull && !this.#idleHomes.has(writer.home)) this.#write(writer);
    }
  }

  /** Writes one message by this writer now, and waits for its outcome. */
  write(writer: Writer): Promise<Sent> {
    const sent = this.#write(writer);
    return waitFor(`"${sent.body}" to end`, () => (sent.outcome === "pending" ? null : sent), 60_000);
  }

  #write(writer: Writer): Sent {
    const sent: Sent = {
      writer: writer.index,
      body: `${writer.name} ${writer.count++} `.padEnd(this.#options.bodyBytes, "x").trimEnd(),
      clientId: crypto.randomUUID(),
      startedAt: performance.now(),
      endedAt: 0,
      outcome: "pending",
      messageId: "",
      cursor: "",
      seq: 0,
      by: "",
    };
    this.sent.push(sent);
    const to = this.writers[writer.to]!.name;
    const ending = writer.stream.send({ to, body: sent.body, clientId: sent.clientId }).then((result) => {
      this.#waiting.delete(ending);
      writer.underWay -= 1;
      sent.endedAt = performance.now();
      if (result.ok) acknowledge(sent, result.value, result.address);
      else {
        sent.outcome = result.outcome === "unknown" ? "unknown" : "refused";
        sent.by = result.code;
      }
    });
    this.#waiting.add(ending);
    writer.underWay += 1;
    return sent;
  }

  /** Messages written per second, over the time in which fewer than UNDER_WAY_MAX were under way. */
  offeredRate(): number {
    return (this.sent.length * 1000) / (performance.now() - this.#startedAt);
  }

  /** Acknowledged messages, in the order of their acknowledgements. */
  acknowledged(): Sent[] {
    return this.sent.filter((sent) => sent.outcome === "acknowledged").toSorted((a, b) => a.endedAt - b.endedAt);
  }

  /**
   * Number of acknowledged messages that were written at or after `since` (monotonic ms) and for which `fits` holds.
   */
  acknowledgedSince(since: number, fits: (sent: Sent) => boolean = () => true): number {
    let count = 0;
    for (let i = this.sent.length - 1; i >= 0; i--) {
      const sent = this.sent[i]!;
      if (sent.startedAt < since) break;
      if (sent.outcome === "acknowledged" && fits(sent)) count += 1;
    }
    return count;
  }

  /**
   * Waits until `count` messages are acknowledged that were written from now (or `since`) on and for which `fits`
   * holds.
   */
  async flows(
    what: string,
    options: { count?: number; timeoutMs?: number; fits?: (sent: Sent) => boolean; since?: number } = {},
  ): Promise<void> {
    const { count = 20, timeoutMs = FLOWS_MS, fits, since = performance.now() } = options;
    await waitFor(
      `${count} sends: ${what} (${this.counts()})`,
      () => this.acknowledgedSince(since, fits) >= count,
      timeoutMs,
    ).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}; now ${this.counts()}`, { cause: error });
    });
  }

  /** A test for messages that the replica at this address acknowledged. */
  by(address: string): (sent: Sent) => boolean {
    return (sent) => sent.by === address;
  }

  /** The home of the message's writer. */
  homeOf(sent: Sent): number {
    return this.writers[sent.writer]!.home;
  }

  counts(): string {
    const of = (outcome: Sent["outcome"]): number => this.sent.filter((sent) => sent.outcome === outcome).length;
    const codes = new Set(this.sent.filter((s) => s.outcome === "refused" || s.outcome === "unknown").map((s) => s.by));
    return `${of("acknowledged")} acknowledged, ${of("unknown")} unknown, ${of("refused")} refused (${[...codes].join()}), ${of("pending")} under way`;
  }

  /** Stops writing; resolves when every message has its outcome. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await Promise.all(this.#waiting);
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    for (const client of this.#retired) client.close();
    for (const { client } of this.writers) client.close();
  }
}

function acknowledge(sent: Sent, result: SendResult, address: string): void {
  sent.outcome = "acknowledged";
  sent.messageId = result.messageId ?? "";
  sent.cursor = result.cursor ?? "";
  sent.seq = result.seq ?? 0;
  sent.by = address;
}
