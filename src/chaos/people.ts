/**
 * The simulated people of one run. Each has a home replica, writes to the next person, reads both
 * conversations at other replicas, deletes a message now and then, and receives everything through
 * a subscription. They use only the public calls and record every answer (history.ts).
 */
import { ReadMode } from "../../proto/gen/lastword/v1/ReadMode.ts";
import { ChatClient, type CallResult } from "../client/chat-client.ts";
import type { ChatSendStream, SendOutcome } from "../client/send-stream.ts";
import type { ChatSubscription } from "../client/subscription.ts";
import { pause, until } from "../host/wait.ts";
import type { RunClock } from "./run-clock.ts";
import { seqOf, type Read, type ReplicaContent, type Send, type Shown, type Stream } from "./history.ts";

/** Pause between two messages of one person, so that the load does not starve the replicas. */
const BREATH_MS = 18;
/** Messages that a person with a SendStream sends at a time. */
const ROUND_ITEMS = 8;
/** How long a message is tried at all replicas before its outcome counts as unknown. */
const SEND_DEADLINE_MS = 20_000;
const ATTEMPT_MS = 1_500;
const READ_EVERY_MS = 1_000;
const READ_DEADLINE_MS = 4_000;
const READ_LIMIT = 50;
const DELETE_EVERY_ROUNDS = 60;
const PAGE = 200;
/** Bounds the memory for recorded sends. A longer run stops writing at this number. */
const SENDS_MAX = 2_000_000;
const STREAMS_TIMEOUT_MS = 30_000;
const STREAMS_QUIET_MS = 1_000;

/** How a person writes: at any replica that answers, through a SendStream, or at the home replica only. */
const HABITS = ["roaming", "stream", "faithful"] as const;

interface Person {
  readonly index: number;
  readonly name: string;
  readonly password: string;
  readonly userId: string;
  /** Prefers the home replica. */
  readonly writer: ChatClient;
  /** Prefers another replica. */
  readonly reader: ChatClient;
  readonly listener: ChatClient;
  readonly sending: ChatSendStream | null;
  subscription: ChatSubscription | null;
  readonly stream: Stream;
  /** Ids of the messages that the subscription has delivered. */
  readonly came: Set<string>;
  count: number;
  cursor: string;
  lastAcknowledged: Send | null;
}

export interface PeopleCounts {
  acknowledged: number;
  refused: number;
  unknown: number;
  deletions: number;
  /** Reads that no replica answered in time. */
  readsUnanswered: number;
  streamMoves: number;
  streamResets: number;
}

/** All people of one run. */
export class People {
  readonly sends: Send[] = [];
  readonly reads: Read[] = [];
  readonly counts: PeopleCounts = {
    acknowledged: 0,
    refused: 0,
    unknown: 0,
    deletions: 0,
    readsUnanswered: 0,
    streamMoves: 0,
    streamResets: 0,
  };
  readonly #people: Person[] = [];
  readonly #addresses: readonly string[];
  readonly #clock: RunClock;
  readonly #stopping = new AbortController();
  #running: Promise<void>[] = [];

  private constructor(addresses: readonly string[], clock: RunClock) {
    this.#addresses = addresses;
    this.#clock = clock;
  }

  /** Registers `count` people. Returns the sentence of the refusal if one of them could not register. */
  static async gather(options: {
    addresses: readonly string[];
    count: number;
    clock: RunClock;
  }): Promise<People | string> {
    const people = new People(options.addresses, options.clock);
    const tag = crypto.randomUUID().slice(0, 8);
    for (let index = 0; index < options.count; index++) {
      const refusal = await people.#add(index, `chaos-${tag}-${index}`);
      if (refusal !== null) {
        people.close();
        return refusal;
      }
    }
    return people;
  }

  get streams(): Stream[] {
    return this.#people.map(({ stream }) => stream);
  }

  /** Number of people. */
  get size(): number {
    return this.#people.length;
  }

  /** The token of one person, for calls that need some login. */
  get token(): string {
    return this.#people[0]?.writer.token ?? "";
  }

  async #add(index: number, name: string): Promise<string | null> {
    const password = crypto.randomUUID();
    // Each replica gets one person of each habit. A faithful person waits for the home replica whatever happens,
    // so each side of a cut has a writer, and outcomes stay unknown while a replica is gone.
    const habit = HABITS[Math.floor(index / this.#addresses.length) % HABITS.length]!;
    const writer = habit === "faithful" ? this.#homebody(index) : this.#client(index);
    const registered = await writer.register(name, password);
    if (!registered.ok) {
      writer.close();
      return registered.sentence;
    }
    const { token, user } = registered.value;
    const person: Person = {
      index,
      name,
      password,
      userId: user!.id,
      writer,
      reader: this.#client(index + 1, token),
      listener: this.#client(index + 2, token),
      sending: habit === "stream" ? writer.sendStream({ deadlineMs: SEND_DEADLINE_MS }) : null,
      subscription: null,
      stream: { person: index, events: [] },
      came: new Set(),
      count: 0,
      cursor: "",
      lastAcknowledged: null,
    };
    this.#people.push(person);
    return null;
  }

  #homebody(home: number): ChatClient {
    const address = this.#addresses[home % this.#addresses.length]!;
    return new ChatClient({ addresses: [address], attemptMs: ATTEMPT_MS, ownConnections: true });
  }

  #client(first: number, token?: string): ChatClient {
    const at = first % this.#addresses.length;
    return new ChatClient({
      addresses: [...this.#addresses.slice(at), ...this.#addresses.slice(0, at)],
      attemptMs: ATTEMPT_MS,
      ownConnections: true,
      ...(token === undefined ? {} : { token }),
    });
  }

  /** Opens the subscriptions, before anybody writes. Resolves to true when all of them are open. */
  listen(): Promise<boolean> {
    for (const person of this.#people) this.#subscribe(person);
    return until(() => this.#people.every(({ stream }) => stream.events.length > 0), STREAMS_TIMEOUT_MS);
  }

  #subscribe(person: Person): void {
    const { events } = person.stream;
    const authors = new Map(this.#people.map(({ userId, index }) => [userId, index]));
    person.subscription = person.listener.subscribe({
      onEvent: ({ cursor, ready, reset, message }) => {
        const seq = seqOf(cursor);
        if (reset !== undefined && reset !== null) {
          this.counts.streamResets += 1;
          events.push({ kind: "reset", seq });
        } else if (ready !== undefined && ready !== null) {
          if (events.length > 0) this.counts.streamMoves += 1;
          events.push({ kind: "ready", seq });
        } else if (message !== undefined && message !== null) {
          const author = authors.get(message.authorId);
          if (author === undefined) return;
          person.came.add(message.id);
          events.push({ kind: "message", seq, id: message.id, author });
        }
      },
    });
  }

  start(): void {
    this.#running = this.#people.flatMap((person) => [this.#write(person), this.#readOther(person)]);
  }

  /** Stops writing. Resolves when every message has its outcome. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running);
  }

  /**
   * Waits until the streams have brought every acknowledged message and are quiet. A stream that
   * had a reset may lack messages, which its client has to read, so it only has to be quiet.
   */
  async caughtUp(signal: AbortSignal): Promise<boolean> {
    const due = this.sends.filter(({ ending, deletion }) => ending === "acknowledged" && deletion === null);
    const missing = (): boolean =>
      this.#people.some(({ index, came, stream }) => {
        if (stream.events.some(({ kind }) => kind === "reset")) return false;
        const before = (index + this.size - 1) % this.size;
        return due.some(({ id, author }) => (author === index || author === before) && !came.has(id));
      });
    const events = (): number => this.#people.reduce((sum, { stream }) => sum + stream.events.length, 0);
    let last = events();
    let since = performance.now();
    return until(
      () => {
        const now = events();
        if (now !== last) since = performance.now();
        last = now;
        return signal.aborted || (performance.now() - since >= STREAMS_QUIET_MS && !missing());
      },
      STREAMS_TIMEOUT_MS,
      250,
    );
  }

  close(): void {
    for (const { writer, reader, listener } of this.#people) {
      for (const client of [writer, reader, listener]) client.close();
    }
  }

  /**
   * Deletes the accounts with their messages, because on a user's own cluster nobody wants to see these
   * people. Returns how many could not be deleted.
   */
  async leave(): Promise<number> {
    const kept = await this.#deleteAccounts(this.#people);
    // On a cluster without other people, one of these is the owner, and can be deleted only after all the others.
    return (await this.#deleteAccounts(kept)).length;
  }

  /** Returns those whose accounts could not be deleted. */
  async #deleteAccounts(people: readonly Person[]): Promise<readonly Person[]> {
    const kept: Person[] = [];
    // One after another, because each deletion checks a password, and a replica checks few of them at a time.
    for (const person of people) {
      const { writer, password } = person;
      const ended = await writer.call("DeleteAccount", {
        password,
        deleteMessages: true,
        clientId: crypto.randomUUID(),
      });
      if (!ended.ok) kept.push(person);
    }
    return kept;
  }

  async #write(person: Person): Promise<void> {
    let readDue = performance.now() + READ_EVERY_MS;
    for (let round = 1; !this.#stopping.signal.aborted && this.sends.length < SENDS_MAX; round++) {
      if (person.sending === null) await this.#send(person);
      else await Promise.all(Array.from({ length: ROUND_ITEMS }, () => this.#send(person)));
      if (round % DELETE_EVERY_ROUNDS === 0) await this.#delete(person);
      if (performance.now() >= readDue) {
        readDue = performance.now() + READ_EVERY_MS;
        await this.#readOwn(person);
      }
      await pause(person.sending === null ? BREATH_MS : BREATH_MS * ROUND_ITEMS, this.#stopping.signal);
    }
  }

  async #send(person: Person): Promise<void> {
    const clientId = Bun.randomUUIDv7();
    const message = {
      to: this.#people[(person.index + 1) % this.size]!.name,
      body: `${person.name} ${person.count++}`,
      clientId,
    };
    const startedAt = this.#clock.now();
    const result =
      person.sending === null
        ? await person.writer.send(message, { deadlineMs: SEND_DEADLINE_MS })
        : await person.sending.send(message);
    const send: Send = {
      id: `${person.userId}-${clientId}`,
      author: person.index,
      body: message.body,
      startedAt,
      endedAt: this.#clock.now(),
      ...endingOf(result),
      deletion: null,
    };
    this.sends.push(send);
    this.counts[send.ending] += 1;
    if (!result.ok) return;
    person.cursor = result.value.cursor ?? "";
    person.lastAcknowledged = send;
  }

  async #delete(person: Person): Promise<void> {
    const send = person.lastAcknowledged;
    if (send === null || send.deletion !== null) return;
    // The deletion may take effect before its answer, so from now on readers must accept both.
    send.deletion = "unknown";
    const request = { messageIds: [send.id], clientId: crypto.randomUUID() };
    const result = await person.writer.call("DeleteMessages", request, { deadlineMs: SEND_DEADLINE_MS });
    send.deletion = endingOf(result).ending;
    if (result.ok) this.counts.deletions += 1;
  }

  async #readOwn(person: Person): Promise<void> {
    if (person.cursor === "") return;
    const { index, cursor, reader } = person;
    await this.#read({ author: index, kind: "own" }, () =>
      reader.call(
        "GetMessages",
        { with: this.#people[(index + 1) % this.size]!.name, limit: READ_LIMIT },
        { deadlineMs: READ_DEADLINE_MS, cursor },
      ),
    );
  }

  async #readOther({ index, reader }: Person): Promise<void> {
    const author = (index + this.size - 1) % this.size;
    const withName = this.#people[author]!.name;
    while (!this.#stopping.signal.aborted) {
      await pause(READ_EVERY_MS, this.#stopping.signal);
      await this.#read({ author, kind: "latest" }, () =>
        reader.call(
          "GetMessages",
          { with: withName, limit: READ_LIMIT, read: ReadMode.READ_MODE_LATEST },
          { deadlineMs: READ_DEADLINE_MS },
        ),
      );
    }
  }

  async #read(
    what: Pick<Read, "author" | "kind">,
    ask: () => Promise<CallResult<{ messages: readonly { id: string }[] }>>,
  ): Promise<void> {
    const startedAt = this.#clock.now();
    const page = await ask();
    if (!page.ok) {
      this.counts.readsUnanswered += 1;
      return;
    }
    const found = page.value.messages.map(({ id }) => id);
    const full = found.length === READ_LIMIT;
    this.reads.push({ ...what, address: page.address, startedAt, endedAt: this.#clock.now(), found, full });
  }

  /** Everything that one replica shows, as read by the authors; or a sentence that says why it could not be read. */
  async contentAt(replica: number, address: string): Promise<ReplicaContent | string> {
    const conversations: Shown[][] = [];
    for (const { index, writer } of this.#people) {
      const other = this.#people[(index + 1) % this.size]!;
      const shown = await readAll({ address, token: writer.token ?? "", withName: other.name });
      if (typeof shown === "string") return `replica ${replica} could not be read: ${shown}`;
      conversations.push(shown);
    }
    return { replica, conversations };
  }
}

function endingOf(result: CallResult<{ cursor?: string }> | SendOutcome): Pick<Send, "ending" | "seq" | "by"> {
  if (!result.ok) return { ending: result.outcome === "unknown" ? "unknown" : "refused", seq: 0, by: "" };
  return { ending: "acknowledged", seq: seqOf(result.value.cursor ?? ""), by: result.address };
}

/** Reads one whole conversation, from its newest page to its oldest; a string is the code of a failure. */
async function readAll(at: { address: string; token: string; withName: string }): Promise<Shown[] | string> {
  const reader = new ChatClient({ addresses: [at.address], token: at.token });
  const pages: Shown[][] = [];
  try {
    for (let before = ""; ;) {
      const page = await reader.call("GetMessages", { with: at.withName, before, limit: PAGE });
      if (!page.ok) return page.code;
      const { messages } = page.value;
      pages.push(messages.map(({ id, body, deleted }) => ({ id, body, deleted })));
      if (messages.length < PAGE) return pages.toReversed().flat();
      before = messages[0]!.id;
    }
  } finally {
    reader.close();
  }
}
