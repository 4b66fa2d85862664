/**
 * Follows the streams of a load's writers while replicas stop and start: the event stream of a page, read as a browser
 * reads it, and the Subscribe stream of the client library. The two streams of a writer begin at different replicas.
 * When the replica of a stream is gone, the stream continues after its cursor at the next replica.
 */
import { directId, type UserId } from "../src/chat/ids.ts";
import { ChatClient } from "../src/client/chat-client.ts";
import { waitFor } from "./cluster.ts";
import { LOAD_PASSWORD, type Load, type Sent, type Writer } from "./load.ts";
import { WebPerson, type EventReader } from "./web-person.ts";

/** Generous: a stream moves in tens of ms, but a busy machine may need longer. */
const COMPLETE_MS = 120_000;
/** Time between two attempts to open a stream. */
const RETRY_MS = 50;

/** One stream of one person. */
interface Follower {
  /** Names the stream in complaints. */
  readonly name: string;
  readonly writer: Writer;
  /** The keys of all messages that came, in the order in which they came. */
  readonly seen: () => readonly string[];
  /** The key under which this stream has a message that was sent. */
  readonly keyOf: (sent: Sent) => string;
  /** How often the stream continued at another replica, and how often a replica announced a gap in it. */
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

  /** Opens a page at each writer's home replica and a program at the next one. Resolves once all streams are open. */
  static async of(load: Load, replicas: { readonly web: readonly string[]; readonly grpc: readonly string[] }) {
    const opened = load.writers.flatMap((writer) => [
      openPage(writer, load.writers[writer.to]!, replicas.web),
      openProgram(writer, replicas.grpc),
    ]);
    return new Followers(load, await Promise.all(opened));
  }

  /**
   * Waits until each stream has all acknowledged messages to and from its person. Complains about messages that are
   * missing or came twice, and about gaps.
   */
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

  /** The lowest number of moves of any stream. */
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
 * Opens a page that shows the conversation in which its person writes. The page gets the rows of that conversation, and
 * from the other one only the news that there is something new. Only the last event of an op has an id, so events after
 * the last id of a broken stream come again on the next one, and are counted there.
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

/** The keys that one connection brought, up to its last cursor if the connection is over. */
function told({ seen }: EventReader, isLast: boolean): string[] {
  const upTo = isLast ? seen.length : seen.findLastIndex(({ id }) => id !== "") + 1;
  return seen.slice(0, upTo).flatMap(({ name, data }) => {
    if (name === "message") return / data-id="([^"]+)"/.exec(data)?.[1] ?? [];
    return name === "activity" ? `seq ${(JSON.parse(data) as { seq: number }).seq}` : [];
  });
}
