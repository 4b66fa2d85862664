/**
 * The streams of a load's writers, followed over whatever happens to the replicas: the event stream of a page, read as
 * a browser reads it, and the Subscribe stream of the client library. Each begins at a replica of its own and goes on
 * at the next one, after its cursor, when that replica is gone.
 */
import { directId, type UserId } from "../src/chat/ids.ts";
import { ChatClient } from "../src/client/chat-client.ts";
import { waitFor } from "./cluster.ts";
import { LOAD_PASSWORD, type Load, type Sent, type Writer } from "./load.ts";
import { WebPerson, type EventReader } from "./web-person.ts";

/** A stream moves in tens of ms; a busy machine may need longer. */
const COMPLETE_MS = 30_000;
/** Between two attempts to open a stream. */
const RETRY_MS = 50;

/** One stream of one person. */
interface Follower {
  /** For the one who reads about a failure. */
  readonly name: string;
  readonly writer: Writer;
  /** Of each message that came, in the order in which they came: what `keyOf` makes of it. */
  readonly seen: () => readonly string[];
  readonly keyOf: (sent: Sent) => string;
  /** How often it went on at another replica, and how often it was told of a gap. */
  readonly counts: { moves: number; resets: number };
  close(): void;
}

/** All streams of the writers. */
export class Followers {
  readonly #load: Load;
  readonly #all: readonly Follower[];

  private constructor(load: Load, all: readonly Follower[]) {
    this.#load = load;
    this.#all = all;
  }

  /** Each writer follows with a page at home and with a program at the next replica. Resolves once all streams are open. */
  static async of(load: Load, replicas: { readonly web: readonly string[]; readonly grpc: readonly string[] }) {
    const opened = load.writers.flatMap((writer) => [
      openPage(writer, load.writers[writer.to]!, replicas.web),
      openProgram(writer, replicas.grpc),
    ]);
    return new Followers(load, await Promise.all(opened));
  }

  /** Waits until each stream has all that was acknowledged to and from its person; says what it had twice, and its gaps. */
  async complaints(): Promise<string[]> {
    const complaints: string[] = [];
    for (const { name, writer, seen, keyOf, counts } of this.#all) {
      const mine = this.#load
        .acknowledged()
        .filter((sent) => sent.writer === writer.index || this.#load.writers[sent.writer]!.to === writer.index);
      const missing = (): Sent[] => {
        const has = new Set(seen());
        return mine.filter((sent) => !has.has(keyOf(sent)));
      };
      await waitFor(`${name} to have all`, () => missing().length === 0, COMPLETE_MS).catch(() => {
        complaints.push(`${name} lacks ${missing().length} of ${mine.length}, first "${missing()[0]?.body}"`);
      });
      const all = seen();
      const twice = all.length - new Set(all).size;
      if (twice > 0) complaints.push(`${name} had ${twice} twice`);
      if (counts.resets > 0) complaints.push(`${name} was told of ${counts.resets} gaps`);
    }
    return complaints;
  }

  /** Of the stream that moved least often. */
  movesMin(): number {
    return Math.min(...this.#all.map(({ counts }) => counts.moves));
  }

  close(): void {
    for (const follower of this.#all) follower.close();
  }
}

async function openProgram(writer: Writer, addresses: readonly string[]): Promise<Follower> {
  const home = (writer.home + 1) % addresses.length;
  const client = new ChatClient({
    addresses: [...addresses.slice(home), ...addresses.slice(0, home)],
    token: writer.token,
    ownConnections: true,
  });
  const opened = Promise.withResolvers<void>();
  const seen: string[] = [];
  const counts = { moves: -1, resets: 0 };
  client.subscribe({
    onEvent({ ready, message, reset }) {
      if (ready !== undefined) {
        counts.moves += 1;
        opened.resolve();
      }
      if (message) seen.push(message.id);
      if (reset !== undefined) counts.resets += 1;
    },
    onEnd: (failure) => opened.reject(new Error(failure.sentence)),
  });
  await opened.promise;
  return {
    name: `the Subscribe stream of ${writer.name}`,
    writer,
    seen: () => seen,
    keyOf: (sent) => sent.messageId,
    counts,
    close: () => client.close(),
  };
}

/**
 * Shows the conversation in which its person writes: of that it gets rows, and of the other one that there is
 * something new. Of the ids of events only the last event of an op has one, so what came after the last id of a stream
 * that broke comes again, and counts from then on.
 */
async function openPage(writer: Writer, partner: Writer, origins: readonly string[]): Promise<Follower> {
  const person = new WebPerson(writer.name);
  await person.logIn(origins[writer.home]!, LOAD_PASSWORD);
  const conversation = directId(writer.userId as UserId, partner.userId as UserId);
  const shown = (sent: Sent): boolean => sent.writer === writer.index || sent.writer === partner.index;
  const readers: EventReader[] = [];
  const counts = { moves: -1, resets: 0 };
  const opened = Promise.withResolvers<void>();
  let closed = false;
  void (async () => {
    for (let at = writer.home; !closed;) {
      const cursor = lastCursor(readers);
      const query = { show: conversation, ...(cursor === "" ? {} : { after: cursor }) };
      const reader = await person.events(origins[at]!, query).catch(() => null);
      if (reader === null) {
        at = (at + 1) % origins.length;
        await Bun.sleep(RETRY_MS);
        continue;
      }
      readers.push(reader);
      counts.moves += 1;
      opened.resolve();
      await reader.over;
    }
  })();
  await opened.promise;
  return {
    name: `the page of ${writer.name}`,
    writer,
    seen: () => readers.flatMap((reader, i) => told(reader, i === readers.length - 1)),
    keyOf: (sent) => (shown(sent) ? sent.messageId : `seq ${sent.seq}`),
    get counts() {
      counts.resets = readers.flatMap(({ seen }) => seen.filter(({ name }) => name === "reset")).length;
      return counts;
    },
    close() {
      closed = true;
      person.leave();
    },
  };
}

function lastCursor(readers: readonly EventReader[]): string {
  for (const { seen } of readers.toReversed()) {
    const cursor = seen.findLast(({ id }) => id !== "")?.id;
    if (cursor !== undefined) return cursor;
  }
  return "";
}

/** What one connection brought; of one that is over, up to its last cursor. */
function told({ seen }: EventReader, isLast: boolean): string[] {
  const upTo = isLast ? seen.length : seen.findLastIndex(({ id }) => id !== "") + 1;
  return seen.slice(0, upTo).flatMap(({ name, data }) => {
    if (name === "message") return / data-id="([^"]+)"/.exec(data)?.[1] ?? [];
    return name === "activity" ? `seq ${(JSON.parse(data) as { seq: number }).seq}` : [];
  });
}
